"""What really happened in a turn, where somebody knows: data sets, simulations, annotators.

Truth is kept beside the turns and never inside them, so that what learns cannot read the answers.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from reprlib import repr as brief
from typing import Any, Self

from eulalia.errors import EulaliaError


class TruthError(EulaliaError):
    """A text that is not the truth of a turn."""


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
    ratings: tuple[int, ...] = ()
    """How satisfying each annotator found the turn, from 1 (not at all) to 5, in their order."""

    def to_json(self) -> str:
        """The truth on one line of JSON."""
        text = _write(self, ensure_ascii=False)
        try:
            text.encode()
        except UnicodeEncodeError:
            # Half of a surrogate pair, as broken input may hold, is no text that a file can take.
            return _write(self, ensure_ascii=True)
        return text

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The truth that `to_json` wrote. Raises TruthError when the text is none."""
        try:
            plain = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise TruthError(f"This is not JSON ({error}); a truth is one JSON object.") from error
        return cls.from_plain(plain)

    @classmethod
    def from_plain(cls, plain: Any) -> Self:
        """The truth in what JSON was read to. Raises TruthError when it is none."""
        if not isinstance(plain, dict):
            raise TruthError(f"A truth is one JSON object, not {brief(plain)}.")
        if unknown := sorted(set(plain) - {field.name for field in fields(cls)}):
            raise TruthError(f"A truth has no field {brief(unknown[0])}.")
        if not isinstance(plain.get("turn"), str):
            raise TruthError("A truth needs the id of its turn as the text 'turn'.")
        slots, ratings = plain.get("slots", []), plain.get("ratings", [])
        return cls(
            turn=plain["turn"],
            text=_optional(plain, "text", str),
            intent=_optional(plain, "intent", str),
            slots=tuple(_slot(slot) for slot in _list(slots, "slots")),
            failure=_failure(plain.get("failure")),
            goal=_optional(plain, "goal", str),
            satisfied=_optional(plain, "satisfied", bool),
            ratings=tuple(_rating(rating) for rating in _list(ratings, "ratings")),
        )


def _write(truth: Truth, *, ensure_ascii: bool) -> str:
    return json.dumps(asdict(truth), ensure_ascii=ensure_ascii, separators=(",", ":"))


def _optional(plain: dict[str, Any], name: str, kind: type) -> Any:
    value = plain.get(name)
    if value is not None and type(value) is not kind:
        raise TruthError(f"A truth's {name} must be null or a {kind.__name__}, not {brief(value)}.")
    return value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise TruthError(f"A truth's {name} must be a list, not {brief(value)}.")
    return value


def _slot(plain: Any) -> TrueSlot:
    match plain:
        case {"name": str(name), "value": str(value), **rest} if not rest:
            return TrueSlot(name, value)
    raise TruthError(f"A truth's slot has the texts 'name' and 'value', unlike {brief(plain)}.")


def _failure(value: Any) -> Failure | None:
    if value is None:
        return None
    try:
        return Failure(value)
    except ValueError as error:
        raise TruthError(
            f"A truth's failure is {', '.join(Failure)}, not {brief(value)}."
        ) from error


def _rating(value: Any) -> int:
    if type(value) is not int:
        raise TruthError(f"A truth's ratings are whole numbers, not {brief(value)}.")
    return value
