"""Turns for the tests of learning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from eulalia.turn import Feedback, Interpretation, Outcome, Slot, Turn

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_turn(
    name: str,
    text: str | None = "play jazz",
    *,
    seconds: float = 0.0,
    intent: str | None = "play_music",
    slots: dict[str, str] | None = None,
    feedback: tuple[str, ...] = (),
    outcome: Outcome | None = Outcome.ANSWERED,
    **others: Any,
) -> Turn:
    """A turn of the session `s` of the customer `c`, unless told otherwise."""
    time = NOON + timedelta(seconds=seconds)
    meaning = None
    if intent is not None and text is not None:
        found = tuple(
            Slot(name, value, max(text.find(value), 0), max(text.find(value), 0) + len(value))
            for name, value in (slots or {}).items()
        )
        meaning = Interpretation(text, intent.partition("_")[0], intent, found, 0.9)
    return Turn(
        id=name,
        **{"session": "s", "customer": "c", "locale": "en-US", **others},
        time=time,
        text=text,
        interpretation=meaning,
        outcome=outcome,
        feedback=tuple(Feedback(kind, time + timedelta(seconds=1)) for kind in feedback),
    )
