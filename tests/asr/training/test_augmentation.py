"""Augmentation of features."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("scipy")

from eulalia.asr.training.augmentation import SILENCE, augment


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 400), st.integers(0, 2**32 - 1))
def test_any_speech_stays_finite_and_is_followed_by_the_flush(frames: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    features = random.normal(0, 1, (frames, 80)).astype(np.float32)
    noise = random.normal(-1, 1, (50, 80)).astype(np.float32)
    result = augment(features, [noise], 48, random)
    assert result.dtype == np.float32
    assert result.shape[1] == 80
    assert len(result) >= 0.84 * frames + 48
    assert np.isfinite(result).all()


def test_the_original_is_left_alone() -> None:
    features = np.zeros((50, 80), np.float32)
    augment(features, [], 10, np.random.default_rng(0))
    assert not features.any()


def test_silence_is_what_the_feature_extractor_makes_of_zeros() -> None:
    from eulalia.audio import LogMel

    frames = LogMel()(np.zeros(16_000, np.float32))
    np.testing.assert_allclose(frames, SILENCE, atol=1e-3)
