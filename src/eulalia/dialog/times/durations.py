"""Durations: ten minutes, an hour and a half, three days."""

from __future__ import annotations

from eulalia.dialog.times.calendar import UNITS
from eulalia.dialog.times.reading import Reading


def read_durations(reading: Reading) -> None:
    """Every number of a unit adds to the length."""
    clock_hour = reading.find("clockhour")
    clock_prefix = reading.says("clockprefix")
    for n in range(len(reading.marks)):
        unit = next((k for k in reading.kinds(n) if k in UNITS), None)
        if reading.at(n, "clockminute") and not reading.says("oclock"):
            unit = "minute"
        if unit is None or (unit == "hour" and clock_prefix):
            continue
        if n == clock_hour and not _is_duration_here(reading, n):
            continue
        if reading.at(n, "oclock") and not _is_duration_here(reading, n):
            continue
        count, marks = _count_before(reading, n)
        if count is None:
            continue
        if unit == "minute" and reading.at(n + 1, "past", "to"):
            continue
        reading.add_length(count, unit)
        reading.used.update({*marks, n})
        after = n + 1
        while reading.at(after, "past", "word", "one"):
            after += 1
        if after <= n + 3 and reading.at(after, "half") and reading.number(after + 1) is None:
            reading.add_length(0.5, unit)
            reading.used.update(range(n + 1, after + 1))


def _is_duration_here(reading: Reading, n: int) -> bool:
    """Whether "heures" counts hours here rather than naming one."""
    if reading.says("in", "ago", "fromnow", "next", "last"):
        return True
    return reading.language == "ar" and reading.number(n - 1) is not None


def _count_before(reading: Reading, n: int) -> tuple[float | None, set[int]]:
    """How many of the unit at mark n; numbers stand before it, in Swahili and Arabic behind."""
    extra = 0.0
    marks: set[int] = set()
    before = n - 1
    if reading.at(before, "word") and len(reading.marks[before].value) <= 2:
        marks.add(before)
        before -= 1
    if reading.at(before, "half"):
        marks.add(before)
        earlier = before - 1
        while reading.at(earlier, "past", "word", "one"):
            marks.add(earlier)
            earlier -= 1
        whole = reading.number(earlier)
        if whole is not None:
            return whole + 0.5, {*marks, earlier}
        return 0.5, {before}
    if reading.at(before, "quarter"):
        return 0.25, {*marks, before}
    if reading.at(before, "halfpast"):
        extra, before = 0.5, before - 1
    number = reading.number(before)
    if number is not None:
        if reading.at(before - 1, "halfpast"):
            return number + 0.5, {*marks, before, before - 1}
        return number + extra, {*marks, before}
    if reading.at(n + 1, "number") and reading.language in ("sw", "am", "my"):
        return reading.number(n + 1), {n + 1}
    if reading.at(n - 1, "one"):
        return 1.0, {n - 1}
    if (
        reading.at(n - 1, "in")
        or reading.at(n + 1, "fromnow", "ago")
        or (
            reading.language in ("ar", "he")
            and reading.at(n, "hour", "minute")
            and reading.says("in")
        )
    ):
        return 1.0, set()
    return None, set()
