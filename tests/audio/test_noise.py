"""Noise, rooms and levels are what they are said to be."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.audio import (
    AudioError,
    LogMel,
    Room,
    Samples,
    coloured_noise,
    espeak,
    impulse_response,
    mix,
    normalize_level,
    reverberate,
)


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def noise(count: int, seed: int = 0, level: float = 0.05) -> Samples:
    return np.random.default_rng(seed).normal(0, level, count).astype(np.float32)


@given(
    snr=st.floats(-10, 40),
    signal_level=st.floats(0.001, 0.02),
    noise_level=st.floats(0.001, 0.1),
    noise_count=st.integers(100, 9_000),
)
@settings(deadline=None, max_examples=50)
def test_mixing_gives_the_ratio_that_was_asked_for(
    snr: float, signal_level: float, noise_level: float, noise_count: int
) -> None:
    signal = noise(5_000, 1, signal_level)
    mixed = mix(signal, noise(noise_count, 2, noise_level), snr)
    assert mixed.shape == signal.shape
    assert mixed.dtype == np.float32
    assert 20 * np.log10(rms(signal) / rms(mixed - signal)) == pytest.approx(snr, abs=0.01)


def test_a_loud_mixture_is_scaled_and_keeps_its_ratio() -> None:
    tone = np.sin(np.arange(16_000) * 2 * np.pi * 1_000 / 16_000).astype(np.float32)
    hum = np.sin(np.arange(16_000) * 2 * np.pi * 50 / 16_000).astype(np.float32)
    mixed = mix(tone, hum, 6)
    assert np.abs(mixed).max() == pytest.approx(1)
    spectrum = np.abs(np.fft.rfft(mixed))
    assert 20 * np.log10(spectrum[1_000] / spectrum[50]) == pytest.approx(6, abs=0.01)


def test_noise_is_repeated_or_cut_and_begins_where_chance_says() -> None:
    signal = noise(1_000, 1)
    short = noise(300, 2)
    added = mix(signal, short, 0) - signal
    np.testing.assert_allclose(added[:300], added[300:600], atol=1e-6)
    long = noise(5_000, 3)
    rng = np.random.default_rng(4)
    first, second = mix(signal, long, 0, rng), mix(signal, long, 0, rng)
    assert not np.allclose(first, second)


def test_mixing_changes_neither_sound() -> None:
    signal, other = noise(1_000, 1), noise(500, 2)
    before = signal.copy(), other.copy()
    mix(signal, other, 0, np.random.default_rng(0))
    np.testing.assert_array_equal(signal, before[0])
    np.testing.assert_array_equal(other, before[1])


def test_silence_has_no_ratio() -> None:
    silence = np.zeros(100, np.float32)
    for signal, other in ((silence, noise(100)), (noise(100), silence)):
        with pytest.raises(AudioError, match="signal-to-noise"):
            mix(signal, other, 10)


@pytest.mark.parametrize(("kind", "slope"), [("white", 0), ("pink", -1), ("brown", -2)])
def test_the_power_of_coloured_noise_falls_as_its_name_says(kind: str, slope: float) -> None:
    samples = coloured_noise(kind, 10 * 16_000, np.random.default_rng(0))
    power = np.abs(np.fft.rfft(samples)) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / 16_000)
    edges = np.geomspace(50, 7_500, 20)
    bands = [power[(hertz >= a) & (hertz < b)].mean() for a, b in pairwise(edges)]
    centres = np.sqrt(edges[:-1] * edges[1:])
    measured = np.polyfit(np.log(centres), np.log(bands), 1)[0]
    assert measured == pytest.approx(slope, abs=0.1)
    assert np.abs(samples).max() <= 1


@pytest.mark.parametrize("kind", ["white", "pink", "brown"])
@pytest.mark.parametrize("count", [1, 2, 100, 16_001])
def test_noise_of_any_length_can_be_made_and_repeated(kind: str, count: int) -> None:
    one, other = (coloured_noise(kind, count, np.random.default_rng(7)) for _ in range(2))
    assert one.shape == (count,)
    assert one.dtype == np.float32
    assert np.isfinite(one).all()
    np.testing.assert_array_equal(one, other)


def test_unknown_colours_and_lengths_are_refused() -> None:
    with pytest.raises(AudioError, match="white, pink, brown"):
        coloured_noise("mauve", 100, np.random.default_rng(0))
    for count in (0, -5):
        with pytest.raises(AudioError, match=f"{count} samples"):
            coloured_noise("pink", count, np.random.default_rng(0))


def test_a_level_is_reached_unless_full_scale_is_in_the_way() -> None:
    assert 20 * np.log10(rms(normalize_level(noise(9_000), -30))) == pytest.approx(-30, abs=0.01)
    loud = normalize_level(noise(9_000), 20)
    assert np.abs(loud).max() == pytest.approx(1)
    silence = np.zeros(100, np.float32)
    np.testing.assert_array_equal(normalize_level(silence), silence)


def reverberation_time(response: Samples) -> float:
    """Seconds of 60 dB, from the fall from -5 to -25 dB (Schroeder's backward integration)."""
    energy = np.cumsum(np.square(response[::-1], dtype=np.float64))[::-1]
    level = 10 * np.log10(energy / energy[0])
    return float(3 * (np.argmax(level < -25) - np.argmax(level < -5)) / 16_000)


def test_a_room_reverberates_for_as_long_as_it_should() -> None:
    rng = np.random.default_rng(0)
    for seconds in (0.2, 0.4, 0.8):
        times = [
            reverberation_time(impulse_response(Room((4, 5, 2.6), seconds), rng)) for _ in range(20)
        ]
        assert np.median(times) == pytest.approx(seconds, rel=0.25)


def test_the_direct_sound_comes_first_and_is_the_loudest() -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        response = impulse_response(Room.random(rng), rng)
        assert response[0] == pytest.approx(1, abs=1e-6)
        assert np.argmax(np.abs(response)) == 0
        assert np.isfinite(response).all()


def test_the_late_echoes_go_on_where_the_early_ones_end() -> None:
    rng = np.random.default_rng(2)
    room = Room((4, 5, 2.6), 0.6)
    responses = np.stack([impulse_response(room, rng) for _ in range(200)])
    before, after = rms(responses[:, 640:800]), rms(responses[:, 800:960])
    assert 0.7 < after / before < 1.1


def test_reverberation_keeps_length_level_and_time() -> None:
    pause = np.zeros(8_000, np.float32)
    burst = np.concatenate([pause, noise(4_000), pause])
    heard = reverberate(burst, Room((3, 4, 2.5), 0.4), np.random.default_rng(3))
    assert heard.shape == burst.shape
    assert heard.dtype == np.float32
    assert rms(heard) == pytest.approx(rms(burst), rel=0.01)
    assert np.abs(heard[:8_000]).max() < 1e-4
    assert np.correlate(heard, burst[4_000:-4_000]).argmax() == 4_000
    assert rms(heard[12_000:13_000]) > 0.05 * rms(heard[8_000:12_000])  # it rings on


def test_the_same_seed_gives_the_same_room() -> None:
    speech = noise(4_000)
    one, other = (reverberate(speech, Room(), np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_silence_and_a_single_sample_survive_a_room() -> None:
    for samples in (np.zeros(100, np.float32), np.array([0.5], np.float32)):
        heard = reverberate(samples, Room(), np.random.default_rng(0))
        assert heard.shape == samples.shape
        assert np.isfinite(heard).all()


def test_the_most_echoing_room_takes_no_time() -> None:
    start = time.process_time()
    impulse_response(Room((1, 1, 1), 1.5), np.random.default_rng(0))
    impulse_response(Room((20, 20, 20), 1.5), np.random.default_rng(0))
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    ("size", "seconds"), [((0, 4, 2), 0.3), ((4, 4, 50), 0.3), ((4, 4, 2), 0), ((4, 4, 2), 9)]
)
def test_impossible_rooms_are_refused(size: tuple[float, float, float], seconds: float) -> None:
    with pytest.raises(AudioError, match="A room has sides"):
        Room(size, seconds)


def test_what_comes_out_of_a_room_can_be_recognised_from() -> None:
    speech = espeak.synthesize("good morning")
    frames = LogMel()(reverberate(speech, Room(), np.random.default_rng(0)))
    assert np.corrcoef(frames.ravel(), LogMel()(speech).ravel())[0, 1] > 0.5
