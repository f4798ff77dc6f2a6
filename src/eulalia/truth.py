"""What really happened in a turn, where somebody knows: data sets, simulations, annotators.

Truth is kept beside the turns and never inside them, so that what learns cannot read the answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Failure(StrEnum):
    """The first stage that failed beyond recovery."""

    CORRECT = "correct"
    FALSE_WAKE = "false_wake"
    """Nobody had spoken to the assistant."""
    ASR = "asr"
    """It heard other words, and they mattered."""
    INTENT = "intent"
    """It heard well and took the request for another."""
    SLOT = "slot"
    """The right intent, but wrong values."""
    RESOLUTION = "resolution"
    """It understood, and took the wrong thing: another lamp, another Anna."""
    RESULT = "result"
    """It understood all and still did not do it, or not well."""


@dataclass(frozen=True, slots=True)
class TrueSlot:
    """A value that the customer meant."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of one turn; None where it is not known."""

    turn: str
    """The turn's id."""
    text: str | None = None
    """What was said."""
    intent: str | None = None
    """What was wanted; out_of_scope for what the assistant cannot do."""
    slots: tuple[TrueSlot, ...] = ()
    failure: Failure | None = None
    goal: str | None = None
    """The same for all turns by which a customer pursues one wish."""
    satisfied: bool | None = None
    """Whether the customer, or most annotators, would call the turn a success."""
