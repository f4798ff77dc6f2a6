"""Arrays that are not sound are refused in one sentence."""

from __future__ import annotations

import numpy as np
import pytest

from eulalia.audio import AudioError, check
from eulalia.errors import EulaliaError


def test_sound_comes_back_as_it_is() -> None:
    samples = np.linspace(-1, 1, 100, dtype=np.float32)
    assert check(samples) is samples
    assert check(samples, 16_000) is samples


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([0.0, 0.1], "NumPy array, not list"),
        (b"\0\0", "NumPy array, not bytes"),
        (np.zeros(5), "float32 .* not float64"),
        (np.zeros(5, np.int16), "float32 .* not int16"),
        (np.zeros((5, 2), np.float32), r"shape \(5, 2\)"),
        (np.float32(0), "NumPy array, not float32"),
        (np.zeros(0, np.float32), "0 samples"),
        (np.array([0, np.nan], np.float32), "NaN or infinite"),
        (np.array([0, np.inf], np.float32), "NaN or infinite"),
        (np.array([np.inf, -np.inf], np.float32), "NaN or infinite"),
    ],
)
def test_refuses_what_is_not_sound(value: object, reason: str) -> None:
    with pytest.raises(AudioError, match=reason) as caught:
        check(value)
    assert isinstance(caught.value, EulaliaError)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_refuses_another_sample_rate() -> None:
    with pytest.raises(AudioError, match="16000 samples a second, not 44100"):
        check(np.zeros(5, np.float32), 44_100)


def test_an_empty_chunk_passes_only_where_it_may() -> None:
    empty = np.zeros(0, np.float32)
    assert check(empty, empty=True) is empty
