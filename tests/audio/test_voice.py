"""Speech is found where it is, and silence, noise and clicks are not taken for it."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.audio import (
    AudioError,
    Samples,
    Segment,
    SpeechDetector,
    SpeechState,
    coloured_noise,
    espeak,
    mix,
    read,
)


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * 16_000), np.float32)


def spoken(text: str) -> Samples:
    """Speech without the silence that the synthesiser leaves around it."""
    samples = espeak.synthesize(text)
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[loud[0] : loud[-1]]


LIGHT = spoken("please turn on the kitchen light")
TIMER = spoken("set a timer for ten minutes")


def test_speech_is_found_where_it_is() -> None:
    samples = np.concatenate([silence(1.5), LIGHT, silence(2), TIMER, silence(1.5)])
    first, second = SpeechDetector().segments(samples)
    light, timer = len(LIGHT) / 16_000, len(TIMER) / 16_000
    assert first.start == pytest.approx(1.5, abs=0.35)
    assert first.end == pytest.approx(1.5 + light, abs=0.35)
    assert second.start == pytest.approx(3.5 + light, abs=0.35)
    assert second.end == pytest.approx(3.5 + light + timer, abs=0.35)
    assert first.duration == first.end - first.start


def test_a_short_pause_parts_nothing_and_a_longer_minimum_joins_more() -> None:
    samples = np.concatenate([silence(1), LIGHT, silence(1), TIMER, silence(1)])
    assert len(SpeechDetector().segments(samples)) == 2
    assert len(SpeechDetector(minimum_silence=1.5).segments(samples)) == 1


def test_padding_stays_within_the_sound_and_its_segments_apart() -> None:
    samples = np.concatenate([LIGHT, silence(0.8), TIMER])
    (whole,) = SpeechDetector(padding=5).segments(samples)
    assert whole == Segment(0.0, len(samples) / 16_000)


def test_short_speech_is_dropped_when_a_minimum_says_so() -> None:
    samples = np.concatenate([silence(1), spoken("yes"), silence(1)])
    assert len(SpeechDetector().segments(samples)) == 1
    assert SpeechDetector(minimum_speech=2).segments(samples) == []


@pytest.mark.parametrize("kind", ["white", "pink", "brown"])
def test_noise_and_clicks_are_no_speech(kind: str) -> None:
    noise = coloured_noise(kind, 5 * 16_000, np.random.default_rng(1))
    noise[40_000:40_160] = 0.9
    assert SpeechDetector().segments(noise) == []


def test_speech_is_found_in_noise() -> None:
    clean = np.concatenate([silence(1.5), LIGHT, silence(1.5)])
    noise = coloured_noise("pink", len(clean), np.random.default_rng(2))
    (segment,) = SpeechDetector().segments(mix(clean, noise, 10))
    assert segment.start == pytest.approx(1.5, abs=0.4)


def test_quiet_speech_is_found() -> None:
    samples = np.concatenate([silence(1), LIGHT / 50, silence(1)])
    assert len(SpeechDetector().segments(samples)) == 1


@pytest.mark.parametrize("level", [0.0, 1e-4])
def test_an_hour_of_silence_holds_no_speech_and_takes_seconds(level: float) -> None:
    hour = np.zeros(3_600 * 16_000, np.float32)
    if level:
        hour += np.tile(np.random.default_rng(3).normal(0, level, 16_000), 3_600).astype(np.float32)
    start = time.process_time()
    assert SpeechDetector().segments(hour) == []
    assert time.process_time() - start < 20  # asking the model throughout takes minutes


def test_speech_after_long_silence_is_found() -> None:
    samples = np.concatenate([silence(600), LIGHT, silence(1)])
    (segment,) = SpeechDetector().segments(samples)
    assert segment.start == pytest.approx(600, abs=0.35)


@pytest.mark.parametrize("count", [1, 100, 511, 512, 513])
def test_a_sound_shorter_than_a_look_holds_no_speech(count: int) -> None:
    assert SpeechDetector().segments(np.full(count, 0.01, np.float32)) == []


def test_refuses_what_is_not_sound() -> None:
    with pytest.raises(AudioError, match="0 samples"):
        SpeechDetector().segments(silence(0))
    with pytest.raises(AudioError, match="NaN"):
        SpeechDetector().endpointer().accept(np.full(9, np.nan, np.float32))


def test_a_request_is_waited_for_heard_and_ended_by_silence() -> None:
    samples = np.concatenate([silence(1), LIGHT, silence(2)])
    end = 1 + len(LIGHT) / 16_000
    endpointer = SpeechDetector().endpointer(trailing_silence=0.7)
    assert endpointer.segment is None
    changes = [(0.0, endpointer.state)]
    for start in range(0, len(samples), 160):
        state = endpointer.accept(samples[start : start + 160])
        if state is not changes[-1][1]:
            changes.append(((start + 160) / 16_000, state))
    assert [state for _, state in changes] == ["waiting", "speaking", "ended"]
    assert changes[1][0] == pytest.approx(1.15, abs=0.3)
    assert changes[2][0] == pytest.approx(end + 0.7, abs=0.35)
    assert endpointer.segment is not None
    assert endpointer.segment.start == pytest.approx(1, abs=0.35)
    assert endpointer.segment.end == pytest.approx(end, abs=0.35)


def test_a_pause_within_a_request_does_not_end_it() -> None:
    samples = np.concatenate([silence(0.5), LIGHT, silence(0.4), TIMER])
    endpointer = SpeechDetector().endpointer(trailing_silence=1.0)
    assert endpointer.accept(samples) is SpeechState.SPEAKING
    assert endpointer.accept(silence(1.5)) is SpeechState.ENDED


def test_a_request_without_end_is_cut_at_its_limit() -> None:
    endpointer = SpeechDetector().endpointer(limit_seconds=2)
    assert endpointer.accept(np.tile(TIMER, 3)) is SpeechState.ENDED


def test_nothing_is_heard_after_the_end() -> None:
    endpointer = SpeechDetector().endpointer()
    endpointer.accept(np.concatenate([LIGHT, silence(2)]))
    before = endpointer.segment
    assert endpointer.accept(TIMER) is SpeechState.ENDED
    assert endpointer.segment == before


def test_silence_is_waited_through_for_ever() -> None:
    endpointer = SpeechDetector().endpointer()
    for _ in range(60):
        assert endpointer.accept(silence(1)) is SpeechState.WAITING


@given(cuts=st.lists(st.integers(0, 60_000), max_size=10))
@settings(deadline=None, max_examples=8)
def test_chunking_changes_nothing(cuts: list[int]) -> None:
    samples = np.concatenate([silence(0.5), TIMER, silence(1)])
    whole = SpeechDetector().endpointer(trailing_silence=0.5)
    whole.accept(samples)
    parts = SpeechDetector().endpointer(trailing_silence=0.5)
    for chunk in np.split(samples, sorted(min(cut, len(samples)) for cut in cuts)):
        parts.accept(chunk)
    assert parts.segment == whole.segment
    assert parts.state is whole.state


@pytest.mark.data
def test_people_are_heard() -> None:
    data = os.environ.get("EULALIA_DATA")
    if data is None:
        pytest.skip("EULALIA_DATA does not name the folder of public data sets")
    folder = Path(data) / "speech" / "speech_commands"
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    words = [line for line in map(json.loads, lines) if line["text"]][:60]
    heard = [
        bool(SpeechDetector().segments(read(folder / line["audio_filepath"]))) for line in words
    ]
    assert sum(heard) / len(heard) >= 0.9
