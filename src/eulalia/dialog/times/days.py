"""Days: the fifteenth of May, tomorrow, next week, tonight."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from eulalia.dialog.times.calendar import MONTHS, PARTS, UNITS, WEEKDAYS, months_later
from eulalia.dialog.times.reading import Reading

_RANKED_DAYS: Final = frozenset("en de da sv nb is fi nl af hi es it pt fr el ca hu".split())
"""Languages in which a rank by itself, "the tenth", is a day of the month and never an hour."""


def read_shortcuts(reading: Reading) -> None:
    """Single words that hold two: tonight, 来週, نصف ساعة."""
    for n in range(len(reading.marks)):
        for key in reading.kinds(n):
            if key in ("tonight", "thismorning", "tomorrowmorning", "tomorrownight"):
                reading.set_day(reading.now.date() + timedelta(days=key.startswith("tomorrow")))
                reading.part = "morning" if key.endswith("morning") else "night"
            elif match := re.fullmatch("(this|next|last)(week|month|year)", key):
                offset = {"this": 0, "next": 1, "last": -1}[match.group(1)]
                reading.set_period(match.group(2), offset)
            elif key in ("twominutes", "twohours", "twodays", "twoweeks"):
                unit = key.removeprefix("two").removesuffix("s")
                reading.add_length(2, unit)
            elif key == "halfhour":
                reading.add_length(0.5, "hour")
            else:
                continue
            reading.used.add(n)
            break


def read_calendar_days(reading: Reading) -> None:
    """Days of the calendar: 2026-03-11, 3/11, the eleventh of March, the fifteenth."""
    for n in range(len(reading.marks)):
        if reading.at(n, "ymd"):
            reading.set_day(date(*reading.marks[n].value))
            reading.used.add(n)
        elif reading.at(n, "dmy"):
            first, second, year = reading.marks[n].value
            if (reading.locale == "en-US" and first <= 12) or second > 12:
                first, second = second, first
            reading.set_day(_in_year(reading, second, first, year))
            reading.used.add(n)
    _read_month_names(reading)
    _read_ordinal_day(reading)


def _read_month_names(reading: Reading) -> None:
    n = reading.find(*MONTHS)
    month = 0
    if n is not None and not (reading.at(n, "second") or reading.at(n, "word")):
        month = 1 + MONTHS.index(next(k for k in reading.kinds(n) if k in MONTHS))
    else:
        n = reading.find("monthnumber")
        number = reading.number(n - 1) if n else None
        if n is not None and number and 1 <= number <= 12:
            month = int(number)
            reading.used.add(n - 1)
    if n is None or not month:
        return
    reading.used.add(n)
    day_of_month, year = 0, 0
    for near in (n - 1, n + 1, n - 2, n + 2, n + 3):
        number = reading.number(near)
        if number is None or number != int(number):
            continue
        if not day_of_month and 1 <= number <= 31 and not reading.at(near + 1, "oclock", "am",
                                                                   "pm", *UNITS):  # fmt: skip
            day_of_month = int(number)
            reading.used.add(near)
            if reading.at(near + 1, "dayofmonth"):
                reading.used.add(near + 1)
        elif not year and 1900 <= number <= 2200:
            year = int(number)
            reading.used.add(near)
    if (y := reading.find("yearnumber")) is not None:
        reading.used.add(y)
    if day_of_month:
        reading.set_day(_in_year(reading, month, day_of_month, year))
    else:
        first = _in_year(reading, month, 1, year, whole_month=True)
        reading.day, reading.day_end, reading.grain = first, months_later(first, 1), "month"


def _read_ordinal_day(reading: Reading) -> None:
    """The fifteenth, 15号, 15日: of this month or the next."""
    if reading.day is not None:
        return
    for n in range(len(reading.marks)):
        number = reading.number(n)
        if number is None or not 1 <= number <= 31 or number != int(number):
            continue
        marked = reading.at(n + 1, "dayofmonth")
        ranked = reading.marks[n].value.ordinal and reading.language in _RANKED_DAYS
        if (not marked and not (ranked and len(reading.marks) <= 4)) or (
            not marked and reading.at(n + 1, *UNITS)
        ):
            continue
        reading.used.update({n, n + 1} if marked else {n})
        candidate = reading.now.date().replace(day=1)
        for _ in range(13):
            try:
                day = candidate.replace(day=int(number))
            except ValueError:
                day = date.min
            if day >= reading.now.date():
                reading.set_day(day)
                return
            candidate = months_later(candidate, 1)


def read_relative_days(reading: Reading) -> None:
    """Days seen from the present: tomorrow, on Friday, at the weekend, last month."""
    today = reading.now.date()
    for key, offset in (("overmorrow", 2), ("tomorrow", 1), ("yesterday", -1), ("today", 0)):
        if (n := reading.find(key)) is not None and reading.day is None:
            # "sabah", "mañana" and "morgen" are also the morning.
            reading.set_day(today + timedelta(days=offset))
            reading.used.add(n)
            break
    if (n := reading.find(*WEEKDAYS)) is not None and reading.day is None:
        name = next(k for k in reading.kinds(n) if k in WEEKDAYS)
        ahead = (WEEKDAYS.index(name) - today.weekday()) % 7
        if reading.says("last", "ago"):
            ahead -= 7
        elif reading.says("next") and ahead == 0:
            ahead = 7
        reading.set_day(today + timedelta(days=ahead))
        reading.used.add(n)
    if reading.day is None and (n := reading.find("weekend")) is not None:
        saturday = today + timedelta(days=5 - today.weekday())
        shift = 7 if reading.says("next") else -7 if reading.says("last") else 0
        reading.day = saturday + timedelta(days=shift)
        reading.day_end, reading.grain = reading.day + timedelta(days=2), "day"
        reading.used.add(n)
    if reading.day is None and reading.length is None and not reading.every:
        unit_at = reading.find("day", "week", "month", "year", "hour", "minute")
        if unit_at is not None:
            unit = next(k for k in reading.kinds(unit_at) if k in UNITS)
            offset = 1 if reading.says("next") else -1 if reading.says("last") else 0
            relative = reading.says("next", "last", "this", "every")
            alone = reading.clock is None and unit not in ("hour", "minute")
            if (relative or alone) and unit not in ("hour", "minute"):
                reading.set_period(unit, offset)
                reading.used.add(unit_at)
            elif relative and reading.clock is None:
                reading.add_length(max(offset, 0) or 1, unit)
                reading.used.add(unit_at)


def read_part(reading: Reading) -> None:
    """The part of the day: in the morning, pm."""
    for n in range(len(reading.marks)):
        kinds = reading.kinds(n)
        parts = [k for k in kinds if k in PARTS]
        if reading.clock is None:
            parts.sort(key=lambda key: key in ("am", "pm"))
        if reading.part is None and (part := next(iter(parts), None)):
            reading.part = part
            reading.used.add(n)


def _in_year(reading: Reading, month: int, day: int, year: int, whole_month: bool = False) -> date:
    """That day in the year said, or the next such day."""
    today = reading.now.date()
    if year:
        return date(year if year > 99 else 2000 + year, month, day)
    if whole_month:
        return date(today.year + (month < today.month), month, day)
    for ahead in range(9):
        try:
            candidate = date(today.year + ahead, month, day)
        except ValueError:
            continue
        if candidate >= today:
            return candidate
    raise ValueError("no such day")
