"""Hearing: sound to words."""

from eulalia.asr.choice import default_for_grammars, open_recognizer
from eulalia.asr.errors import ModelError, RecognitionError
from eulalia.asr.language_model import LanguageModel
from eulalia.asr.pocketsphinx import PocketSphinxRecognizer
from eulalia.asr.protocol import SpeechRecognizer, SpeechStream
from eulalia.asr.recognizer import Recognizer, Stream
from eulalia.asr.transcript import Mode, Transcript, Word

__all__ = [
    "LanguageModel",
    "Mode",
    "ModelError",
    "PocketSphinxRecognizer",
    "RecognitionError",
    "Recognizer",
    "SpeechRecognizer",
    "SpeechStream",
    "Stream",
    "Transcript",
    "Word",
    "default_for_grammars",
    "open_recognizer",
]
