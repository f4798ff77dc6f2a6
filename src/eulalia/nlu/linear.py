"""The linear reader: votes of words and letter groups for intents, added to the network's scores.

Each locale's votes are trained by themselves, so that they know its set phrases better than a
network that all locales share, and err on other requests than it does. Only the heaviest votes are
kept, and their keys are cut to 24 bits: a rare wrong vote weighs less than the space.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KEY_BITS = 0xFFFFFF


def vote_keys(keys: Iterable[Sequence[int]]) -> set[int]:
    """The vote keys of a sentence's features: each counts once."""
    return {number & _KEY_BITS for token in keys for number in token}


@dataclass(frozen=True)
class Votes:
    """One locale's votes."""

    rows: dict[int, int]
    """Row by vote key."""
    starts: NDArray[np.int64]
    """(rows + 1,) where each row's votes begin, and the last one's end."""
    intents: NDArray[np.uint8]
    """(votes,) for which intent."""
    weights: NDArray[np.int8]
    """(votes,)"""
    scale: float
    """What one step of a weight is worth."""
    bias: NDArray[np.float32]
    """(intents,)"""

    @classmethod
    def load(cls, arrays: Any, locale: str) -> Votes:
        """One locale's votes out of `linear.npz`."""
        keys = np.cumsum(arrays[f"{locale}/steps"], dtype=np.int64).tolist()
        counts = arrays[f"{locale}/counts"].astype(np.int64)
        return cls(
            rows={number: row for row, number in enumerate(keys)},
            starts=np.concatenate([[0], np.cumsum(counts)]),
            intents=arrays[f"{locale}/intents"],
            weights=arrays[f"{locale}/weights"],
            scale=float(arrays[f"{locale}/scale"]),
            bias=arrays[f"{locale}/bias"],
        )

    def scores(
        self,
        word_keys: Sequence[Iterable[Sequence[int]]],
        character_keys: Sequence[Iterable[Sequence[int]]],
    ) -> NDArray[np.float32]:
        """(sentences, intents) on which side of each intent's margin a sentence lies, and how far.

        The keys are by sentence and token.
        """
        rows: list[int] = []
        sentences: list[int] = []
        lengths: list[float] = []
        for number, kinds in enumerate(zip(word_keys, character_keys, strict=True)):
            for keys in map(vote_keys, kinds):
                found = [row for row in map(self.rows.get, keys) if row is not None]
                rows += found
                sentences += [number] * len(found)
                # All features of a kind share one unit of length.
                lengths += [math.sqrt(len(keys))] * len(found)
        at = np.array(rows, np.int64)
        starts = self.starts[at]
        counts = self.starts[at + 1] - starts
        ends = np.cumsum(counts)
        votes = np.arange(counts.sum()) + np.repeat(starts - (ends - counts), counts)
        cells = np.repeat(np.array(sentences, np.int64) * len(self.bias), counts)
        weights = self.weights[votes] * np.repeat(self.scale / np.array(lengths), counts)
        size = len(word_keys) * len(self.bias)
        total = np.bincount(cells + self.intents[votes], weights, size)
        result: NDArray[np.float32] = total.reshape(-1, len(self.bias)).astype(np.float32)
        return result + self.bias
