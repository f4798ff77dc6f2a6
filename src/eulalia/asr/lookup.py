"""Where listed phrases may have been said: their pronunciations looked up in the phone output.

All pronunciations are one trie of phones, and tokens pass through it as in Young, Russell &
Thornton (1989), "Token passing: a simple conceptual model for connected speech recognition
systems", entering at any frame. A token's score is set against the best phones of all in the same
frames, so that a token is dropped as soon as it falls too far behind, and hardly any are alive at
a time however many phrases are listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.automaton import Floats, Ints
from eulalia.asr.lexicon import Pronunciation
from eulalia.asr.posteriors import LogProbs

_ENTRY: Final = 9.0
"""How far a token may fall behind at once, and …"""
_SLOPE: Final = 1.6
"""… for each phone that it has heard."""
_MOST_TOKENS: Final = 4_000


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of frames that a pronunciation fits."""

    way: int
    """Which of the pronunciations."""
    start: int
    end: int
    """The frame behind the last."""
    behind: float
    """How far it falls behind the best phones of all, in log-probability; >= 0."""
    told: float
    """How much its frames tell of any phone at all: by how much the best ones are likelier than
    all phones by chance, in log-probability."""


@dataclass(frozen=True)
class PhoneTrie:
    """Pronunciations, sharing their beginnings; node 0 is before the first phone."""

    parent: Ints
    phone: Ints
    depth: Ints
    first: Ints
    """By node, its first child; the one behind the last is the first of the next node."""
    ends: Ints
    """Nodes where pronunciations end, sorted …"""
    ways: Ints
    """… and the pronunciations that end there."""

    @classmethod
    def build(cls, ways: Sequence[Pronunciation]) -> Self:
        """The trie of sequences of labels, none of them empty."""
        lengths = np.array([len(way) for way in ways], np.int64)
        flat = np.array([label for way in ways for label in way], np.int64)
        size = int(flat.max(initial=0)) + 1
        offsets = np.cumsum(lengths) - lengths
        at = np.zeros(len(ways), np.int64)
        active = lengths.nonzero()[0]
        parents, phones, depths = [np.array([-1])], [np.array([-1])], [np.array([0])]
        count = 1
        for depth in range(int(lengths.max(initial=0))):
            active = active[lengths[active] > depth]
            unique, place = np.unique(
                at[active] * size + flat[offsets[active] + depth], return_inverse=True
            )
            parents.append(unique // size)
            phones.append(unique % size)
            depths.append(np.full(len(unique), depth + 1))
            at[active] = count + place
            count += len(unique)
        parent = np.concatenate(parents)
        order = np.argsort(at, kind="stable")
        return cls(
            parent,
            np.concatenate(phones),
            np.concatenate(depths),
            np.searchsorted(parent, np.arange(count + 1)),
            at[order],
            order,
        )


@dataclass
class Lookup:
    """The search through the frames of one sound while they arrive."""

    trie: PhoneTrie
    blank: int = 0
    time: int = 0
    _found: list[tuple[Ints, Ints, Ints, Floats]] = field(default_factory=list)

    def __post_init__(self) -> None:
        size = len(self.trie.parent)
        # Behind the phone itself, and behind a blank after it; and where the token came in.
        self._said, self._past = np.full((2, size), -np.inf)
        self._from = np.zeros((2, size), np.int64)
        self._alive = np.zeros(0, np.int64)
        self._told: list[Floats] = [np.zeros(1)]
        self._fan = np.diff(self.trie.first)
        self._limit = -(_ENTRY + _SLOPE * self.trie.depth)

    def accept(self, log_probs: LogProbs) -> None:
        """Search on through frames of shape (frames, phones)."""
        if not len(log_probs):
            return
        rows = log_probs.astype(np.float64)
        best = rows.max(axis=1, keepdims=True)
        told = np.where(rows.argmax(axis=1) == self.blank, 0, best[:, 0] + np.log(rows.shape[1]))
        self._told.append(self._told[-1][-1] + np.cumsum(told))
        for row in rows - best:
            self._step(row)

    def spots(self, count: int = 64) -> list[Spot]:
        """The best stretches so far, one for each pronunciation and beginning, best first."""
        if not self._found:
            return []
        node, start, end, score = (np.concatenate(part) for part in zip(*self._found, strict=True))
        # Of those that began together, the one that fits best, and of these the shortest.
        order = np.lexsort((end, -score, start, node))
        node, start, end, score = node[order], start[order], end[order], score[order]
        first = np.concatenate([[True], (np.diff(node) != 0) | (np.diff(start) != 0)])
        node, start, end, score = node[first], start[first], end[first], score[first]
        # A long pronunciation has more phones to be wrong in.
        by_phone = np.argsort(-score / self.trie.depth[node], kind="stable")[:count]
        told = np.concatenate(self._told)
        spots = []
        for i in by_phone.tolist():
            left, right = np.searchsorted(self.trie.ends, [node[i], node[i] + 1])
            spots += [
                Spot(
                    int(way),
                    int(start[i]),
                    int(end[i]),
                    -float(score[i]),
                    float(told[end[i]] - told[start[i]]),
                )
                for way in self.trie.ways[left:right]
            ]
        return spots

    def _step(self, row: Floats) -> None:
        trie, time = self.trie, self.time
        # The root lets tokens in at every frame, and has no phone of its own.
        self._past[0], self._from[1, 0] = 0.0, time
        fan = self._fan[self._alive]
        inner = np.repeat(trie.first[self._alive] - np.cumsum(fan) + fan, fan) + np.arange(
            fan.sum()
        )
        # Most children fall too far behind at once, which is cheap to see.
        at_best = np.maximum(self._said[self._alive], self._past[self._alive])
        near = np.repeat(at_best, fan) + row[trie.phone[inner]] > self._limit[inner]
        fresh = self._idle(inner[near])
        roots = np.arange(trie.first[0], trie.first[1])
        roots = self._idle(roots[row[trie.phone[roots]] > self._limit[roots]])
        nodes = np.concatenate([roots, self._alive, fresh])
        parents, phones = trie.parent[nodes], trie.phone[nodes]
        said, past = self._said[nodes], self._past[nodes]
        came = self._past[parents]
        origin = self._from[1, parents]
        straight = np.where(phones == trie.phone[parents], -np.inf, self._said[parents])
        better = straight > came
        came = np.where(better, straight, came)
        origin = np.where(better, self._from[0, parents], origin)
        enters = came > said
        began = self._from[:, nodes]
        new_past = np.maximum(said, past) + row[self.blank]
        began_past = np.where(said > past, began[0], began[1])
        new_said = np.where(enters, came, said) + row[phones]
        began_said = np.where(enters, origin, began[0])
        best = np.maximum(new_said, new_past)
        keep = best > self._limit[nodes]
        if np.count_nonzero(keep) > _MOST_TOKENS:
            lead = best - self._limit[nodes]
            keep &= lead > np.partition(lead, -_MOST_TOKENS)[-_MOST_TOKENS]
        self._said[nodes] = np.where(keep, new_said, -np.inf)
        self._past[nodes] = np.where(keep, new_past, -np.inf)
        self._from[0, nodes], self._from[1, nodes] = began_said, began_past
        self._alive = nodes[keep]
        self.time = time + 1
        self._note(keep, nodes, new_said, began_said)

    def _idle(self, nodes: Ints) -> Ints:
        """Those without a token."""
        return nodes[np.isneginf(self._said[nodes]) & np.isneginf(self._past[nodes])]

    def _note(self, keep: NDArray[np.bool_], nodes: Ints, said: Floats, began: Ints) -> None:
        """Remember the pronunciations that end in this frame."""
        ended = keep & (said > self._limit[nodes])
        place = np.searchsorted(self.trie.ends, nodes[ended])
        place = np.minimum(place, len(self.trie.ends) - 1)
        of_way = ended.nonzero()[0][self.trie.ends[place] == nodes[ended]]
        if of_way.size:
            end = np.full(len(of_way), self.time)
            self._found.append((nodes[of_way], began[of_way], end, said[of_way]))
