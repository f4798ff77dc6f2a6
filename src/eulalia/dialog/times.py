"""Times in text: moments, days, durations and recurrences, in 52 locales.

The text is read as a row of marks (a number, a weekday, "half", "next" …) found by the longest
match among the words of the CLDR and of timewords.toml; what the marks mean together depends on
their order only where languages put it there: "half past six", "sechs Uhr dreißig", "七点半".
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any, Final

from babel.units import format_unit

from eulalia.dialog import numbers
from eulalia.dialog.locales import check, cldr
from eulalia.errors import EulaliaError


class TimeError(EulaliaError):
    """A moment without a time zone."""


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


WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_UNITS: Final = ("second", "minute", "hour", "day", "week", "month", "year")
_PARTS: Final[dict[str, tuple[int, int]]] = {
    "morning": (6, 12),
    "afternoon": (12, 18),
    "evening": (18, 22),
    "night": (20, 24),
    "am": (0, 12),
    "pm": (12, 24),
}
"""First hour and hour behind the last of the parts of a day."""
_HALF_BEFORE: Final = frozenset("de nl da sv nb fi hu is lv pl sl af cs ru".split())
"""Languages where "half seven" is 6:30."""
_RANKED_DAYS: Final = frozenset("en de da sv nb is fi nl af hi es it pt fr el ca hu".split())
"""Languages in which a rank by itself, "the tenth", is a day of the month and never an hour."""
_HOUR_FIRST: Final = frozenset("es it fr pt ca ro ar sw el vi id fa he".split())
"""Languages that say the hour before "quarter" or "less ten"."""


def parse(text: str, locale: str, now: datetime) -> ParsedTime | None:
    """What the text says about time, seen from `now`, or None when it says nothing.

    A bare number is a time of day only where nothing else is said. Without a date the next such
    moment after `now` is meant; "seven" may then be in the morning or the evening.

    Raises LocaleError for an unknown locale, TimeError for a `now` without a time zone.
    """
    if now.tzinfo is None:
        raise TimeError("The present moment needs a time zone; give it one, UTC for instance.")
    language = check(locale).cldr.split("_")[0]
    try:
        return _Reading(_marks(text, locale, language), language, locale, now).result()
    except (ValueError, OverflowError):
        # A day that no calendar has, such as 31 February, or a year past 9999.
        return None


def says_all(text: str, locale: str) -> bool:
    """Whether the text says "all" or "every".

    Raises LocaleError for an unknown locale.
    """
    language = check(locale).cldr.split("_")[0]
    return any(mark.kind == "every" for mark in _marks(text, locale, language))


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
        return _add_months(start, 1 if every == "month" else 12)
    if every == "hour":
        return (start.astimezone(UTC) + timedelta(hours=1)).astimezone(start.tzinfo)
    return start + timedelta(days=7 if every == "week" else 1)


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: str
    """number, clock, ymd, word, or a key of the lexicon."""
    value: Any
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Lexicon:
    words: dict[str, tuple[str, ...]]
    """The keys that a folded spelling may stand for."""
    longest: int
    by_beginning: dict[str, list[str]]
    """Single words of four letters and more, by their first three."""


@cache
def _all_words() -> dict[str, dict[str, str]]:
    source = resources.files("eulalia.dialog").joinpath("timewords.toml")
    return tomllib.loads(source.read_text("utf-8"))


@cache
def _lexicon(locale: str) -> _Lexicon:
    language = check(locale).cldr.split("_")[0]
    data = cldr(locale)
    words: dict[str, list[str]] = {}

    def put(key: str, spellings: Iterable[str]) -> None:
        for spelling in spellings:
            clean = " ".join(numbers.fold(spelling, locale).replace(".", " ").split())
            if clean and not clean.isdigit() and key not in words.setdefault(clean, []):
                words[clean].append(key)

    for key, spellings in _all_words().get(language, {}).items():
        put(key, spellings.split("|"))
    for width in ("wide", "abbreviated"):
        for context in ("format", "stand-alone"):
            for number, name in data.days[context][width].items():
                put(WEEKDAYS[number], [name] if len(name) > 2 else [])
            for number, name in data.months[context][width].items():
                put(_MONTHS[number - 1], [name] if len(name) > 2 or "月" in name else [])
            periods = data.day_periods.get(context, {}).get(width, {})
            for key, name in periods.items():
                put(key.rstrip("12"), [name] if len(name) > 1 else [])
    for unit in _UNITS:
        for count in (1, 2, 3, 5, 11):
            # Babel names units only with a number; every plural form shows with one of these.
            said = format_unit(count, f"duration-{unit}", "long", locale=data)
            if "duration" in said:
                continue
            put(unit, ["".join(c for c in said if unicodedata.decimal(c, None) is None)])
    frozen = {spelling: tuple(keys) for spelling, keys in words.items()}
    by_beginning: dict[str, list[str]] = {}
    for spelling in frozen:
        if len(spelling) >= 4 and " " not in spelling:
            by_beginning.setdefault(spelling[:3], []).append(spelling)
    return _Lexicon(frozen, max(map(len, frozen)), by_beginning)


_CLOCK = re.compile(r"(?<!\d)(\d{1,2}) ?[:h時点點시] ?(\d{2})(?!\d)(?: ?[:分] ?(\d{2})(?!\d))?|"
                    r"(?<!\d)(\d{1,2})\.(\d{2})(?![\d.])")  # fmt: skip
_YMD = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_DMY = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d])")


def _marks(text: str, locale: str, language: str) -> list[_Mark]:
    """The marks of a text, from left to right."""
    folded = numbers.fold(text[: numbers.LONGEST_TEXT], locale)
    keep_hyphens = "".join(
        "-" if original == "-" else character
        for original, character in zip(text, folded, strict=False)
    )
    lexicon = _lexicon(locale)
    spaced = language not in ("ja", "zh", "th", "km", "my")
    found = {number.start: number for number in numbers.find(text, locale)}
    marks: list[_Mark] = []
    position = 0
    while position < len(folded):
        if folded[position] in " ,.;!?'。，？":
            position += 1
            continue
        mark = _digital(keep_hyphens, folded, position) or _word(folded, position, lexicon, spaced)
        number = found.get(position) or next(
            (n for n in found.values() if n.start < position < n.end), None
        )
        if (
            number
            and number.start == position
            and (
                mark is None
                or number.end > mark.end
                or (number.end == mark.end and mark.kind in (*_MONTHS, *WEEKDAYS, "one"))
            )
        ):
            if number.value < 0:
                # "Sept heures moins dix": what looks like a negative number counts back.
                marks.append(_Mark("to", ("to",), position, position))
                number = replace(number, value=-number.value)
            mark = _Mark("number", number, position, number.end)
        if mark is None and spaced:
            mark = _inflected(folded, position, lexicon, language)
        if mark is None:
            end = position + 1
            while spaced and end < len(folded) and folded[end] not in " ,.;!?'":
                if end in found and folded[end].isdigit() != folded[end - 1].isdigit():
                    break
                end += 1
            prefix_end = next((n.start for n in found.values() if position < n.start < end), None)
            mark = _Mark("word", folded[position : prefix_end or end], position, prefix_end or end)
        marks.append(mark)
        position = max(mark.end, position + 1)
    return marks


def _digital(keep_hyphens: str, folded: str, position: int) -> _Mark | None:
    if not folded[position].isdigit():
        return None
    if match := _YMD.match(keep_hyphens, position):
        return _Mark("ymd", tuple(map(int, match.groups())), position, match.end())
    if match := _CLOCK.match(folded, position):
        hour, minute, second = match.group(1) or match.group(4), match.group(2), match.group(3)
        hour_minute = (int(hour), int(minute or match.group(5)), int(second or 0))
        if hour_minute[0] <= 24 and hour_minute[1] < 60 and hour_minute[2] < 60:
            return _Mark("clock", hour_minute, position, match.end())
    if match := _DMY.match(keep_hyphens, position):
        first, _, second, year = match.groups()
        return _Mark("dmy", (int(first), int(second), int(year or 0)), position, match.end())
    return None


def _word(folded: str, position: int, lexicon: _Lexicon, spaced: bool) -> _Mark | None:
    """The longest word or words of the lexicon here."""
    limit = min(lexicon.longest + 2, len(folded) - position)
    for length in range(limit, 0, -1):
        end = position + length
        if spaced and end < len(folded) and numbers._letter(folded[end]):
            continue
        part = folded[position:end]
        keys = lexicon.words.get(part) or (
            lexicon.words.get(" ".join(part.replace(".", " ").split())) if "." in part else None
        )
        if keys:
            return _Mark(keys[0], keys, position, end)
    return None


def _inflected(folded: str, position: int, lexicon: _Lexicon, language: str) -> _Mark | None:
    """A word of the lexicon with something written onto its front or another end."""
    end = position
    while end < len(folded) and numbers._letter(folded[end]):
        end += 1
    word = folded[position:end]
    for prefix in (*numbers._PREFIXES.get(language, ()), ""):
        stem = word.removeprefix(prefix)
        if prefix and (stem == word or len(stem) < 2):
            continue
        if keys := lexicon.words.get(stem):
            return _Mark(keys[0], keys, position, end)
        if len(stem) < 4:
            continue
        more = numbers._SUFFIX.get(language, 0) or (3 if language != "en" else 1)
        best = max(
            (
                known
                for known in lexicon.by_beginning.get(stem[:3], ())
                if _common(known, stem) >= max(4, len(known) - 2)
                and len(stem) - _common(known, stem) <= more
            ),
            key=lambda known: _common(known, stem) * 2 - len(known),
            default=None,
        )
        if best and (language != "en" or stem.startswith(best)):
            keys = lexicon.words[best]
            return _Mark(keys[0], keys, position, end)
    return None


def _common(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


@dataclass
class _Reading:
    """The marks of one text, read into one ParsedTime."""

    marks: list[_Mark]
    language: str
    locale: str
    now: datetime
    clock: tuple[int, int, int] | None = None
    sure: bool = False
    """Whether the clock time came with a word that makes it one."""
    part: str | None = None
    length: timedelta | None = None
    months: int = 0
    length_grain: str = ""
    day: date | None = None
    day_end: date | None = None
    grain: str = "day"
    every: str | None = None
    used: set[int] = field(default_factory=set)

    def result(self) -> ParsedTime | None:
        self._read_recurrence()
        self._read_shortcuts()
        self._read_calendar_days()
        self._read_durations()
        self._read_clock()
        self._read_relative_days()
        self._read_part()
        return self._assemble()

    # Looking at marks.

    def _kinds(self, n: int) -> tuple[str, ...]:
        if not 0 <= n < len(self.marks) or n in self.used:
            return ()
        mark = self.marks[n]
        return mark.value if isinstance(mark.value, tuple) and mark.kind not in (
            "clock", "ymd", "dmy") else (mark.kind,)  # fmt: skip

    def _is(self, n: int, *kinds: str) -> bool:
        return any(kind in kinds for kind in self._kinds(n))

    def _number(self, n: int) -> float | None:
        if self._is(n, "number"):
            return float(self.marks[n].value.value)
        return None

    def _find(self, *kinds: str) -> int | None:
        return next((n for n in range(len(self.marks)) if self._is(n, *kinds)), None)

    def _has(self, *kinds: str) -> bool:
        return self._find(*kinds) is not None

    # What the marks say, one matter at a time.

    def _read_recurrence(self) -> None:
        simple = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
        for key, every in simple.items():
            if (n := self._find(key)) is not None:
                self.every = every
                self.used.add(n)
        for key, part in (("everymorning", "morning"), ("everynight", "night")):
            if (n := self._find(key)) is not None:
                self.every, self.part = "day", part
                self.used.add(n)
        if (n := self._find("weekdays")) is not None:
            self.every = "weekday"
            self.used.add(n)
        days = [n for n in range(len(self.marks)) if self._is(n, *WEEKDAYS)]
        names = [next(k for k in self._kinds(n) if k in WEEKDAYS) for n in days]
        each = self._find("every")
        if days and (each is not None or self.every == "week" or len(set(names)) > 1):
            self.every = ",".join(sorted(set(names), key=WEEKDAYS.index))
            self.used.update(days)
        elif each is not None and self.every is None:
            following = next(
                (n for n in range(each + 1, len(self.marks)) if self._is(
                    n, "day", "week", "month", "year", "hour", "weekend", *_PARTS, "today")),
                None,
            )  # fmt: skip
            if following is None and self._is(each - 1, "day", "week", "month", "year"):
                following = each - 1
            if following is not None:
                kinds = self._kinds(following)
                unit = next((k for k in kinds if k in ("week", "month", "year", "hour")), "day")
                self.every = "saturday,sunday" if "weekend" in kinds else unit
                self.part = next((k for k in kinds if k in _PARTS), None)
                self.used.add(following)
        if self.every and each is not None:
            self.used.add(each)

    def _read_shortcuts(self) -> None:
        """Single words that hold two: tonight, 来週, نصف ساعة."""
        for n in range(len(self.marks)):
            for key in self._kinds(n):
                if key in ("tonight", "thismorning", "tomorrowmorning", "tomorrownight"):
                    self._set_day(self.now.date() + timedelta(days=key.startswith("tomorrow")))
                    self.part = "morning" if key.endswith("morning") else "night"
                elif match := re.fullmatch("(this|next|last)(week|month|year)", key):
                    offset = {"this": 0, "next": 1, "last": -1}[match.group(1)]
                    self._set_period(match.group(2), offset)
                elif key in ("twominutes", "twohours", "twodays", "twoweeks"):
                    unit = key.removeprefix("two").removesuffix("s")
                    self._add_length(2, unit)
                elif key == "halfhour":
                    self._add_length(0.5, "hour")
                else:
                    continue
                self.used.add(n)
                break

    def _read_calendar_days(self) -> None:
        for n in range(len(self.marks)):
            if self._is(n, "ymd"):
                self._set_day(date(*self.marks[n].value))
                self.used.add(n)
            elif self._is(n, "dmy"):
                first, second, year = self.marks[n].value
                if (self.locale == "en-US" and first <= 12) or second > 12:
                    first, second = second, first
                self._set_day(self._in_year(second, first, year))
                self.used.add(n)
        self._read_month_names()
        self._read_ordinal_day()

    def _read_month_names(self) -> None:
        n = self._find(*_MONTHS)
        month = 0
        if n is not None and not (self._is(n, "second") or self._is(n, "word")):
            month = 1 + _MONTHS.index(next(k for k in self._kinds(n) if k in _MONTHS))
        else:
            n = self._find("monthnumber")
            number = self._number(n - 1) if n else None
            if n is not None and number and 1 <= number <= 12:
                month = int(number)
                self.used.add(n - 1)
        if n is None or not month:
            return
        self.used.add(n)
        day_of_month, year = 0, 0
        for near in (n - 1, n + 1, n - 2, n + 2, n + 3):
            number = self._number(near)
            if number is None or number != int(number):
                continue
            if not day_of_month and 1 <= number <= 31 and not self._is(near + 1, "oclock", "am",
                                                                       "pm", *_UNITS):  # fmt: skip
                day_of_month = int(number)
                self.used.add(near)
                if self._is(near + 1, "dayofmonth"):
                    self.used.add(near + 1)
            elif not year and 1900 <= number <= 2200:
                year = int(number)
                self.used.add(near)
        if (y := self._find("yearnumber")) is not None:
            self.used.add(y)
        if day_of_month:
            self._set_day(self._in_year(month, day_of_month, year))
        else:
            first = self._in_year(month, 1, year, whole_month=True)
            self.day, self.day_end, self.grain = first, _months_later(first, 1), "month"

    def _read_ordinal_day(self) -> None:
        """The fifteenth, 15号, 15日: of this month or the next."""
        if self.day is not None:
            return
        for n in range(len(self.marks)):
            number = self._number(n)
            if number is None or not 1 <= number <= 31 or number != int(number):
                continue
            marked = self._is(n + 1, "dayofmonth")
            ranked = self.marks[n].value.ordinal and self.language in _RANKED_DAYS
            if (not marked and not (ranked and len(self.marks) <= 4)) or (
                not marked and self._is(n + 1, *_UNITS)
            ):
                continue
            self.used.update({n, n + 1} if marked else {n})
            candidate = self.now.date().replace(day=1)
            for _ in range(13):
                try:
                    day = candidate.replace(day=int(number))
                except ValueError:
                    day = date.min
                if day >= self.now.date():
                    self._set_day(day)
                    return
                candidate = _months_later(candidate, 1)

    def _read_durations(self) -> None:
        clock_hour = self._find("clockhour")
        clock_prefix = self._has("clockprefix")
        for n in range(len(self.marks)):
            unit = next((k for k in self._kinds(n) if k in _UNITS), None)
            if self._is(n, "clockminute") and not self._has("oclock"):
                unit = "minute"
            if unit is None or (unit == "hour" and clock_prefix):
                continue
            if n == clock_hour and not self._is_duration_here(n):
                continue
            if self._is(n, "oclock") and not self._is_duration_here(n):
                continue
            count, marks = self._count_before(n)
            if count is None:
                continue
            if unit == "minute" and self._is(n + 1, "past", "to"):
                continue
            self._add_length(count, unit)
            self.used.update({*marks, n})
            after = n + 1
            while self._is(after, "past", "word", "one"):
                after += 1
            if after <= n + 3 and self._is(after, "half") and self._number(after + 1) is None:
                self._add_length(0.5, unit)
                self.used.update(range(n + 1, after + 1))

    def _is_duration_here(self, n: int) -> bool:
        """Whether "heures" counts hours here rather than naming one."""
        if self._has("in", "ago", "fromnow", "next", "last"):
            return True
        return self.language == "ar" and self._number(n - 1) is not None

    def _count_before(self, n: int) -> tuple[float | None, set[int]]:
        """How many of the unit at mark n; numbers stand before it, in Swahili and Arabic behind."""
        extra = 0.0
        marks: set[int] = set()
        before = n - 1
        if self._is(before, "word") and len(self.marks[before].value) <= 2:
            marks.add(before)
            before -= 1
        if self._is(before, "half"):
            marks.add(before)
            earlier = before - 1
            while self._is(earlier, "past", "word", "one"):
                marks.add(earlier)
                earlier -= 1
            whole = self._number(earlier)
            if whole is not None:
                return whole + 0.5, {*marks, earlier}
            return 0.5, {before}
        if self._is(before, "quarter"):
            return 0.25, {*marks, before}
        if self._is(before, "halfpast"):
            extra, before = 0.5, before - 1
        number = self._number(before)
        if number is not None:
            if self._is(before - 1, "halfpast"):
                return number + 0.5, {*marks, before, before - 1}
            return number + extra, {*marks, before}
        if self._is(n + 1, "number") and self.language in ("sw", "am", "my"):
            return self._number(n + 1), {n + 1}
        if self._is(n - 1, "one"):
            return 1.0, {n - 1}
        if (
            self._is(n - 1, "in")
            or self._is(n + 1, "fromnow", "ago")
            or (self.language in ("ar", "he") and self._is(n, "hour", "minute") and self._has("in"))
        ):
            return 1.0, set()
        return None, set()

    def _add_length(self, count: float, unit: str) -> None:
        seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
        if unit in seconds:
            self.length = (self.length or timedelta()) + timedelta(seconds=count * seconds[unit])
        else:
            self.length = self.length or timedelta()
            self.months += round(count * (12 if unit == "year" else 1))
        self.length_grain = self.length_grain or unit

    def _read_clock(self) -> None:
        if (n := self._find("clock")) is not None:
            self.clock, self.sure = self.marks[n].value, True
            self.used.add(n)
            return
        for key, hour in (("noon", 12), ("midnight", 0)):
            if (n := self._find(key)) is not None and not self._has("number"):
                self.clock, self.sure = (hour, 0, 0), True
                self.part = None
                self.used.update(m for m in range(len(self.marks)) if self._is(m, "am", "pm"))
                self.used.add(n)
                return
        if self._read_half_and_quarter():
            return
        for n in range(len(self.marks)):
            hour_number = self._number(n)
            if hour_number is None or not 0 <= hour_number <= 24 or hour_number % 1:
                continue
            hour, minute = int(hour_number), 0
            words = range(n - 2, n + 4)
            sure = any(self._is(m, "oclock", "clockhour", "clockprefix", "am", "pm")
                       for m in words)  # fmt: skip
            after = n + 1
            while self._is(after, "oclock", "clockhour", "hour", "past", "am", "pm", "clockprefix"):
                after += 1
            minutes = self._number(after)
            if minutes == 0 and self._number(after + 1) is not None:
                after += 1
                minutes = self._number(after)
            if minutes is not None and 0 <= minutes < 60 and minutes % 1 == 0:
                minute, sure = int(minutes), True
                self.used.add(after)
            self.clock, self.sure = (hour, minute, 0), sure
            self.used.add(n)
            return

    def _read_half_and_quarter(self) -> bool:
        """Half past six, halb sieben, siete y cuarto, sept heures moins dix, साढ़े सात, 七時半."""
        for key, minutes in (("halfpast", 30), ("quarterpast", 15), ("quarterto", -15)):
            n = self._find(key)
            if n is not None:
                near = n + 1 if self._number(n + 1) is not None else n - 1
                return self._set_clock(near, minutes, n)
        fraction = self._find("half", "quarter", "threequarters", "thirdhour")
        if fraction is not None:
            minutes = next(
                value
                for kind, value in (
                    ("half", 30), ("quarter", 15), ("threequarters", 45), ("thirdhour", 20))
                if self._is(fraction, kind)
            )  # fmt: skip
            before = fraction - 1
            sign = 1
            while self._is(before, "past", "to", "oclock", "clockhour", "word", "one"):
                sign = -1 if self._is(before, "to") else sign
                before -= 1
            if self._number(before) is not None and self._set_clock(
                before, sign * minutes, fraction
            ):
                return True
            after = fraction + 1
            sign = -1 if minutes == 30 and self.language in _HALF_BEFORE else 1
            while self._is(after, "past", "to", "word", "minute"):
                if self._is(after, "to"):
                    sign = -1
                elif self._is(after, "past") and self.language != "ru":
                    sign = 1
                after += 1
            return self._number(after) is not None and self._set_clock(
                after, sign * minutes, fraction
            )
        joint = self._find("past", "to")
        if joint is None:
            return False
        sign = -1 if self._is(joint, "to") else 1
        before = joint - 1
        while self._is(before, "minute", "oclock", "clockhour", "hour"):
            before -= 1
        one, two = self._number(before), self._number(joint + 1)
        if one is None or two is None or one % 1 or two % 1:
            return False
        if self.language in _HOUR_FIRST:
            return self._set_clock(before, sign * int(two), joint + 1)
        return self._set_clock(joint + 1, sign * int(one), before)

    def _set_clock(self, n: int, minutes: int, other: int) -> bool:
        hour = self._number(n)
        if hour is None or not 0 <= hour <= 24 or hour % 1 or abs(minutes) >= 60:
            return False
        total = (int(hour) * 60 + minutes) % 1440
        self.clock, self.sure = (total // 60, total % 60, 0), True
        self.used.update({n, other})
        return True

    def _read_relative_days(self) -> None:
        today = self.now.date()
        for key, offset in (("overmorrow", 2), ("tomorrow", 1), ("yesterday", -1), ("today", 0)):
            if (n := self._find(key)) is not None and self.day is None:
                # "sabah", "mañana" and "morgen" are also the morning.
                self._set_day(today + timedelta(days=offset))
                self.used.add(n)
                break
        if (n := self._find(*WEEKDAYS)) is not None and self.day is None:
            name = next(k for k in self._kinds(n) if k in WEEKDAYS)
            ahead = (WEEKDAYS.index(name) - today.weekday()) % 7
            if self._has("last", "ago"):
                ahead -= 7
            elif self._has("next") and ahead == 0:
                ahead = 7
            self._set_day(today + timedelta(days=ahead))
            self.used.add(n)
        if self.day is None and (n := self._find("weekend")) is not None:
            saturday = today + timedelta(days=5 - today.weekday())
            shift = 7 if self._has("next") else -7 if self._has("last") else 0
            self.day = saturday + timedelta(days=shift)
            self.day_end, self.grain = self.day + timedelta(days=2), "day"
            self.used.add(n)
        if self.day is None and self.length is None and not self.every:
            unit_at = self._find("day", "week", "month", "year", "hour", "minute")
            if unit_at is not None:
                unit = next(k for k in self._kinds(unit_at) if k in _UNITS)
                offset = 1 if self._has("next") else -1 if self._has("last") else 0
                relative = self._has("next", "last", "this", "every")
                alone = self.clock is None and unit not in ("hour", "minute")
                if (relative or alone) and unit not in ("hour", "minute"):
                    self._set_period(unit, offset)
                    self.used.add(unit_at)
                elif relative and self.clock is None:
                    self._add_length(max(offset, 0) or 1, unit)
                    self.used.add(unit_at)

    def _read_part(self) -> None:
        for n in range(len(self.marks)):
            kinds = self._kinds(n)
            parts = [k for k in kinds if k in _PARTS]
            if self.clock is None:
                parts.sort(key=lambda key: key in ("am", "pm"))
            if self.part is None and (part := next(iter(parts), None)):
                self.part = part
                self.used.add(n)

    def _set_day(self, day: date) -> None:
        self.day, self.day_end, self.grain = day, day + timedelta(days=1), "day"

    def _set_period(self, unit: str, offset: int) -> None:
        today = self.now.date()
        if unit == "day":
            self._set_day(today + timedelta(days=offset))
            return
        if unit == "week":
            self.day = today - timedelta(days=today.weekday()) + timedelta(days=7 * offset)
            self.day_end = self.day + timedelta(days=7)
        elif unit == "month":
            self.day = _months_later(today.replace(day=1), offset)
            self.day_end = _months_later(self.day, 1)
        else:
            self.day = date(today.year + offset, 1, 1)
            self.day_end = date(today.year + offset + 1, 1, 1)
        self.grain = unit

    def _in_year(self, month: int, day: int, year: int, whole_month: bool = False) -> date:
        """That day in the year said, or the next such day."""
        today = self.now.date()
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

    # What it all comes to.

    def _assemble(self) -> ParsedTime | None:
        others = [
            n
            for n in range(len(self.marks))
            if self._is(n, "word") and len(self.marks[n].value) > 3
        ]
        if self.clock and not self.sure and not self.day and not self.part and others:
            # A bare number among other words is more likely to count something else.
            self.clock = None
        if self.length is not None:
            return self._assemble_length()
        if self.clock is not None:
            return self._assemble_clock()
        if self.every:
            start = self._at(self._first_day(), _PARTS[self.part][0] if self.part else 9, 0, 0)
            if start <= self.now:
                start = advance(start, self.every)
            return ParsedTime("recurrence", start, None, "day", None, self.every)
        if self.part is not None:
            return self._assemble_part()
        if self.day is not None and self.day_end is not None:
            start, end = self._at(self.day, 0, 0, 0), self._at(self.day_end, 0, 0, 0)
            return ParsedTime("date", start, end, self.grain)
        if self._has("now"):
            return ParsedTime("instant", self.now, None, "second")
        return None

    def _assemble_length(self) -> ParsedTime:
        length, grain = self.length or timedelta(), self.length_grain
        approximate = length + timedelta(days=30 * self.months)
        if self.every or self._has("every"):
            return ParsedTime("recurrence", self._after(1), None, grain, approximate, grain)
        if self._has("next", "this"):
            return ParsedTime("date", self.now, self._after(1), grain, approximate)
        if self._has("last"):
            return ParsedTime("date", self._after(-1), self.now, grain, approximate)
        if self._has("ago") and not (self._has("in") and self.language == "de"):
            return ParsedTime("instant", self._after(-1), None, grain, approximate)
        if self._has("in", "fromnow"):
            moment = self._after(1)
            if self.clock and self.sure and grain in ("day", "week", "month", "year"):
                moment = self._at(moment.date(), *self._hour_of_day(moment.date()))
            return ParsedTime("instant", moment, None, grain, approximate)
        return ParsedTime("duration", None, None, grain, approximate)

    def _after(self, sign: int) -> datetime:
        moment = _add_months(self.now, sign * self.months) if self.months else self.now
        if self.length_grain in ("day", "week"):
            return moment + sign * (self.length or timedelta())
        # Hours and minutes pass the same way when clocks are changed.
        elapsed = moment.astimezone(UTC) + sign * (self.length or timedelta())
        return elapsed.astimezone(self.now.tzinfo)

    def _assemble_clock(self) -> ParsedTime:
        day = self.day
        if self.every:
            start = self._at(self._first_day(), *self._hour_of_day(self._first_day()))
            if start <= self.now:
                start = advance(start, self.every)
            return ParsedTime("recurrence", start, None, "minute", None, self.every)
        if day is not None:
            return ParsedTime("instant", self._at(day, *self._hour_of_day(day)), None, "minute")
        return ParsedTime("time", self._next_moment(), None, "minute")

    def _next_moment(self) -> datetime:
        assert self.clock is not None
        today = self.now.date()
        hour, minute, second = self.clock
        if self.part is None and 1 <= hour <= 12 and (self._twelve_hours() or not self.sure):
            # "Seven" may be in the morning or the evening: whichever comes first.
            half = self._at(today, hour % 12, minute, second)
            later = self._at(today, hour % 12 + 12, minute, second)
            for moment in (half, later):
                if moment > self.now:
                    return moment
            return self._at(today + timedelta(days=1), hour % 12, minute, second)
        moment = self._at(today, *self._hour_of_day(today))
        if moment <= self.now:
            moment = self._at(today + timedelta(days=1), *self._hour_of_day(today))
        return moment

    def _hour_of_day(self, day: date) -> tuple[int, int, int]:
        """The clock time with its part of the day taken into account."""
        assert self.clock is not None
        hour, minute, second = self.clock
        if self.language == "sw" and hour <= 12 and self._says_oclock():
            # Swahili counts the hours from sunrise: saa mbili is eight.
            hour = (hour + 6) % 12 + (12 if self.part in ("pm", "evening", "afternoon") else 0)
            if self.part == "night":
                hour = hour % 12 + 12
            return hour % 24, minute, second
        if hour == 12 and self.part in ("am", "morning", "night"):
            hour = 0
        elif (hour < 12 and self.part in ("pm", "afternoon", "evening")) or (
            self.part == "night" and 5 <= hour < 12
        ):
            hour += 12
        elif self.part is None and 1 <= hour <= 6 and self._twelve_hours():
            # Where clocks have twelve hours, "tomorrow at three" is in the afternoon.
            hour += 12
        return hour % 24, minute, second

    def _twelve_hours(self) -> bool:
        """Whether clocks of the locale begin anew at noon."""
        return self.language != "sw" and "a" in cldr(self.locale).time_formats["short"].pattern

    def _says_oclock(self) -> bool:
        return any("oclock" in mark.value for mark in self.marks if isinstance(mark.value, tuple))

    def _assemble_part(self) -> ParsedTime:
        first, last = _PARTS[self.part or "morning"]
        day = self.day or self.now.date()
        if self.day is None and last <= self.now.hour:
            day += timedelta(days=1)
        end_day = day + timedelta(days=last // 24)
        return ParsedTime(
            "date", self._at(day, first, 0, 0), self._at(end_day, last % 24, 0, 0), "part"
        )

    def _first_day(self) -> date:
        """Today, or the next of the weekdays on which something recurs."""
        day = self.day or self.now.date()
        if self.every and (self.every in WEEKDAYS or "," in self.every):
            wanted = {WEEKDAYS.index(name) for name in self.every.split(",")}
            while day.weekday() not in wanted:
                day += timedelta(days=1)
        if self.every == "weekday":
            while day.weekday() > 4:
                day += timedelta(days=1)
        return day

    def _at(self, day: date, hour: int, minute: int, second: int) -> datetime:
        return datetime.combine(day, time(hour, minute, second), tzinfo=self.now.tzinfo)


def _months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last day."""
    total = day.year * 12 + day.month - 1 + months
    for last in range(day.day, 27, -1):
        try:
            return date(total // 12, total % 12 + 1, last)
        except ValueError:
            continue
    return date(total // 12, total % 12 + 1, day.day)


def _add_months(moment: datetime, months: int) -> datetime:
    return datetime.combine(_months_later(moment.date(), months), moment.timetz())
