"""Forced alignment, against the best of all alignments."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from eulalia.asr.alignment import align, word_spans
from tests.asr.ctc import collapse, frames, spoken


@settings(max_examples=60, deadline=None)
@given(frames(3, 6), st.lists(st.integers(1, 2), max_size=4))
def test_the_path_is_the_best_of_all_that_say_the_labels(
    log_probs: NDArray[np.float32], labels: list[int]
) -> None:
    ways = [
        way for way in product(range(3), repeat=len(log_probs)) if collapse(way) == tuple(labels)
    ]
    found = align(log_probs, labels)
    if not ways:
        assert found is None
        return
    scores = [float(sum(row[k] for row, k in zip(log_probs, way, strict=True))) for way in ways]
    assert found is not None
    assert found.score == pytest.approx(max(scores), abs=1e-4)
    path = [0] * len(log_probs)
    for label, start, end in zip(labels, found.starts, found.ends, strict=True):
        assert start < end
        path[start:end] = [label] * (end - start)
    assert collapse(tuple(path)) == tuple(labels)
    said = float(sum(row[k] for row, k in zip(log_probs, path, strict=True)))
    assert said == pytest.approx(found.score, abs=1e-4)


def test_words_have_the_frames_of_their_labels() -> None:
    found = align(spoken([0, 1, 1, 0, 2, 0, 1, 0], 3), [1, 2, 1])
    assert found is not None
    assert word_spans(found, [2, 0, 1]).tolist() == [[1, 5], [5, 5], [6, 7]]


def test_nothing_is_aligned_with_nothing() -> None:
    empty = np.zeros((0, 3), np.float32)
    assert align(empty, [1]) is None
    found = align(empty, [])
    assert found is not None
    assert word_spans(found, []).shape == (0, 2)
