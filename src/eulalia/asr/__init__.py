"""Hearing: sound to words."""

from eulalia.asr.biasing import BiasingOptions
from eulalia.asr.choice import default_for_grammars, open_recognizer
from eulalia.asr.decoder import Decoder, Reading
from eulalia.asr.errors import ModelError, RecognitionError
from eulalia.asr.language_model import LanguageModel
from eulalia.asr.pocketsphinx import PocketSphinxRecognizer
from eulalia.asr.protocol import SpeechRecognizer, SpeechStream
from eulalia.asr.recognizer import Recognizer, Stream
from eulalia.asr.transcript import Mode, Transcript, Word
from eulalia.asr.vocabulary import Vocabulary

__all__ = [
    "BiasingOptions",
    "Decoder",
    "LanguageModel",
    "Mode",
    "ModelError",
    "PocketSphinxRecognizer",
    "Reading",
    "RecognitionError",
    "Recognizer",
    "SpeechRecognizer",
    "SpeechStream",
    "Stream",
    "Transcript",
    "Vocabulary",
    "Word",
    "default_for_grammars",
    "open_recognizer",
]
