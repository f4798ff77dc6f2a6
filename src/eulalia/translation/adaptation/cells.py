"""The vectors that are nearest to one, among very many.

An inverted file (Jégou, Douze and Schmid: Product Quantization for Nearest Neighbor Search, 2011):
vectors lie in cells around centres, and only the cells nearest to what is asked are looked through.
The vectors themselves are kept in 8 bits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

_COMPARED = 20_000
"""So many vectors are compared; among no more than that, the search is exact."""
_CELL = 1_000
"""Vectors in a cell, about."""
_LEARNED_FROM = 50
"""Vectors for each cell that its centre is learned from."""
_ROUNDS = 6
_AT_ONCE = 4_096


@dataclass(frozen=True)
class Cells:
    """Vectors of length 1, cell by cell."""

    centres: Floats
    """(cells, width), of length 1."""
    starts: Integers
    """Where each cell begins, and where the last one ends."""
    numbers: npt.NDArray[np.int32]
    """(vectors,), as they were given."""
    vectors: npt.NDArray[np.int8]
    """(vectors, width)."""
    scales: Floats
    """(vectors,), what 1 in 8 bits stands for."""

    @classmethod
    def of(cls, vectors: Callable[[Integers], Floats], count: int) -> Self:
        """The cells of so many vectors; `vectors` makes those of the numbers that it is given.

        They are asked for piece by piece, since all at once would need four times as much memory.
        """
        cells = count // _CELL if count > _COMPARED else 1
        size = min(count, cells * _LEARNED_FROM)
        sample = vectors(np.arange(size) * count // max(size, 1))
        centres = _centres(sample, cells)
        kept = np.empty((count, sample.shape[1]), np.int8)
        scales = np.empty(count, np.float32)
        owners = np.empty(count, np.int32)
        for start in range(0, count, _AT_ONCE):
            own = slice(start, min(start + _AT_ONCE, count))
            exact = vectors(np.arange(own.start, own.stop))
            owners[own] = (exact @ centres.T).argmax(1)
            scales[own] = np.maximum(np.abs(exact).max(1), 1e-9) / 127
            kept[own] = np.rint(exact / scales[own, None])
        order = np.argsort(owners, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=cells))])
        return cls(centres, starts, order.astype(np.int32), kept[order], scales[order])

    def nearest(self, vector: Floats, count: int) -> list[tuple[float, int]]:
        """The cosines and the numbers of the vectors nearest to one, at most so many, best first.

        Of vectors that are equally near, those of the lowest numbers.
        """
        places, cosines = [], []
        left = _COMPARED
        for cell in np.argsort(-(self.centres @ vector)):
            start, stop = self.starts[cell], min(self.starts[cell + 1], self.starts[cell] + left)
            places.append(np.arange(start, stop))
            own = self.vectors[start:stop].astype(np.float32) @ vector
            cosines.append(own * self.scales[start:stop])
            left -= stop - start
            if left <= 0:
                break
        found, near = np.concatenate(places), np.concatenate(cosines)
        numbers = self.numbers[found]
        if len(near) > count:
            limit = np.partition(near, len(near) - count)[len(near) - count]
            numbers, near = numbers[near >= limit], near[near >= limit]
        order = np.lexsort((numbers, -near))[:count]
        return list(zip(near[order].tolist(), numbers[order].tolist(), strict=True))


def _centres(sample: Floats, cells: int) -> Floats:
    """Centres of cells, (cells, width), by k-means on the sphere (Lloyd's algorithm)."""
    random = np.random.default_rng(1)
    if cells == 1:
        return np.zeros((1, sample.shape[1]), np.float32)
    centres = sample[random.permutation(len(sample))[:cells]]
    for _ in range(_ROUNDS):
        parts = range(0, len(sample), _AT_ONCE)
        owners = np.concatenate([(sample[n : n + _AT_ONCE] @ centres.T).argmax(1) for n in parts])
        order = np.argsort(owners, kind="stable")
        known, starts = np.unique(owners[order], return_index=True)
        sums = np.add.reduceat(sample[order], starts)
        # What nothing is near to stays where it is.
        centres[known] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    return centres
