"""Hearing: from what a customer says to what the assistant's ears make of it."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Protocol

from eulalia.turn import Hypothesis


@dataclass(frozen=True, slots=True)
class Voice:
    """Whoever speaks, and into what."""

    name: str
    """Of the speaker; the same name is always misheard in the same ways."""
    locale: str
    accent: float
    """How hard the speaker is to understand, in standard deviations."""
    far: bool
    """Whether the microphone stands far away."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard; the text is empty when nothing was."""

    text: str
    hypotheses: tuple[Hypothesis, ...]
    seconds: float
    """How long the speech lasted."""


class Hearing(Protocol):
    """Ears: those of sound, or a channel that confuses as they do."""

    def hear(self, voice: Voice, said: str, effort: float, rng: Random, force: bool) -> Heard: ...
