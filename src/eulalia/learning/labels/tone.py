"""How satisfied a conversation sounds: a linear model of its words.

It is what there is to go by in a bare transcript, which tells neither outcome nor meaning; what is
said next tells most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from eulalia.learning.labels.inputs import FEATURES, FIELDS, Bags
from eulalia.turn import Turn

Floats = npt.NDArray[np.float32]

SCALES: Final = (0.5, 1.0, 0.7, 0.0)
"""How much the words of each field count: what was asked, asked next, answered; kinds do not."""


@dataclass(frozen=True, slots=True)
class Tone:
    """A weight for each hashed feature, and what is added."""

    weights: Floats
    bias: float

    @classmethod
    def deaf(cls) -> Tone:
        """One that hears nothing in any word."""
        return cls(np.zeros(FEATURES, np.float32), 0.0)

    def odds(self, bags: Bags) -> Floats:
        """(turns,) log-odds that a turn satisfied."""
        values = self.weights[bags.features]
        sums = np.zeros(len(bags.ends), np.float32)
        filled = np.flatnonzero(bags.lengths)
        if len(filled):
            sums[filled] = np.add.reduceat(values, bags.starts[filled])
        sums /= np.sqrt(np.maximum(bags.lengths, 1)).astype(np.float32)
        result: Floats = sums.reshape(-1, FIELDS) @ np.array(SCALES, np.float32) + self.bias
        return result


def is_bare(turn: Turn) -> bool:
    """Whether nothing is known of a turn but what was said."""
    return turn.interpretation is None and not turn.spans
