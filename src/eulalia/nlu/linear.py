"""The linear reader: votes of words and letter groups for intents, added to the network's scores.

Each locale's votes are trained by themselves, so that they know its set phrases better than a
network that all locales share, and err on other requests than it does. Only the heaviest votes are
kept, and their keys are cut to 24 bits: a rare wrong vote weighs less than the space.
"""

from __future__ import annotations

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
    starts: list[int]
    """Where each row's votes begin, and where the last one's end."""
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
            starts=[0, *np.cumsum(counts).tolist()],
            intents=arrays[f"{locale}/intents"],
            weights=arrays[f"{locale}/weights"],
            scale=float(arrays[f"{locale}/scale"]),
            bias=arrays[f"{locale}/bias"],
        )

    def scores(
        self, word_keys: Iterable[Sequence[int]], character_keys: Iterable[Sequence[int]]
    ) -> NDArray[np.float32]:
        """(intents,) on which side of each intent's margin a sentence lies, and how far."""
        total = self.bias.copy()
        for keys in (vote_keys(word_keys), vote_keys(character_keys)):
            spans = [
                slice(self.starts[row], self.starts[row + 1])
                for row in map(self.rows.get, keys)
                if row is not None
            ]
            if spans:
                intents = np.concatenate([self.intents[span] for span in spans])
                weights = np.concatenate([self.weights[span] for span in spans])
                # All features of a kind share one unit of length.
                length = np.sqrt(len(keys)) / self.scale
                total += (np.bincount(intents, weights, len(total)) / length).astype(np.float32)
        return total
