"""When each label of a known text was said: forced alignment with a CTC model's frames.

The best path through the text's labels, with blanks around them, by the Viterbi algorithm (Graves
et al. 2006, "Connectionist temporal classification", section 4.1, with the greatest for the sum).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.posteriors import LogProbs


@dataclass(frozen=True, slots=True)
class Alignment:
    """The frames of each label of a text."""

    score: float
    """Log-probability of the best path."""
    starts: tuple[int, ...]
    """By label, its first frame …"""
    ends: tuple[int, ...]
    """… and the one behind its last."""


def align(log_probs: LogProbs, labels: Sequence[int], blank: int = 0) -> Alignment | None:
    """The best alignment of labels with frames of shape (frames, labels of the model).

    None where the frames are too few to say the labels in.
    """
    count = len(labels)
    states = np.full(2 * count + 1, blank)
    states[1::2] = labels
    # A blank may be left out between labels that differ.
    skips = np.zeros(len(states), bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    frames = log_probs[:, states].astype(np.float64)
    if not len(frames):
        return None if count else Alignment(0.0, (), ())
    best = np.full(len(states), -np.inf)
    best[:2] = frames[0, :2]
    steps = np.zeros(frames.shape, np.int8)
    for time in range(1, len(frames)):
        one = np.concatenate([[-np.inf], best[:-1]])
        two = np.where(skips, np.concatenate([[-np.inf, -np.inf], best])[: len(best)], -np.inf)
        ways = np.stack([best, one, two])
        steps[time] = ways.argmax(axis=0)
        best = ways.max(axis=0) + frames[time]
    state = len(states) - 1
    if count and best[-2] > best[-1]:
        state -= 1
    score = float(best[state])
    if not np.isfinite(score):
        return None
    path = np.empty(len(frames), np.int64)
    for time in range(len(frames) - 1, -1, -1):
        path[time] = state
        state -= int(steps[time, state])
    said = 2 * np.arange(count) + 1
    return Alignment(
        score,
        tuple(np.searchsorted(path, said).tolist()),
        tuple(np.searchsorted(path, said, side="right").tolist()),
    )


def word_spans(alignment: Alignment, lengths: Sequence[int]) -> NDArray[np.int64]:
    """The first frame of each word and the one behind its last, for words of so many labels.

    Returns shape (words, 2). A word without labels stands where the one before it ends.
    """
    spans = np.zeros((len(lengths), 2), np.int64)
    first, at = 0, 0
    for word, length in enumerate(lengths):
        if length:
            spans[word] = alignment.starts[first], alignment.ends[first + length - 1]
            at = int(spans[word, 1])
        else:
            spans[word] = at
        first += length
    return spans
