"""Connectionist temporal classification by sheer enumeration, to hold the searches against."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray


def collapse(alignment: tuple[int, ...], blank: int = 0) -> tuple[int, ...]:
    """The labels that an alignment says: repeats are one, blanks are none."""
    return tuple(
        label
        for position, label in enumerate(alignment)
        if label != blank and (position == 0 or alignment[position - 1] != label)
    )


def totals(log_probs: NDArray[np.float32], blank: int = 0) -> dict[tuple[int, ...], float]:
    """By sequence of labels, the log of the summed probability of all its alignments."""
    found: dict[tuple[int, ...], float] = defaultdict(lambda: -np.inf)
    for alignment in product(range(log_probs.shape[1]), repeat=len(log_probs)):
        score = float(sum(row[label] for row, label in zip(log_probs, alignment, strict=True)))
        labels = collapse(alignment, blank)
        found[labels] = float(np.logaddexp(found[labels], score))
    return dict(found)


def frames(labels: int, most: int) -> st.SearchStrategy[NDArray[np.float32]]:
    """Log-probabilities of shape (1 to `most`, labels), none of them sure of a blank."""
    return (
        st.integers(1, most)
        .flatmap(
            lambda length: arrays(np.float32, (length, labels), elements=st.floats(-2, 2, width=32))
        )
        .map(normalize)
    )


def normalize(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log-softmax over the labels."""
    result: NDArray[np.float32] = (
        logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    ).astype(np.float32)
    return result


def spoken(labels: list[int], size: int, *, sure: float = 0.97) -> NDArray[np.float32]:
    """Frames that say these labels clearly, one frame each; a 0 is a blank."""
    probabilities = np.full((len(labels), size), (1 - sure) / (size - 1))
    probabilities[np.arange(len(labels)), labels] = sure
    return np.log(probabilities).astype(np.float32)
