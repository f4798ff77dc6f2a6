"""Hearing with sound: requests are spoken by synthetic voices, and a real recogniser listens."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final, Protocol

import numpy as np

from eulalia.audio import SAMPLE_RATE, Room, Samples, coloured_noise, espeak, mix, reverberate
from eulalia.learning.simulation.chances import share
from eulalia.learning.simulation.hearing import Heard, Voice
from eulalia.turn import Hypothesis

_VARIANTS: Final = ("", "+m1", "+m3", "+m7", "+f1", "+f2", "+f4", "+f5")
_NEAR_SNR, _FAR_SNR = 22.0, 14.0
"""Decibels by which speech is usually louder than the noise."""
_NOISES: Final = ("pink", "brown", "white")


class Transcript(Protocol):
    """What a recogniser makes of speech."""

    @property
    def text(self) -> str: ...

    @property
    def confidence(self) -> float: ...

    @property
    def hypotheses(self) -> Sequence[Hypothesis]: ...


class Recognizer(Protocol):
    """Turns speech (float32 samples at 16 kHz) into words."""

    def transcribe(self, samples: Samples) -> Transcript: ...


class SpokenHearing:
    """Speaks each request with the voice of its customer, in a noisy room, to a recogniser.

    A customer's voice has its own variant, pitch and pace; who makes an effort speaks slower and
    comes nearer. English only, as espeak-ng's variants are of its en-us voice.
    """

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    def hear(self, voice: Voice, said: str, effort: float, rng: Random, force: bool) -> Heard:
        """What the recogniser hears; `force` drowns the request in noise."""
        variant = _VARIANTS[int(share(voice.name, "variant") * len(_VARIANTS))]
        samples = espeak.synthesize(
            said,
            "en-us" + variant,
            rate=int(min(max(175 + 25 * voice.accent - 25 * effort, 100), 300)),
            pitch=int(25 + 50 * share(voice.name, "pitch")),
        )
        if not samples.size:
            return Heard("", (), seconds=0.0)
        numbers = np.random.default_rng(rng.getrandbits(64))
        if voice.far:
            samples = reverberate(samples, Room.random(numbers), numbers)
        level = (_FAR_SNR if voice.far else _NEAR_SNR) + rng.gauss(0.0, 5.0) + 4.0 * effort
        noise = coloured_noise(rng.choice(_NOISES), len(samples), numbers)
        heard = mix(samples, noise, -3.0 if force else level, numbers)
        transcript = self._recognizer.transcribe(heard)
        hypotheses = tuple(transcript.hypotheses)
        if not hypotheses and transcript.text:
            hypotheses = (Hypothesis(transcript.text, transcript.confidence),)
        return Heard(transcript.text.strip(), hypotheses, len(samples) / SAMPLE_RATE)
