"""The best way through a band of sentence pairs, by dynamic programming.

Beads of several sentences on both sides compete with leaving sentences out. The first sentence that
is left out costs more than those that follow it, so that whole passages may be missing (Gotoh: An
Improved Algorithm for Matching Biological Sequences, 1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eulalia.translation.evidence import IMPOSSIBLE, Band, Values
from eulalia.translation.lexicon import Floats

Link = tuple[range, range]
"""Source sentences and target sentences by their numbers; an empty side, too, has its place."""


@dataclass(frozen=True)
class Gap:
    """What leaving sentences out scores: the first one, and each that follows it."""

    first: float
    further: float


@dataclass
class _Row:
    """The lattice where i source sentences are used; its arrays begin at `low` target ones."""

    low: int
    linked: Floats
    """The best score of a way that ends with a bead."""
    bead: NDArray[np.int8]
    """Which bead that is."""
    source_left: Floats
    """The best score of a way that ends with leaving a source sentence out."""
    left_before: NDArray[np.bool_]
    """Whether the source sentence before it is left out, too."""
    best: Floats
    """The best score of any way; it may end with leaving target sentences out."""

    def at(self, low: int, high: int) -> slice:
        """The places of so many target sentences, both ends included."""
        return slice(low - self.low, high - self.low + 1)

    @property
    def high(self) -> int:
        return self.low + len(self.best) - 1


def best_path(
    scores: Sequence[Values], beads: Sequence[tuple[int, int]], band: Band, gap: Gap
) -> list[Link]:
    """The links that cover both texts in order with the highest sum of scores.

    `scores` holds for each of the `beads` an array of shape (pairs of the band,) with the score of
    the bead that ends with the pair. The band leads from the first pair to the last.
    """
    rows = [_first_row(int(band.ends[0]), gap)]
    for i in range(1, len(band.starts) + 1):
        rows.append(_next_row(rows, i, scores, beads, band, gap))
    return _trace(rows, beads, gap)


def _first_row(width: int, gap: Gap) -> _Row:
    linked = np.full(width + 1, float(IMPOSSIBLE))
    linked[0] = 0
    nothing = np.full(width + 1, float(IMPOSSIBLE))
    none = np.zeros(width + 1, np.bool_)
    return _Row(0, linked, none.astype(np.int8), nothing, none, _with_targets_left(linked, gap))


def _next_row(
    rows: list[_Row],
    i: int,
    scores: Sequence[Values],
    beads: Sequence[tuple[int, int]],
    band: Band,
    gap: Gap,
) -> _Row:
    low, high = int(band.starts[i - 1]), int(band.ends[i - 1])
    linked = np.full(high - low + 1, float(IMPOSSIBLE))
    bead = np.zeros(high - low + 1, np.int8)
    begin = int(band.offsets[i - 1])
    for number, (a, b) in enumerate(beads):
        if a > i:
            continue
        before = rows[i - a]
        first, last = max(low + 1, before.low + b), min(high, before.high + b)
        if first > last:
            continue
        here = slice(first - low, last - low + 1)
        score = before.best[before.at(first - b, last - b)]
        score = score + scores[number][begin + first - low - 1 : begin + last - low]
        better = score > linked[here]
        linked[here][better] = score[better]
        bead[here][better] = number
    above = rows[i - 1]
    shared = min(high, above.high)
    source_left = np.full(high - low + 1, float(IMPOSSIBLE))
    left_before = np.zeros(high - low + 1, np.bool_)
    if shared >= low:
        one = above.best[above.at(low, shared)] + gap.first
        more = above.source_left[above.at(low, shared)] + gap.further
        source_left[: shared - low + 1] = np.maximum(one, more)
        left_before[: shared - low + 1] = more > one
    best = _with_targets_left(np.maximum(linked, source_left), gap)
    return _Row(low, linked, bead, source_left, left_before, best)


def _with_targets_left(scores: Floats, gap: Gap) -> Floats:
    """The best scores of a row when target sentences may be left out along it."""
    slope = gap.further * np.arange(len(scores))
    running = np.maximum.accumulate(scores - slope)
    best = scores.copy()
    best[1:] = np.maximum(scores[1:], running[:-1] + slope[1:] + gap.first - gap.further)
    return best


def _trace(rows: list[_Row], beads: Sequence[tuple[int, int]], gap: Gap) -> list[Link]:
    """The way that leads to the end of the last row, from its beginning."""
    links: list[Link] = []
    i, j = len(rows) - 1, rows[-1].high
    while i or j:
        row = rows[i]
        place = j - row.low
        kept = max(row.linked[place], row.source_left[place])
        if kept < row.best[place]:
            ways = np.maximum(row.linked[:place], row.source_left[:place])
            begin = row.low + int(np.argmax(ways - gap.further * np.arange(place)))
            links.extend((range(i, i), range(left, left + 1)) for left in reversed(range(begin, j)))
            j = begin
        elif row.linked[place] >= row.source_left[place]:
            a, b = beads[row.bead[place]]
            links.append((range(i - a, i), range(j - b, j)))
            i, j = i - a, j - b
        else:
            going = True
            while going:
                going = bool(rows[i].left_before[j - rows[i].low])
                links.append((range(i - 1, i), range(j, j)))
                i -= 1
    links.reverse()
    return links
