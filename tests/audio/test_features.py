"""Frames have their stated shape and scale, and streaming changes none of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.audio import AudioError, LogMel, Samples


def chirp(count: int) -> Samples:
    time = np.arange(count) / 16_000
    return (0.3 * np.sin(2 * np.pi * (200 + 1_500 * time) * time)).astype(np.float32)


@pytest.mark.parametrize(
    ("count", "frames"), [(1, 0), (399, 0), (400, 1), (559, 1), (560, 2), (16_000, 98)]
)
def test_one_frame_for_each_whole_window(count: int, frames: int) -> None:
    result = LogMel()(chirp(count))
    assert result.shape == (frames, 80)
    assert result.dtype == np.float32


@given(
    count=st.integers(1, 6_000),
    cuts=st.lists(st.integers(0, 6_000), max_size=12),
)
@settings(deadline=None, max_examples=60)
def test_any_chunking_gives_the_offline_frames_bit_for_bit(count: int, cuts: list[int]) -> None:
    samples = chirp(count)
    stream = LogMel().stream()
    chunks = np.split(samples, sorted(min(cut, count) for cut in cuts))
    frames = np.concatenate([*(stream.accept(chunk) for chunk in chunks), stream.finish()])
    np.testing.assert_array_equal(frames, LogMel()(samples))


def test_a_long_stream_in_short_chunks_gives_the_offline_frames() -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, 80_000).astype(np.float32)
    stream = LogMel().stream()
    parts = [stream.accept(samples[start : start + 321]) for start in range(0, 80_000, 321)]
    np.testing.assert_array_equal(np.concatenate([*parts, stream.finish()]), LogMel()(samples))


def test_a_tone_is_loudest_in_the_band_that_holds_it() -> None:
    def mel(hertz: float) -> float:
        return float(1_127 * np.log(1 + hertz / 700))

    time = np.arange(16_000) / 16_000
    for hertz in (300.0, 1_000.0, 4_000.0):
        tone = (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)
        expected = (mel(hertz) - mel(20)) / ((mel(7_600) - mel(20)) / 81) - 1
        assert abs(LogMel()(tone).mean(axis=0).argmax() - expected) <= 1


def test_ten_times_the_amplitude_adds_the_logarithm_of_a_hundred() -> None:
    soft, loud = LogMel()(chirp(8_000) / 10), LogMel()(chirp(8_000))
    audible = soft > 0
    np.testing.assert_allclose((loud - soft)[audible], np.log(100) / 5.4, atol=1e-3)


def test_digital_silence_is_finite_and_near_ordinary_silence() -> None:
    frames = LogMel()(np.zeros(16_000, dtype=np.float32))
    assert (frames == frames[0, 0]).all()
    assert -3 < frames[0, 0] < -2


def test_refuses_sound_that_is_not_finite() -> None:
    with pytest.raises(AudioError, match="NaN or infinite"):
        LogMel()(np.full(800, np.nan, dtype=np.float32))


@pytest.mark.data
def test_real_speech_is_about_zero_mean_and_unit_variance() -> None:
    data = os.environ.get("EULALIA_DATA")
    if data is None:
        pytest.skip("EULALIA_DATA does not name the folder of public data sets")
    folder = Path(data) / "speech" / "common_voice_en"
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines()[:40]
    frames = np.concatenate(
        [
            LogMel()(
                soundfile.read(folder / json.loads(line)["audio_filepath"], dtype="float32")[0]
            )
            for line in lines
        ]
    )
    assert abs(frames.mean()) < 0.3
    assert 0.8 < frames.std() < 1.2
