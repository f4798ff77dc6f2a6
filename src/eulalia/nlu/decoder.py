"""The likeliest sequence of labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Decoder:
    """What the order of labels is worth, to be added to what they are worth by themselves."""

    first: Scores
    """(labels,) at a sentence's beginning"""
    transitions: Scores
    """(labels, labels) from the first to the second"""
    last: Scores
    """(labels,) at its end"""

    @cached_property
    def _backwards(self) -> Scores:
        """(to, from) what the transitions are worth."""
        return np.ascontiguousarray(self.transitions.T)

    def decode(self, scores: Scores) -> NDArray[np.intp]:
        """(sentences, tokens) the labels whose sum of scores is highest (Viterbi 1967).

        `scores` are (sentences, tokens, labels), with at least one token.
        """
        first, *others = scores.swapaxes(0, 1)
        best = [self.first + first]
        # (from, sentences, to): so NumPy takes the maximum of long rows.
        reached = np.empty((first.shape[1], *first.shape), first.dtype)
        for row in others:
            np.add(best[-1].T[:, :, None], self.transitions[:, None], out=reached)
            best.append(np.maximum.reduce(reached) + row)
        # Only on the best path does it matter where a label was reached from: on the way back,
        # that is found out with a fraction of the work.
        path = [(best.pop() + self.last).argmax(1)]
        while best:
            path.append((best.pop() + self._backwards.take(path[-1], 0)).argmax(1))
        return np.stack(path[::-1], axis=1)
