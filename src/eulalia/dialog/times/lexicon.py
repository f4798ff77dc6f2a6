"""The words of time of a locale: those of the CLDR, and those of timewords.toml."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from babel.units import format_unit

from eulalia.dialog import numbers
from eulalia.dialog.locales import check, cldr
from eulalia.dialog.times.calendar import MONTHS, UNITS, WEEKDAYS


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What words mean about time.

    The keys are weekdays, months, units and parts of the calendar, and those of timewords.toml.
    """

    words: dict[str, tuple[str, ...]]
    """The keys that a folded spelling may stand for."""
    longest: int
    by_beginning: dict[str, list[str]]
    """Single words of four letters and more, by their first three."""


@cache
def lexicon_of(locale: str) -> Lexicon:
    """The words of time of a locale; found once, in a few milliseconds."""
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
                put(MONTHS[number - 1], [name] if len(name) > 2 or "月" in name else [])
            periods = data.day_periods.get(context, {}).get(width, {})
            for key, name in periods.items():
                put(key.rstrip("12"), [name] if len(name) > 1 else [])
    for unit in UNITS:
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
    return Lexicon(frozen, max(map(len, frozen)), by_beginning)


@cache
def timer_names(locale: str) -> tuple[str, ...]:
    """What a timer is called, folded."""
    language = check(locale).cldr.split("_")[0]
    names = _all_words().get(language, {}).get("timer", "").split("|")
    return tuple(" ".join(numbers.fold(name, locale).split()) for name in names if name)


def is_spaced(language: str) -> bool:
    """Whether spaces stand between the words of the language."""
    return language not in ("ja", "zh", "th", "km", "my")


@cache
def _all_words() -> dict[str, dict[str, str]]:
    """Words by language and key; spellings are separated by |."""
    source = resources.files("eulalia.dialog").joinpath("timewords.toml")
    return tomllib.loads(source.read_text("utf-8"))
