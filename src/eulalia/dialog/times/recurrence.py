"""How often: every Monday, daily, on weekdays."""

from __future__ import annotations

from eulalia.dialog.times.calendar import PARTS, WEEKDAYS
from eulalia.dialog.times.reading import Reading


def read_recurrence(reading: Reading) -> None:
    """Whether it happens again and again, and how often."""
    simple = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
    for key, every in simple.items():
        if (n := reading.find(key)) is not None:
            reading.every = every
            reading.used.add(n)
    for key, part in (("everymorning", "morning"), ("everynight", "night")):
        if (n := reading.find(key)) is not None:
            reading.every, reading.part = "day", part
            reading.used.add(n)
    if (n := reading.find("weekdays")) is not None:
        reading.every = "weekday"
        reading.used.add(n)
    days = [n for n in range(len(reading.marks)) if reading.at(n, *WEEKDAYS)]
    names = [next(k for k in reading.kinds(n) if k in WEEKDAYS) for n in days]
    each = reading.find("every")
    if days and (each is not None or reading.every == "week" or len(set(names)) > 1):
        reading.every = ",".join(sorted(set(names), key=WEEKDAYS.index))
        reading.used.update(days)
    elif each is not None and reading.every is None:
        following = next(
            (n for n in range(each + 1, len(reading.marks)) if reading.at(
                n, "day", "week", "month", "year", "hour", "weekend", *PARTS, "today")),
            None,
        )  # fmt: skip
        if following is None and reading.at(each - 1, "day", "week", "month", "year"):
            following = each - 1
        if following is not None:
            kinds = reading.kinds(following)
            unit = next((k for k in kinds if k in ("week", "month", "year", "hour")), "day")
            reading.every = "saturday,sunday" if "weekend" in kinds else unit
            reading.part = next((k for k in kinds if k in PARTS), None)
            reading.used.add(following)
    if reading.every and each is not None:
        reading.used.add(each)
