"""The calendar: its names, and how to count in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
UNITS: Final = ("second", "minute", "hour", "day", "week", "month", "year")
PARTS: Final[dict[str, tuple[int, int]]] = {
    "morning": (6, 12),
    "afternoon": (12, 18),
    "evening": (18, 22),
    "night": (20, 24),
    "am": (0, 12),
    "pm": (12, 24),
}
"""First hour and hour behind the last of the parts of a day."""


def advance(start: datetime, every: str) -> datetime:
    """The next moment after `start` of something that recurs."""
    if every in WEEKDAYS or "," in every:
        wanted = {WEEKDAYS.index(day) for day in every.split(",")}
        following = start + timedelta(days=1)
        while following.weekday() not in wanted:
            following += timedelta(days=1)
        return following
    if every == "weekday":
        following = start + timedelta(days=1)
        while following.weekday() > 4:
            following += timedelta(days=1)
        return following
    if every in ("month", "year"):
        return add_months(start, 1 if every == "month" else 12)
    if every == "hour":
        return (start.astimezone(UTC) + timedelta(hours=1)).astimezone(start.tzinfo)
    return start + timedelta(days=7 if every == "week" else 1)


def months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    total = day.year * 12 + day.month - 1 + months
    for last in range(day.day, 27, -1):
        try:
            return date(total // 12, total % 12 + 1, last)
        except ValueError:
            continue
    return date(total // 12, total % 12 + 1, day.day)


def add_months(moment: datetime, months: int) -> datetime:
    """The same time, on the same day of another month or on that month's last day."""
    return datetime.combine(months_later(moment.date(), months), moment.timetz())
