"""A reading: the marks of one text, and what was made of them so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from eulalia.dialog.times.calendar import months_later
from eulalia.dialog.times.marks import Mark


@dataclass
class Reading:
    """The marks of one text, and what has been read from them.

    Marks are named by their place n in the row; a place outside the row, or a mark that is used
    up, is of no kind.
    """

    marks: list[Mark]
    language: str
    locale: str
    now: datetime
    waking: bool = False
    """Whether early hours are likelier than late ones."""
    clock: tuple[int, int, int] | None = None
    sure: bool = False
    """Whether the clock time came with a word that makes it one."""
    part: str | None = None
    """Part of the day, a key of PARTS."""
    length: timedelta | None = None
    months: int = 0
    """Of the length, apart from its days: months differ."""
    length_grain: str = ""
    day: date | None = None
    day_end: date | None = None
    """Behind the last day of the stretch."""
    grain: str = "day"
    every: str | None = None
    used: set[int] = field(default_factory=set)
    """Marks whose meaning is taken."""

    # Looking at marks

    def kinds(self, n: int) -> tuple[str, ...]:
        """What the mark may mean."""
        if not 0 <= n < len(self.marks) or n in self.used:
            return ()
        mark = self.marks[n]
        if mark.kind in ("number", "clock", "ymd", "dmy", "word"):
            return (mark.kind,)
        kinds: tuple[str, ...] = mark.value
        return kinds

    def at(self, n: int, *kinds: str) -> bool:
        """Whether the mark may mean one of these."""
        return any(kind in kinds for kind in self.kinds(n))

    def number(self, n: int) -> float | None:
        """The value of the mark, or None where it is no number."""
        if self.at(n, "number"):
            return float(self.marks[n].value.value)
        return None

    def find(self, *kinds: str) -> int | None:
        """The first mark that may mean one of these."""
        return next((n for n in range(len(self.marks)) if self.at(n, *kinds)), None)

    def says(self, *kinds: str) -> bool:
        """Whether any mark may mean one of these."""
        return self.find(*kinds) is not None

    # Keeping what they say

    def add_length(self, count: float, unit: str) -> None:
        """Make the length longer by so many of a unit."""
        seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
        if unit in seconds:
            self.length = (self.length or timedelta()) + timedelta(seconds=count * seconds[unit])
        else:
            self.length = self.length or timedelta()
            self.months += round(count * (12 if unit == "year" else 1))
        self.length_grain = self.length_grain or unit

    def set_day(self, day: date) -> None:
        """It is that one day."""
        self.day, self.day_end, self.grain = day, day + timedelta(days=1), "day"

    def set_period(self, unit: str, offset: int) -> None:
        """It is the present day, week, month or year, or one so many before or after it."""
        today = self.now.date()
        if unit == "day":
            self.set_day(today + timedelta(days=offset))
            return
        if unit == "week":
            self.day = today - timedelta(days=today.weekday()) + timedelta(days=7 * offset)
            self.day_end = self.day + timedelta(days=7)
        elif unit == "month":
            self.day = months_later(today.replace(day=1), offset)
            self.day_end = months_later(self.day, 1)
        else:
            self.day = date(today.year + offset, 1, 1)
            self.day_end = date(today.year + offset + 1, 1, 1)
        self.grain = unit

    def moment(self, day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
        """That time of that day, where the customer is."""
        return datetime.combine(day, time(hour, minute, second), tzinfo=self.now.tzinfo)
