"""Sound: files, features, voice activity, wake words, noise and the microphone."""

from eulalia.audio.features import LogMel, LogMelStream
from eulalia.audio.samples import SAMPLE_RATE, AudioError, Samples, check

__all__ = [
    "SAMPLE_RATE",
    "AudioError",
    "LogMel",
    "LogMelStream",
    "Samples",
    "check",
]
