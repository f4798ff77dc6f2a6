"""What speaks for sentences being translations of each other, along a band of pairs.

Words speak by a table of translation probabilities, in both directions, and lengths speak.
All of it is in nats: how much likelier the sentences are as a pair than apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from eulalia.translation.lexicon import Floats, Integers, Side, Table, ranges

Values = NDArray[np.float32]
IMPOSSIBLE = np.float32(-1e9)
_AT_ONCE = 32
"""So many sentences are compared at once; memory grows with it."""
_CHANCE = 0.5
"""The share of words that have no counterpart, or none that could be known."""
_LENGTH_SPREAD = 3.0
"""Variance of a sentence's length per letter, given its translation's; Gale and Church had 6.8."""
_SURPRISE = 6.0
"""Lengths that differ by more standard deviations than this count no further."""


@dataclass(frozen=True)
class Band:
    """The pairs of sentences that are looked at.

    To source sentence i belong the target sentences from `starts[i]` up to, not including,
    `ends[i]`; neither ever falls from one i to the next. What is known of each pair lies in one
    flat array, row after row.
    """

    starts: Integers
    ends: Integers

    @classmethod
    def whole(cls, sources: int, targets: int) -> Band:
        """Every pair."""
        return cls(np.zeros(sources, np.int64), np.full(sources, targets, np.int64))

    @classmethod
    def around(cls, low: Integers, high: Integers, targets: int, margin: int) -> Band:
        """The pairs at most `margin` sentences away from a way through the texts.

        While it is at source sentence i, the way is at the target sentences `low[i]` to `high[i]`.
        """
        rows = np.arange(len(low))
        starts = low[np.maximum(rows - margin, 0)] - margin
        ends = high[np.minimum(rows + margin, len(low) - 1)] + margin
        starts[: margin + 1] = 0
        ends[-margin - 1 :] = targets
        return cls(np.maximum(starts, 0), np.minimum(ends, targets))

    @cached_property
    def offsets(self) -> Integers:
        """Where each row begins in a flat array, shape (rows + 1,)."""
        return np.concatenate([[0], np.cumsum(self.ends - self.starts)])

    @cached_property
    def source(self) -> Integers:
        """The source sentence of each pair, shape (pairs,)."""
        return np.repeat(np.arange(len(self.starts)), self.ends - self.starts)

    @cached_property
    def target(self) -> Integers:
        """The target sentence of each pair, shape (pairs,)."""
        return ranges(self.starts, self.ends - self.starts)

    def place(self, source: int, target: int) -> int:
        """Where a pair is in a flat array."""
        return int(self.offsets[source] + target - self.starts[source])

    def shifted(self, up: int, left: int) -> Integers:
        """For each pair (i, j) the place of (i - up, j - left), or -1 where the band lacks it."""
        rows = np.maximum(self.source - up, 0)
        columns = self.target - left
        inside = (self.source >= up) & (columns >= self.starts[rows]) & (columns < self.ends[rows])
        return np.where(inside, self.offsets[rows] + columns - self.starts[rows], -1)

    def turned(self, targets: int) -> Band:
        """The same pairs with the sides exchanged; there are so many target sentences."""
        js = np.arange(targets)
        starts = np.searchsorted(self.ends, js, side="right")
        ends = np.searchsorted(self.starts, js, side="right")
        return Band(starts, np.maximum(starts, ends))

    def turn(self, values: Values, turned: Band) -> Values:
        """Values along the turned band, in the order of this one."""
        answer: Values = values[
            turned.offsets[self.target] + self.source - turned.starts[self.target]
        ]
        return answer


def of_words(
    source: Side, target: Side, forth: Table, back: Table, band: Band, beads: list[tuple[int, int]]
) -> list[Values]:
    """How much the words speak for each bead that ends with a pair of the band, in nats.

    `beads` are numbers of sentences (source, target). The measure is the mean over both directions
    of how much likelier the words of one side are given those of the other (model 1, mixed with
    chance) than by their frequency alone. Returns arrays of shape (pairs,), one for each bead.
    """
    turned = band.turned(len(target))
    most_source = max(a for a, _ in beads)
    most_target = max(b for _, b in beads)
    of_source = _explained(source, target, back, band, most_target)
    of_target = [
        band.turn(values, turned)
        for values in _explained(target, source, forth, turned, most_source)
    ]
    source_total = _running_evidence(of_source, [band.shifted(a, 0) for a in range(most_source)])
    target_total = _running_evidence(of_target, [band.shifted(0, b) for b in range(most_target)])
    return [
        (source_total[b - 1][a - 1] + target_total[a - 1][b - 1]) / np.float32(2) for a, b in beads
    ]


def _running_evidence(values: list[Values], places: list[Integers]) -> list[list[Values]]:
    """For each of the arrays its sums over one, two … places at once."""
    answer = []
    for value in values:
        padded = np.append(value, IMPOSSIBLE)
        sums = [value]
        for place in places[1:]:
            sums.append(sums[-1] + padded[place])
        answer.append(sums)
    return answer


def of_lengths(source: Floats, target: Floats, band: Band, a: int, b: int) -> Values:
    """How much the lengths in letters speak for a bead of a and b sentences, in nats.

    After Gale and Church (A Program for Aligning Sentences in Bilingual Corpora, 1993); lengths are
    those of single sentences, brought to the same mean.
    """
    ours = _running(source, a)[band.source]
    theirs = _running(target, b)[band.target]
    variance = _LENGTH_SPREAD * (ours + theirs) / 2 + 1
    surprise = np.minimum((ours - theirs) ** 2 / variance, _SURPRISE**2)
    return (-surprise / 2).astype(np.float32)


def _running(values: Floats, n: int) -> Floats:
    """The sum of each value and the n - 1 before it."""
    sums = np.concatenate([np.zeros(n), np.cumsum(values)])
    answer: Floats = sums[n:] - sums[:-n]
    return answer


def _explained(side: Side, other: Side, table: Table, band: Band, most: int) -> list[Values]:
    """How much 1 to `most` sentences of the other side explain each sentence of this one.

    `table` gives this side's words from the other's. Entry k - 1 of the answer, shape (pairs,),
    belongs to k sentences the last of which is the pair's; those before the first are empty.
    """
    answer = [np.zeros(band.offsets[-1], np.float32) for _ in range(most)]
    for first in range(0, len(side), _AT_ONCE):
        last = min(first + _AT_ONCE, len(side))
        if band.offsets[first] == band.offsets[last]:
            continue
        low = max(int(band.starts[first]) - most + 1, 0)
        high = int(band.ends[last - 1])
        stretches = _explanations(side, other, table, (first, last), (low, high), most)
        rows = band.source[band.offsets[first] : band.offsets[last]] - first
        columns = band.target[band.offsets[first] : band.offsets[last]] - low
        for values, matrix in zip(answer, stretches, strict=True):
            values[band.offsets[first] : band.offsets[last]] = matrix[rows, columns]
    return answer


def _explanations(
    side: Side,
    other: Side,
    table: Table,
    rows: tuple[int, int],
    columns: tuple[int, int],
    most: int,
) -> list[Values]:
    """The same for a rectangle of sentences; matrices of shape (rows, columns)."""
    words, explained = np.unique(side.of(*rows), return_inverse=True)
    givers = other.of(*columns)
    sentences = columns[1] - columns[0]
    place, word, probability = table.among(givers, words)
    lengths = np.diff(other.starts[columns[0] : columns[1] + 1])
    sentence = np.repeat(np.arange(sentences), lengths)[place]
    # What each sentence of the other side gives to each word, shape (sentences, words).
    gives = np.bincount(sentence * len(words) + word, probability, sentences * len(words)).reshape(
        sentences, len(words)
    )
    gives = (gives / side.frequency[words]).astype(np.float32)
    # A word of which the table knows nothing says nothing.
    known = table.gives[words].astype(np.float32)
    total, length = gives.copy(), lengths.astype(np.float32)
    answer = []
    for k in range(most):
        if k:
            total[k:] += gives[:-k]
            length[k:] += lengths[:-k]
        share = (1 - _CHANCE) / np.maximum(length, 1)
        likelier = np.log(total * share[:, None] + _CHANCE) * known
        answer.append(_sums(likelier.T[explained], side.starts[rows[0] : rows[1] + 1]))
    return answer


def _sums(values: Values, bounds: Integers) -> Values:
    """The sums of the rows between bounds, shape (stretches, columns); of none it is 0."""
    sums = np.zeros((len(bounds) - 1, values.shape[1]), np.float32)
    full = np.flatnonzero(np.diff(bounds))
    if len(full):
        sums[full] = np.add.reduceat(values, bounds[full] - bounds[0], axis=0)
    return sums
