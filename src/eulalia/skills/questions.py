"""Questions of skills that wait for an answer: one a session, for a few minutes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from eulalia.memory.records import Records

KIND: Final = "question"
"""The kind of record; the session is its key."""
PATIENCE: Final = timedelta(minutes=3)
"""How long a question waits."""


def ask(
    records: Records, customer: str, session: str, now: datetime, about: str, **details: Any
) -> None:
    """Wait for an answer in this session, in place of what was waited for; old questions end."""
    for other, question in records.list(customer, KIND).items():
        if not _waits(question, now):
            records.delete(customer, KIND, other)
    question = {"about": about, "time": now.isoformat(), **details}
    records.put(customer, KIND, session, question)


def pending(records: Records, customer: str, session: str, now: datetime) -> dict[str, Any] | None:
    """The question that waits in this session: `about`, and its details; or None."""
    if not session:
        return None
    question = records.get(customer, KIND, session)
    return question if _waits(question, now) else None


def drop(records: Records, customer: str, session: str) -> None:
    """Wait no longer."""
    if session:
        records.delete(customer, KIND, session)


def _waits(question: Any, now: datetime) -> bool:
    try:
        asked = datetime.fromisoformat(question["time"])
        return bool(question["about"]) and timedelta(0) <= now - asked <= PATIENCE
    except (TypeError, KeyError, ValueError):
        return False
