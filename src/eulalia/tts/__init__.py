"""Speech: answers as sound."""

from eulalia.tts.espeak import ESPEAK_VOICES, EspeakVoice
from eulalia.tts.piper import PiperVoice
from eulalia.tts.speaker import Speaker
from eulalia.tts.voice import SpeechUnavailableError, Voice

__all__ = [
    "ESPEAK_VOICES",
    "EspeakVoice",
    "PiperVoice",
    "Speaker",
    "SpeechUnavailableError",
    "Voice",
]
