"""Sentences find their translations."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.translation import Bead, align

WORDS = [f"{a}{b}{c}" for a in ("ba", "lo", "mi") for b in ("ren", "sat", "dul") for c in "aeiou"]


def made_up(sentences: int, seed: int) -> tuple[list[str], list[str]]:
    """Sentences in an invented language, and word by word in another one that looks unlike it."""
    rng = random.Random(seed)
    other = {
        word: f"x{number:02d}q".translate(str.maketrans("0123456789", "zwkvjtpgfh"))
        for number, word in enumerate(WORDS)
    }
    source = [[rng.choice(WORDS) for _ in range(rng.randint(4, 14))] for _ in range(sentences)]
    return (
        [" ".join(words) + "." for words in source],
        [" ".join(other[word] for word in words) + "." for words in source],
    )


def links(beads: list[Bead]) -> list[tuple[list[int], list[int]]]:
    return [(list(bead.source), list(bead.target)) for bead in beads]


def test_sentences_of_two_languages_with_nothing_in_common_find_each_other():
    source, target = made_up(80, 1)
    assert links(align(source, target)) == [([i], [i]) for i in range(80)]


def test_a_sentence_cut_in_two_is_linked_with_both_halves():
    source, target = made_up(60, 2)
    words = target[30].split()
    halves = [" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :])]
    found = links(align(source, [*target[:30], *halves, *target[31:]]))
    assert ([30], [30, 31]) in found
    assert ([59], [60]) in found


def test_a_missing_passage_is_left_out_and_the_rest_still_linked():
    source, target = made_up(120, 0)
    found = links(align(source, target[:40] + target[70:]))
    assert [link for link in found if not link[1]] == [([i], []) for i in range(40, 70)]
    assert ([119], [89]) in found


def test_every_sentence_is_in_one_bead_and_in_order():
    source, target = made_up(50, 4)
    beads = align(source, random.Random(0).sample(target, 50))
    assert [i for bead in beads for i in bead.source] == list(range(50))
    assert [j for bead in beads for j in bead.target] == list(range(50))


@pytest.mark.parametrize(
    ("source", "target"), [([], []), (["a"], []), ([], ["b", "c"]), ([""], [""]), (["", ""], ["x"])]
)
def test_empty_texts_and_lines_lose_no_sentence(source, target):
    beads = align(source, target)
    assert sum(len(bead.source) for bead in beads) == len(source)
    assert sum(len(bead.target) for bead in beads) == len(target)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=12), st.lists(st.text(max_size=30), max_size=12))
def test_whatever_the_texts_are_the_beads_cover_them_in_order(source, target):
    beads = align(source, target)
    assert [i for bead in beads for i in bead.source] == list(range(len(source)))
    assert [j for bead in beads for j in bead.target] == list(range(len(target)))
    assert all(0 <= bead.score <= 1 for bead in beads)


def test_translations_score_higher_than_what_merely_stands_at_the_same_place():
    source, target = made_up(60, 5)
    others = made_up(60, 6)[1]
    true = [bead.score for bead in align(source, target)]
    false = [bead.score for bead in align(source, others) if bead.source and bead.target]
    assert min(true) > 0.5
    assert not false or sum(true) / len(true) > sum(false) / len(false) + 0.1


def test_three_thousand_sentences_with_a_hundred_missing_align_coarsely_first():
    source, target = made_up(3000, 7)
    begun = time.process_time()
    found = {tuple(map(tuple, link)) for link in links(align(source, target[:900] + target[1000:]))}
    right = sum(((i,), (i - 100 * (i >= 1000),)) in found for i in range(3000))
    assert right >= 2880
    assert time.process_time() - begun < 60
