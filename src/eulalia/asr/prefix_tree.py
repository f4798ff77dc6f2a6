"""A tree of pronunciations: words that begin alike share the nodes of their beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

ROOT = 0


@dataclass(frozen=True)
class PrefixTree:
    """Nodes by number, each behind its parent; the root is 0.

    >>> tree = PrefixTree.build([(1, 2), (1, 3), (1,)], [7, 8, 9])
    >>> tree.children(np.array([0]))[1], tree.phones
    (array([1]), array([0, 1, 2, 3]))
    """

    phones: Numbers
    """(nodes,) the phone that leads to each node; 0 for the root."""
    parents: Numbers
    """(nodes,) 0 for the root itself."""
    _first_child: Numbers
    """(nodes + 1,) the children of a node are those from its entry to the next one's."""
    _words: Numbers
    _first_word: Numbers
    """(nodes + 1,) the words that end in a node are those from its entry to the next one's."""

    @classmethod
    def build(cls, ways: Sequence[Sequence[int]], words: Sequence[int]) -> Self:
        """From pronunciations, each of one phone or more, and the number of the word of each."""
        lengths = np.array([len(way) for way in ways], np.int64)
        table = np.zeros((len(ways), int(lengths.max(initial=0))), np.int64)
        table[np.arange(table.shape[1]) < lengths[:, None]] = [p for way in ways for p in way]
        base = int(table.max(initial=0)) + 1
        # Level by level: the different pairs of parent and phone are the nodes of the next one,
        # which puts the children of a node side by side.
        phones, parents = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
        at = np.zeros(len(ways), np.int64)
        nodes = 1
        for position in range(table.shape[1]):
            longer = np.flatnonzero(lengths > position)
            pairs, place = np.unique(
                at[longer] * base + table[longer, position], return_inverse=True
            )
            phones.append(pairs % base)
            parents.append(pairs // base)
            at[longer] = nodes + place
            nodes += len(pairs)
        ends = np.unique(np.stack([at, np.asarray(words, np.int64)]), axis=1)
        every = np.arange(nodes + 1)
        parent = np.concatenate(parents)
        return cls(
            np.concatenate(phones),
            parent,
            1 + np.searchsorted(parent[1:], every),
            ends[1],
            np.searchsorted(ends[0], every),
        )

    def children(self, nodes: Numbers) -> tuple[Numbers, Numbers]:
        """All children of some nodes: for each, the position of its parent in `nodes`, and its
        number."""
        return _ranges(self._first_child[nodes], self._first_child[nodes + 1])

    def words(self, nodes: Numbers) -> tuple[Numbers, Numbers]:
        """All words that end in some nodes: for each, the position of the node in `nodes`, and its
        number."""
        owners, places = _ranges(self._first_word[nodes], self._first_word[nodes + 1])
        return owners, self._words[places]

    def best_below(self, scores: NDArray[np.float64]) -> tuple[NDArray[np.float64], Numbers]:
        """(nodes,) the highest score of any word that ends in a node or below it, and that word,
        from the scores of words by number."""
        best = np.full(len(self.phones), -np.inf)
        words = np.zeros(len(self.phones), np.int64)
        nodes = np.repeat(np.arange(len(self.phones)), np.diff(self._first_word))
        _raise(best, words, nodes, scores[self._words], self._words)
        # Children stand behind their parents: what is best rises from the last node to the root.
        for first, last in reversed(self._levels()):
            below = slice(first, last)
            _raise(best, words, self.parents[below], best[below], words[below])
        return best, words

    def _levels(self) -> list[tuple[int, int]]:
        """The first node of each level below the root, and the first behind it."""
        levels = []
        first, last = 1, int(self._first_child[1])
        while first < last:
            levels.append((first, last))
            first, last = last, int(self._first_child[last])
        return levels


def _raise(
    best: NDArray[np.float64],
    words: Numbers,
    nodes: Numbers,
    scores: NDArray[np.float64],
    named: Numbers,
) -> None:
    """Lift the nodes to scores that are higher than theirs, and name the words that have them."""
    np.maximum.at(best, nodes, scores)
    highest = scores == best[nodes]
    words[nodes[highest]] = named[highest]


def _ranges(starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """The numbers of several ranges one behind the other, and which range each is of."""
    counts = ends - starts
    owners = np.repeat(np.arange(len(counts)), counts)
    offsets = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
    return owners, starts[owners] + offsets
