"""What was heard: words with their times, and the other readings of the same sound."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eulalia.turn import Hypothesis


class Mode(StrEnum):
    """What a transcript was held to."""

    OPEN = "open"
    """Any words."""
    PHRASES = "phrases"
    """The utterance is one of the listed phrases."""
    GRAMMAR = "grammar"
    """The utterance is a sentence of the grammar."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a transcript."""

    text: str
    start: float
    """Seconds from the start of the sound."""
    end: float
    """Seconds from the start of the sound."""
    confidence: float
    """From 0 to 1."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard in a sound, or in what came of it so far.

    >>> Transcript("", 0.0).words
    ()
    """

    text: str
    """The words, separated by spaces; empty when none were heard."""
    confidence: float
    """From 0 to 1."""
    words: tuple[Word, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    """This reading and the others, best first; none when nothing was heard."""
    mode: Mode = Mode.OPEN
    final: bool = True
    """False while a stream may still change its mind."""
