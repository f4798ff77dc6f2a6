"""The assistant: one request passes its stages, becomes a turn, and is answered.

`chain.py` says which stages there are and in what order; each has a file in `stages`.
"""

from eulalia.assistant.assistant import Assistant
from eulalia.assistant.parts import (
    Detector,
    Polyglot,
    Reader,
    Recognizer,
    Samples,
    Speaker,
    Understander,
)
from eulalia.assistant.request import (
    LONGEST_SOUND,
    LONGEST_TEXT,
    NoSpeechError,
    RecognizerMissingError,
    RequestError,
    check_sound,
    check_text,
)
from eulalia.assistant.stages.understanding import OUT_OF_SCOPE, SURE, sure
from eulalia.assistant.trace import StageError

__all__ = [
    "LONGEST_SOUND",
    "LONGEST_TEXT",
    "OUT_OF_SCOPE",
    "SURE",
    "Assistant",
    "Detector",
    "NoSpeechError",
    "Polyglot",
    "Reader",
    "Recognizer",
    "RecognizerMissingError",
    "RequestError",
    "Samples",
    "Speaker",
    "StageError",
    "Understander",
    "check_sound",
    "check_text",
    "sure",
]
