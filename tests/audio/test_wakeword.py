"""A wake word is recognised when it is said, and only then."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from eulalia.audio import (
    WAKE_WORDS,
    AudioError,
    Samples,
    WakeWord,
    coloured_noise,
    espeak,
    mix,
)

# Synthesised voices differ from people's; each word is said by one that its model recognises.
VOICES = {
    "alexa": ("en-us+m3", 150),
    "hey_jarvis": ("en-us+f3", 150),
    "hey_mycroft": ("en-us+m1", 170),
    "okay_nabu": ("en-us+m3", 150),
}
PAUSE = np.zeros(24_000, np.float32)


def said(text: str, voice: str = "en-us", rate: int = 170) -> Samples:
    """Never quite the same twice: espeak-ng lets its voices waver."""
    return np.concatenate([PAUSE, espeak.synthesize(text, voice, rate=rate, pitch=60), PAUSE])


@pytest.fixture(scope="module")
def alexa() -> Samples:
    """A saying of "alexa" that is recognised."""
    sayings = (said("alexa", *VOICES["alexa"]) for _ in range(10))
    return next(samples for samples in sayings if WakeWord("alexa").detect(samples))


def test_there_is_a_voice_for_each_wake_word() -> None:
    assert set(WAKE_WORDS) == VOICES.keys()


@pytest.mark.parametrize("name", WAKE_WORDS)
def test_a_wake_word_is_recognised_once_and_only_by_its_own_model(name: str) -> None:
    recognised = 0
    for _ in range(4):
        samples = said(name.replace("_", " "), *VOICES[name])
        for other in WAKE_WORDS:
            heard = WakeWord(other).detect(samples)
            assert len(heard) <= (other == name)
            assert all(1.5 < second < len(samples) / 16_000 for second in heard)
            recognised += len(heard)
    assert recognised >= 2


def test_two_wake_words_are_two(alexa: Samples) -> None:
    first, second = WakeWord("alexa").detect(np.concatenate([alexa, alexa]))
    assert second - first == pytest.approx(len(alexa) / 16_000, abs=0.2)


@pytest.mark.parametrize("size", [1, 100, 160, 777, 16_000])
def test_chunking_changes_nothing(alexa: Samples, size: int) -> None:
    samples = alexa[8_000:]
    (second,) = WakeWord("alexa").detect(samples)
    stream = WakeWord("alexa").stream()
    heard = [
        start + size
        for start in range(0, len(samples), size)
        if stream.accept(samples[start : start + size])
    ]
    assert len(heard) == 1
    assert 0 <= heard[0] / 16_000 - second <= size / 16_000


def test_other_speech_noise_and_silence_wake_nobody() -> None:
    rng = np.random.default_rng(0)
    speech = said("what is the weather like tomorrow in paris")
    noise = coloured_noise("pink", 5 * 16_000, rng)
    silence = np.zeros(5 * 16_000, np.float32)
    loud = np.ones(16_000, np.float32) * 5
    for samples in (speech, noise, silence, loud, mix(speech, noise, 5)):
        for name in WAKE_WORDS:
            assert WakeWord(name).detect(samples) == []


def test_two_streams_do_not_disturb_each_other(alexa: Samples) -> None:
    word = WakeWord("alexa")
    one, other = word.stream(), word.stream()
    heard = []
    for start in range(0, len(alexa), 1_600):
        heard.append(one.accept(alexa[start : start + 1_600]))
        assert not other.accept(np.zeros(1_600, np.float32))
    assert sum(heard) == 1


def test_an_unknown_wake_word_is_answered_with_those_there_are() -> None:
    with pytest.raises(AudioError, match="no wake word 'computer'") as caught:
        WakeWord("computer")
    assert all(name in str(caught.value) for name in WAKE_WORDS)


def test_refuses_what_is_not_sound() -> None:
    with pytest.raises(AudioError, match="0 samples"):
        WakeWord("alexa").detect(np.zeros(0, np.float32))
    assert not WakeWord("alexa").stream().accept(np.zeros(0, np.float32))


def test_an_error_while_listening_stays_an_error() -> None:
    """In a process of its own, since freeing the features at the wrong time crashed it."""
    script = """
from eulalia.audio import WakeWord

def broken():
    raise ValueError("the microphone was unplugged")

for _ in range(3):
    try:
        WakeWord("alexa").stream().accept(broken())
    except ValueError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["the microphone was unplugged"] * 3
