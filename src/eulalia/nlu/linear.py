"""The linear readers: votes of words and letter groups for a request's intent, and for the label of
each of its tokens, added to the network's scores.

Each locale's votes are trained by themselves, so that they know its set phrases better than a
network that all locales share, and err on other requests than it does. Few votes are kept, and
their keys are cut to 24 bits: a rare wrong vote weighs less than the space.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Scores = NDArray[np.float32]

_KEY_BITS = 0xFFFFFF
_FEATURE_BITS = 25
"""Enough to tell all features apart: those with a row by its number, the others by their keys."""


def vote_keys(keys: Iterable[Sequence[int]]) -> set[int]:
    """The vote keys of a sentence's features: each counts once."""
    return {number & _KEY_BITS for token in keys for number in token}


class Votes:
    """One locale's votes."""

    def __init__(
        self, keys: NDArray[np.int64], table: NDArray[np.int8], scale: float, bias: _Scores
    ) -> None:
        """(rows,) ascending vote keys, (rows, classes) the weights of their votes for intents or
        labels, what one step of a weight is worth, and (classes,) what is added to all votes."""
        self._keys = np.append(keys, 0).astype(np.uint32)
        self._nothing = len(keys)
        # The features without votes share an empty row behind the others.
        self._table = np.pad(table, ((0, 1), (0, 0)))
        self._scale = np.float32(scale)
        self.bias = bias

    @classmethod
    def load(cls, arrays: Any, name: str) -> Votes:
        """One locale's votes out of `linear.npz`; the name is `LOCALE` for those for intents, and
        `LOCALE/slots` for those for labels."""
        keys = np.cumsum(arrays[f"{name}/steps"], dtype=np.int64)
        bias = arrays[f"{name}/bias"]
        # Most votes of a row are zero, but written out they are summed in one go.
        table = np.zeros((len(keys), len(bias)), np.int8)
        rows = np.repeat(np.arange(len(keys)), arrays[f"{name}/counts"])
        table[rows, arrays[f"{name}/classes"]] = arrays[f"{name}/weights"]
        return cls(keys, table, float(arrays[f"{name}/scale"]), bias)

    def find(self, keys: NDArray[np.uint32]) -> NDArray[np.intp]:
        """The features that the keys stand for, in the form that `scores` takes."""
        keys = keys & np.uint32(_KEY_BITS)
        rows = self._keys[:-1].searchsorted(keys)
        # Those without votes are told apart by numbers behind the rows, for they count as well.
        return np.where(self._keys.take(rows) == keys, rows, keys + np.intp(self._nothing))

    def scores(self, features: NDArray[np.intp], sizes: Sequence[int]) -> _Scores:
        """(sentences, intents) on which side of each intent's margin a sentence lies, and how far.

        `features` are those of the first sentence's words and of its letters, of the second's words
        and of its letters, and so on; `sizes` tells how many there are of each, which is never
        none.
        """
        sums = self.bag_scores(features, sizes)
        result: _Scores = sums[0::2] + sums[1::2]
        result += self.bias
        return result

    def bag_scores(self, features: NDArray[np.intp], sizes: Sequence[int]) -> _Scores:
        """(bags, classes) the votes of bags of features, each feature once; without what is added
        to all votes.

        `features` are those of the first bag, of the second and so on; `sizes` tells how many there
        are of each, which is never none.
        """
        bags = np.arange(len(sizes)).repeat(sizes)
        cells = bags << _FEATURE_BITS | features
        cells.sort()
        first = np.empty(len(cells), bool)
        first[0] = True
        np.not_equal(cells[1:], cells[:-1], out=first[1:])
        cells = cells[first]
        counts = np.bincount(cells >> _FEATURE_BITS)
        rows = cells & ((1 << _FEATURE_BITS) - 1)
        values = self._table.take(rows, 0, mode="clip").astype(np.float32)
        sums: _Scores = np.add.reduceat(values, counts.cumsum() - counts)
        # All features of a bag share one unit of length.
        sums *= (self._scale / np.sqrt(counts, dtype=np.float32))[:, None]
        return sums

    def token_scores(self, features: NDArray[np.intp]) -> _Scores:
        """`bag_scores` of tokens (tokens, features) whose features differ from each other."""
        sums: _Scores = self._table.take(features, 0, mode="clip").sum(1, dtype=np.float32)
        sums *= self._scale / np.sqrt(features.shape[1], dtype=np.float32)
        return sums
