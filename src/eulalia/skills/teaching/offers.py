"""Offers to be taught: rare, rarer each time one is passed over, and rarest after a "no"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from eulalia.memory.records import Records

KIND: Final = "offer"
_KEY: Final = "teaching"
_FIRST_PAUSE: Final = timedelta(days=1)
_LONGEST_PAUSE: Final = timedelta(days=32)


def may_offer(records: Records, customer: str, now: datetime) -> bool:
    """Whether the customer was left in peace for long enough."""
    record = records.get(customer, KIND, _KEY)
    try:
        return record is None or datetime.fromisoformat(record["not_before"]) <= now
    except (TypeError, KeyError, ValueError):
        return True


def note(records: Records, customer: str, now: datetime) -> None:
    """Remember an offer; until it is accepted, each pause is twice as long as the one before."""
    record = records.get(customer, KIND, _KEY)
    made = record.get("made", 0) if isinstance(record, dict) else 0
    pause = min(_FIRST_PAUSE * 2 ** min(made, 10), _LONGEST_PAUSE)
    _put(records, customer, made + 1, now + pause)


def accept(records: Records, customer: str) -> None:
    """Whoever likes to teach may be asked again."""
    record = records.get(customer, KIND, _KEY)
    if isinstance(record, dict):
        records.put(customer, KIND, _KEY, {**record, "made": 0})


def decline(records: Records, customer: str, now: datetime) -> None:
    """Whoever does not is left in peace."""
    _put(records, customer, 10, now + _LONGEST_PAUSE)


def _put(records: Records, customer: str, made: int, not_before: datetime) -> None:
    records.put(customer, KIND, _KEY, {"made": made, "not_before": not_before.isoformat()})
