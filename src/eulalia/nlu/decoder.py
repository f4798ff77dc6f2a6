"""The likeliest sequence of labels."""

from __future__ import annotations

from dataclasses import dataclass

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

    def decode(self, scores: Scores) -> NDArray[np.intp]:
        """(sentences, tokens) the labels whose sum of scores is highest (Viterbi 1967).

        `scores` are (sentences, tokens, labels), with at least one token.
        """
        tokens = scores.shape[1]
        # (from, sentences, to): so NumPy runs over long rows.
        transitions = self.transitions[:, None]
        best = [self.first + scores[:, 0]]
        for token in range(1, tokens):
            reached = best[-1].T[:, :, None] + transitions
            best.append(np.maximum.reduce(reached) + scores[:, token])
        # Only on the best path does it matter where a label was reached from: on the way back,
        # that is found out with a fraction of the work.
        labels = np.empty((len(scores), tokens), np.intp)
        labels[:, -1] = (best[-1] + self.last).argmax(1)
        for token in range(tokens - 2, -1, -1):
            reached_from = self.transitions.T[labels[:, token + 1]]
            labels[:, token] = (best[token] + reached_from).argmax(1)
        return labels
