"""Which recogniser is used."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from eulalia.asr.pocketsphinx import PocketSphinxRecognizer
from eulalia.asr.protocol import SpeechRecognizer
from eulalia.asr.recognizer import Recognizer

# Spoken coffee orders, held to the grammar of examples/coffee.yaml, wholly right: both got 0.921 of
# the same 114 clean recordings, ours in a twenty-fifth of the time. Ours takes its place once
# benchmarks/asr.py measures it higher.
_POCKETSPHINX_LEADS: Final = True


def open_recognizer(name: str | Path = "eulalia") -> SpeechRecognizer:
    """The recogniser of that name: `eulalia`, `pocketsphinx`, or the folder of a model.

    Raises ModelError when it cannot be had.
    """
    if str(name) == "eulalia":
        return Recognizer.open()
    if str(name) == "pocketsphinx":
        return PocketSphinxRecognizer.open()
    return Recognizer.open(name)


def default_for_grammars() -> SpeechRecognizer:
    """The better one here for English held to a grammar, as template skills want it."""
    if _POCKETSPHINX_LEADS and find_spec("pocketsphinx") is not None:
        return PocketSphinxRecognizer.open()
    return Recognizer.open()
