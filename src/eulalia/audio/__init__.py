"""Sound: files, features, voice activity, wake words, noise and the microphone."""

from eulalia.audio.features import LogMel, LogMelStream
from eulalia.audio.files import read, resample, write
from eulalia.audio.microphone import listen
from eulalia.audio.noise import (
    Room,
    coloured_noise,
    impulse_response,
    mix,
    normalize_level,
    reverberate,
)
from eulalia.audio.samples import SAMPLE_RATE, AudioError, Samples, check
from eulalia.audio.voice import Endpointer, Segment, SpeechDetector, SpeechState
from eulalia.audio.wakeword import WAKE_WORDS, WakeWord, WakeWordStream

__all__ = [
    "SAMPLE_RATE",
    "WAKE_WORDS",
    "AudioError",
    "Endpointer",
    "LogMel",
    "LogMelStream",
    "Room",
    "Samples",
    "Segment",
    "SpeechDetector",
    "SpeechState",
    "WakeWord",
    "WakeWordStream",
    "check",
    "coloured_noise",
    "impulse_response",
    "listen",
    "mix",
    "normalize_level",
    "read",
    "resample",
    "reverberate",
    "write",
]
