"""What a text can say about time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class ParsedTime:
    """What a text says about time."""

    kind: str
    """instant (a moment), time (of day: the next such moment), date (a stretch of days, or a part
    of one), duration, or recurrence."""
    start: datetime | None
    """The moment, or the beginning of the stretch, in the time zone of `now`."""
    end: datetime | None = None
    """Behind the end of a stretch."""
    grain: str = "minute"
    """How fine it was said: second, minute, hour, part, day, week, month, year."""
    duration: timedelta | None = None
    every: str | None = None
    """How often: day, weekday, week, month, year, or weekday names such as "monday,friday"."""
