"""Clock times: seven, half past six, sept heures moins dix, 七点半."""

from __future__ import annotations

from typing import Final

from eulalia.dialog.times.reading import Reading

_HALF_BEFORE: Final = frozenset("de nl da sv nb fi hu is lv pl sl af cs ru".split())
"""Languages where "half seven" is 6:30."""
_HOUR_FIRST: Final = frozenset("es it fr pt ca ro ar sw el vi id fa he".split())
"""Languages that say the hour before "quarter" or "less ten"."""


def read_clock(reading: Reading) -> None:
    """The time that a clock shows: 7:30, noon, half past six, eight oh five."""
    if (n := reading.find("clock")) is not None:
        reading.clock, reading.sure = reading.marks[n].value, True
        reading.used.add(n)
        return
    for key, hour in (("noon", 12), ("midnight", 0)):
        if (n := reading.find(key)) is not None and not reading.says("number"):
            reading.clock, reading.sure = (hour, 0, 0), True
            reading.part = None
            reading.used.update(m for m in range(len(reading.marks)) if reading.at(m, "am", "pm"))
            reading.used.add(n)
            return
    if _read_half_and_quarter(reading):
        return
    for n in range(len(reading.marks)):
        hour_number = reading.number(n)
        if hour_number is None or not 0 <= hour_number <= 24 or hour_number % 1:
            continue
        hour, minute = int(hour_number), 0
        words = range(n - 2, n + 4)
        sure = any(reading.at(m, "oclock", "clockhour", "clockprefix", "am", "pm")
                   for m in words)  # fmt: skip
        after = n + 1
        while reading.at(after, "oclock", "clockhour", "hour", "past", "am", "pm", "clockprefix"):
            after += 1
        minutes = reading.number(after)
        if minutes == 0 and reading.number(after + 1) is not None:
            after += 1
            minutes = reading.number(after)
        if minutes is not None and 0 <= minutes < 60 and minutes % 1 == 0:
            minute, sure = int(minutes), True
            reading.used.add(after)
        reading.clock, reading.sure = (hour, minute, 0), sure
        reading.used.add(n)
        return


def _read_half_and_quarter(reading: Reading) -> bool:
    """Half past six, halb sieben, siete y cuarto, sept heures moins dix, साढ़े सात, 七時半."""
    for key, minutes in (("halfpast", 30), ("quarterpast", 15), ("quarterto", -15)):
        n = reading.find(key)
        if n is not None:
            near = n + 1 if reading.number(n + 1) is not None else n - 1
            return _set_clock(reading, near, minutes, n)
    fraction = reading.find("half", "quarter", "threequarters", "thirdhour")
    if fraction is not None:
        minutes = next(
            value
            for kind, value in (
                ("half", 30), ("quarter", 15), ("threequarters", 45), ("thirdhour", 20))
            if reading.at(fraction, kind)
        )  # fmt: skip
        before = fraction - 1
        sign = 1
        while reading.at(before, "past", "to", "oclock", "clockhour", "word", "one"):
            sign = -1 if reading.at(before, "to") else sign
            before -= 1
        if reading.number(before) is not None and _set_clock(
            reading, before, sign * minutes, fraction
        ):
            return True
        after = fraction + 1
        sign = -1 if minutes == 30 and reading.language in _HALF_BEFORE else 1
        while reading.at(after, "past", "to", "word", "minute"):
            if reading.at(after, "to"):
                sign = -1
            elif reading.at(after, "past") and reading.language != "ru":
                sign = 1
            after += 1
        return reading.number(after) is not None and _set_clock(
            reading, after, sign * minutes, fraction
        )
    joint = reading.find("past", "to")
    if joint is None:
        return False
    sign = -1 if reading.at(joint, "to") else 1
    before = joint - 1
    while reading.at(before, "minute", "oclock", "clockhour", "hour"):
        before -= 1
    one, two = reading.number(before), reading.number(joint + 1)
    if one is None or two is None or one % 1 or two % 1:
        return False
    if reading.language in _HOUR_FIRST:
        return _set_clock(reading, before, sign * int(two), joint + 1)
    return _set_clock(reading, joint + 1, sign * int(one), before)


def _set_clock(reading: Reading, n: int, minutes: int, other: int) -> bool:
    """It is so many minutes from the hour at mark n; the minutes came from the other mark."""
    hour = reading.number(n)
    if hour is None or not 0 <= hour <= 24 or hour % 1 or abs(minutes) >= 60:
        return False
    total = (int(hour) * 60 + minutes) % 1440
    reading.clock, reading.sure = (total // 60, total % 60, 0), True
    reading.used.update({n, other})
    return True
