"""What a reading comes to in the end: one moment, stretch, length or recurrence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from eulalia.dialog.locales import cldr
from eulalia.dialog.times.calendar import PARTS, WEEKDAYS, add_months, advance
from eulalia.dialog.times.parsed_time import ParsedTime
from eulalia.dialog.times.reading import Reading


def assemble(reading: Reading) -> ParsedTime | None:
    """What the text says in the end, or None when it says nothing about time."""
    others = [
        n
        for n in range(len(reading.marks))
        if reading.at(n, "timer") or (reading.at(n, "word") and len(reading.marks[n].value) > 3)
    ]
    if reading.clock and not reading.sure and not reading.day and not reading.part and others:
        # A bare number among other words is more likely to count something else.
        reading.clock = None
    if reading.length is not None:
        return _assemble_length(reading)
    if reading.clock is not None:
        return _assemble_clock(reading)
    if reading.every:
        start = reading.moment(
            _first_day(reading), PARTS[reading.part][0] if reading.part else 9, 0, 0
        )
        if start <= reading.now:
            start = advance(start, reading.every)
        return ParsedTime("recurrence", start, None, "day", None, reading.every)
    if reading.part is not None:
        return _assemble_part(reading)
    if reading.day is not None and reading.day_end is not None:
        start, end = reading.moment(reading.day, 0), reading.moment(reading.day_end, 0)
        return ParsedTime("date", start, end, reading.grain)
    if reading.says("now"):
        return ParsedTime("instant", reading.now, None, "second")
    return None


def _assemble_length(reading: Reading) -> ParsedTime:
    length, grain = reading.length or timedelta(), reading.length_grain
    approximate = length + timedelta(days=30 * reading.months)
    if reading.every or reading.says("every"):
        return ParsedTime("recurrence", _after(reading, 1), None, grain, approximate, grain)
    if reading.says("next", "this"):
        return ParsedTime("date", reading.now, _after(reading, 1), grain, approximate)
    if reading.says("last"):
        return ParsedTime("date", _after(reading, -1), reading.now, grain, approximate)
    if reading.says("ago") and not (reading.says("in") and reading.language == "de"):
        return ParsedTime("instant", _after(reading, -1), None, grain, approximate)
    if reading.says("in", "fromnow"):
        moment = _after(reading, 1)
        if reading.clock and reading.sure and grain in ("day", "week", "month", "year"):
            moment = reading.moment(moment.date(), *_hour_of_day(reading))
        return ParsedTime("instant", moment, None, grain, approximate)
    return ParsedTime("duration", None, None, grain, approximate)


def _after(reading: Reading, sign: int) -> datetime:
    """The moment that lies the length behind (1) or before (-1) the present."""
    moment = add_months(reading.now, sign * reading.months) if reading.months else reading.now
    if reading.length_grain in ("day", "week"):
        return moment + sign * (reading.length or timedelta())
    # Hours and minutes pass the same way when clocks are changed.
    elapsed = moment.astimezone(UTC) + sign * (reading.length or timedelta())
    return elapsed.astimezone(reading.now.tzinfo)


def _assemble_clock(reading: Reading) -> ParsedTime:
    day = reading.day
    if reading.every:
        start = reading.moment(_first_day(reading), *_hour_of_day(reading))
        if start <= reading.now:
            start = advance(start, reading.every)
        return ParsedTime("recurrence", start, None, "minute", None, reading.every)
    if day is not None:
        return ParsedTime("instant", reading.moment(day, *_hour_of_day(reading)), None, "minute")
    return ParsedTime("time", _next_moment(reading), None, "minute")


def _next_moment(reading: Reading) -> datetime:
    """The next time that clocks show what was said."""
    assert reading.clock is not None
    today = reading.now.date()
    hour, minute, second = reading.clock
    if reading.part is None and 1 <= hour <= 12 and (_twelve_hours(reading) or not reading.sure):
        # "Seven" may be in the morning or the evening: whichever comes first.
        half = reading.moment(today, hour % 12, minute, second)
        later = reading.moment(today, hour % 12 + 12, minute, second)
        for moment in (half, later):
            if moment > reading.now:
                return moment
        return reading.moment(today + timedelta(days=1), hour % 12, minute, second)
    moment = reading.moment(today, *_hour_of_day(reading))
    if moment <= reading.now:
        moment = reading.moment(today + timedelta(days=1), *_hour_of_day(reading))
    return moment


def _hour_of_day(reading: Reading) -> tuple[int, int, int]:
    """The clock time with its part of the day taken into account."""
    assert reading.clock is not None
    hour, minute, second = reading.clock
    if reading.language == "sw" and hour <= 12 and _says_oclock(reading):
        # Swahili counts the hours from sunrise: saa mbili is eight.
        hour = (hour + 6) % 12 + (12 if reading.part in ("pm", "evening", "afternoon") else 0)
        if reading.part == "night":
            hour = hour % 12 + 12
        return hour % 24, minute, second
    if hour == 12 and reading.part in ("am", "morning", "night"):
        hour = 0
    elif (hour < 12 and reading.part in ("pm", "afternoon", "evening")) or (
        reading.part == "night" and 5 <= hour < 12
    ):
        hour += 12
    elif (
        reading.part is None
        and 1 <= hour <= (3 if reading.waking else 6)
        and _twelve_hours(reading)
    ):
        # Where clocks have twelve hours, "tomorrow at three" is in the afternoon.
        hour += 12
    return hour % 24, minute, second


def _twelve_hours(reading: Reading) -> bool:
    """Whether clocks of the locale begin anew at noon."""
    return reading.language != "sw" and "a" in cldr(reading.locale).time_formats["short"].pattern


def _says_oclock(reading: Reading) -> bool:
    return any("oclock" in mark.value for mark in reading.marks if isinstance(mark.value, tuple))


def _assemble_part(reading: Reading) -> ParsedTime:
    """A part of a day, the next one where no day is named."""
    first, last = PARTS[reading.part or "morning"]
    day = reading.day or reading.now.date()
    if reading.day is None and last <= reading.now.hour:
        day += timedelta(days=1)
    end_day = day + timedelta(days=last // 24)
    return ParsedTime(
        "date", reading.moment(day, first), reading.moment(end_day, last % 24), "part"
    )


def _first_day(reading: Reading) -> date:
    """Today, or the next of the weekdays on which something recurs."""
    day = reading.day or reading.now.date()
    if reading.every and (reading.every in WEEKDAYS or "," in reading.every):
        wanted = {WEEKDAYS.index(name) for name in reading.every.split(",")}
        while day.weekday() not in wanted:
            day += timedelta(days=1)
    if reading.every == "weekday":
        while day.weekday() > 4:
            day += timedelta(days=1)
    return day
