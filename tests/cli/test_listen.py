"""`eulalia listen`, and what it does with sound that holds no request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from eulalia import audio
from eulalia.audio import Samples, espeak
from eulalia.cli.listen import next_request
from eulalia.turn import Outcome, Turn

from .conftest import Home, Run

RATE = 16_000


def said(text: str) -> Samples:
    pause = np.zeros(RATE // 2, np.float32)
    return np.concatenate([pause, espeak.synthesize(text, "en-us"), pause])


@pytest.fixture(scope="module")
def order() -> Samples:
    return said("a large latte please")


def test_a_spoken_order_is_understood_by_the_grammar_of_its_templates(
    run: Run, home: Home, coffee: Path, tmp_path: Path, order: Samples
) -> None:
    path = tmp_path / "order.flac"
    soundfile.write(path, order, RATE)
    result = run("listen", path, "--json", "--skill", coffee, "--memory", home.folder)
    assert result.status == 0
    turn = Turn.from_json(result.output)
    assert turn.text == "a large latte please"
    assert turn.outcome is Outcome.ANSWERED
    assert turn.audio is not None
    assert turn.audio.path == str(path)
    assert turn.audio.sample_rate == RATE
    assert turn in home.turns()


def test_stereo_at_44100_hertz_is_heard_like_any_sound(
    run: Run, home: Home, coffee: Path, tmp_path: Path, order: Samples
) -> None:
    import soxr

    path = tmp_path / "order.wav"
    loud = soxr.resample(order, RATE, 44_100)
    soundfile.write(path, np.stack([loud, loud], axis=1), 44_100)
    result = run("listen", path, "--skill", coffee, "--memory", home.folder)
    assert result.status == 0
    assert "One large latte, coming up." in result.output


def test_an_mp3_is_heard_whatever_its_name_says(
    run: Run, home: Home, coffee: Path, tmp_path: Path, order: Samples
) -> None:
    mp3 = tmp_path / "order.mp3"
    soundfile.write(mp3, order, RATE)
    result = run("listen", mp3.rename(tmp_path / "order.wav"), "--skill", coffee,
                 "--memory", home.folder)  # fmt: skip
    assert result.status == 0
    assert "One large latte, coming up." in result.output


def write(path: Path, samples: Samples, rate: int = RATE) -> Path:
    soundfile.write(path, samples, rate, subtype="FLOAT" if path.suffix == ".wav" else None)
    return path


@pytest.mark.parametrize(
    ("samples", "complaint"),
    [
        (np.zeros(0, np.float32), "0 samples"),
        (np.full(RATE, np.nan, np.float32), "NaN"),
        (np.zeros(2 * RATE, np.float32), "Nobody speaks in these 2"),
        (np.full((RATE, 2), np.inf, np.float32), "infinite"),
        (np.sin(np.arange(61 * RATE)).astype(np.float32), "lasts 61 s"),
    ],
)
def test_sound_that_holds_no_request_is_refused(
    refuse: Run, tmp_path: Path, samples: Samples, complaint: str
) -> None:
    path = write(tmp_path / "sound.wav", samples)
    refused = refuse("listen", path).complaint
    assert complaint in refused
    assert "sound.wav" in refused


def test_an_hour_of_silence_is_refused(refuse: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "hour.flac", np.zeros(3_600 * RATE, np.float32))
    assert "Nobody speaks" in refuse("listen", path).complaint


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"ID3 and nothing more", b"{}" * 99]
)
def test_a_file_that_is_no_sound_is_refused_by_name(
    refuse: Run, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(content)
    assert "sound.wav" in refuse("listen", path).complaint


def test_a_file_that_is_not_there_is_refused(refuse: Run, tmp_path: Path) -> None:
    assert "none.wav" in refuse("listen", tmp_path / "none.wav").complaint


def test_a_bad_file_is_found_before_a_good_one_is_acted_on(
    refuse: Run, tmp_path: Path, coffee: Path, order: Samples
) -> None:
    good = write(tmp_path / "good.wav", order)
    bad = write(tmp_path / "bad.wav", np.zeros(0, np.float32))
    assert "bad.wav" in refuse("listen", good, bad, "--skill", coffee).complaint


def test_speech_in_a_locale_that_nothing_hears_is_refused(
    refuse: Run, tmp_path: Path, order: Samples
) -> None:
    path = write(tmp_path / "order.wav", order)
    assert "hears sw-KE" in refuse("listen", path, "--locale", "sw-KE").complaint


def test_a_recogniser_that_is_not_there_is_named(
    run: Run, home: Home, coffee: Path, tmp_path: Path, order: Samples
) -> None:
    path = write(tmp_path / "order.wav", order)
    result = run("listen", path, "--recognizer", tmp_path / "none", "--memory", home.folder)
    assert result.status == 1
    assert "none" in result.complaint
    assert "Traceback" not in result.complaint


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["sound.wav", "--microphone"],
        ["sound.wav", "--wake-word", "okay_nabu"],
        ["one.wav", "two.wav", "--say", "answer.wav"],
    ],
)
def test_options_that_contradict_each_other_are_wrong_usage(run: Run, arguments: list[str]) -> None:
    assert run("listen", *arguments).status == 2


# The microphone's sound, chunk by chunk


def chunks(samples: Samples, size: int = 512) -> Iterator[Samples]:
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def test_a_request_ends_when_its_speaker_pauses() -> None:
    silence = np.zeros(3 * RATE, np.float32)
    speech = espeak.synthesize("turn on the light")
    sound = chunks(np.concatenate([silence, speech, silence, speech, silence]))
    first = next_request(sound, None)
    assert len(first) < len(speech) + 2 * RATE
    segments = audio.SpeechDetector().segments(first)
    assert sum(segment.duration for segment in segments) > 0.5
    second = next_request(sound, None)
    assert audio.SpeechDetector().segments(second)
    assert len(next_request(sound, None)) <= RATE  # what is left is silence


def test_after_a_wake_word_the_assistant_does_not_wait_for_ever() -> None:
    class Woken:
        def accept(self, samples: Samples) -> bool:
            return True

    silence = np.zeros(30 * RATE, np.float32)
    sound = chunks(silence)
    heard = next_request(sound, Woken())  # type: ignore[arg-type]
    assert len(heard) <= RATE
    assert sum(map(len, sound)) > 20 * RATE
