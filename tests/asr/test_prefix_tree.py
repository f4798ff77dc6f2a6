"""The tree of pronunciations, against lists of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eulalia.asr.prefix_tree import ROOT, PrefixTree

WAYS = st.lists(
    st.tuples(st.lists(st.integers(1, 4), min_size=1, max_size=5).map(tuple), st.integers(0, 9)),
    max_size=30,
)


def node_of(tree: PrefixTree, way: tuple[int, ...]) -> int:
    node = ROOT
    for phone in way:
        _, children = tree.children(np.array([node]))
        (node,) = children[tree.phones[children] == phone]
    return int(node)


@given(WAYS)
def test_every_word_is_found_at_the_end_of_its_pronunciation_and_nowhere_else(
    entries: list[tuple[tuple[int, ...], int]],
) -> None:
    tree = PrefixTree.build([way for way, _ in entries], [word for _, word in entries])
    prefixes = {way[:length] for way, _ in entries for length in range(len(way) + 1)} | {()}
    assert len(tree.phones) == len(prefixes)
    for prefix in prefixes:
        _, words = tree.words(np.array([node_of(tree, prefix)]))
        assert sorted(words) == sorted({word for way, word in entries if way == prefix})


@given(WAYS)
def test_the_best_below_a_node_is_the_best_of_the_words_that_begin_so(
    entries: list[tuple[tuple[int, ...], int]],
) -> None:
    tree = PrefixTree.build([way for way, _ in entries], [word for _, word in entries])
    scores = -np.arange(10.0)
    best, words = tree.best_below(scores)
    for way, _ in entries:
        for length in range(len(way) + 1):
            below = [scores[word] for other, word in entries if other[:length] == way[:length]]
            node = node_of(tree, way[:length])
            assert best[node] == scores[words[node]] == max(below)


@given(WAYS, st.lists(st.integers(0, 5)))
def test_children_of_several_nodes_come_with_their_parents_places(
    entries: list[tuple[tuple[int, ...], int]], picked: list[int]
) -> None:
    tree = PrefixTree.build([way for way, _ in entries], [word for _, word in entries])
    nodes = np.array([pick % len(tree.phones) for pick in picked], np.int64)
    owners, children = tree.children(nodes)
    assert (tree.parents[children] == nodes[owners]).all()
    alone = [tree.children(nodes[place : place + 1])[1] for place in range(len(nodes))]
    assert [list(children[owners == place]) for place in range(len(nodes))] == list(
        map(list, alone)
    )


def test_a_hundred_thousand_pronunciations_are_a_tree_in_a_second() -> None:
    random = np.random.default_rng(0)
    ways = [tuple(way) for way in random.integers(1, 40, (100_000, 6)).tolist()]
    tree = PrefixTree.build(ways, range(len(ways)))
    assert list(tree.words(np.array([node_of(tree, ways[777])]))[1]) == [777]
