"""From a text to what it says about time, one matter after the other."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from eulalia.dialog import numbers
from eulalia.dialog.locales import check
from eulalia.dialog.times.assembly import assemble
from eulalia.dialog.times.clock import read_clock
from eulalia.dialog.times.days import (
    read_calendar_days,
    read_part,
    read_relative_days,
    read_shortcuts,
)
from eulalia.dialog.times.durations import read_durations
from eulalia.dialog.times.lexicon import is_spaced, timer_names
from eulalia.dialog.times.marks import find_marks
from eulalia.dialog.times.parsed_time import ParsedTime
from eulalia.dialog.times.reading import Reading
from eulalia.dialog.times.recurrence import read_recurrence
from eulalia.errors import EulaliaError

_ORDER: Final = (
    read_recurrence,
    read_shortcuts,
    read_calendar_days,
    read_durations,
    read_clock,
    read_relative_days,
    read_part,
)
"""What is read first takes its marks from what is read later: once "in ten minutes" is a length,
its ten is no hour. Some marks have several meanings, and the first that fits wins."""


class TimeError(EulaliaError):
    """A moment without a time zone."""


def parse(text: str, locale: str, now: datetime, *, waking: bool = False) -> ParsedTime | None:
    """What the text says about time, seen from `now`, or None when it says nothing.

    A bare number is a time of day only where nothing else is said. Without a date the next such
    moment after `now` is meant; "seven" may then be in the morning or the evening. On a day that
    is named, hours up to six are in the afternoon where clocks have twelve hours; with `waking`,
    as for an alarm, only those up to three are.

    Raises LocaleError for an unknown locale, TimeError for a `now` without a time zone.
    """
    if now.tzinfo is None:
        raise TimeError("The present moment needs a time zone; give it one, UTC for instance.")
    language = check(locale).cldr.split("_")[0]
    try:
        reading = Reading(find_marks(text, locale, language), language, locale, now, waking)
        for read in _ORDER:
            read(reading)
        return assemble(reading)
    except (ValueError, OverflowError):
        # A day that no calendar has, such as 31 February, or a year past 9999.
        return None


def says_timer(text: str, locale: str) -> bool:
    """Whether the text names a timer, however inflected.

    Raises LocaleError for an unknown locale.
    """
    folded = f" {numbers.fold(text[: numbers.LONGEST_TEXT], locale)}"
    gap = " " if is_spaced(check(locale).cldr.split("_")[0]) else ""
    return any(gap + name in folded for name in timer_names(locale))


def says_all(text: str, locale: str) -> bool:
    """Whether the text says "all" or "every".

    Raises LocaleError for an unknown locale.
    """
    language = check(locale).cldr.split("_")[0]
    return any(mark.kind == "every" for mark in find_marks(text, locale, language))
