"""What the assistant says: gettext catalogues for the sentences, the CLDR for what fills them.

The English sentence is the message id. The catalogues address the customer politely (usted, vous,
Sie, вы, 您, です・ます) so that one wording fits everyone; a locale whose language has no catalogue
is answered in English, and `Answers.locale` says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.support import Translations
from babel.units import format_unit

from eulalia.dialog.locales import LOCALES, check, cldr

DOMAIN: Final = "answers"
_LENGTHS: Final[tuple[Literal["long", "short", "narrow"], ...]] = ("long", "short", "narrow")
"""Where the CLDR says that a unit's long name is its short one, Babel has only the latter."""
LANGUAGES: Final[dict[str, str]] = {
    "ar-SA": "ar",
    "de-DE": "de",
    "es-ES": "es",
    "fr-FR": "fr",
    "hi-IN": "hi",
    "it-IT": "it",
    "ja-JP": "ja",
    "pt-PT": "pt",
    "ru-RU": "ru",
    "sw-KE": "sw",
    "zh-CN": "zh_Hans",
    "zh-TW": "zh_Hant",
}
"""The catalogue of each locale that has one, besides English."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Finds the words for an answer in one locale."""

    requested: str
    """The locale of the request."""
    locale: str
    """The locale of the answers: the same, or en-US where there is no catalogue."""
    _translations: Translations | None
    _cldr: Locale

    @classmethod
    def open(cls, locale: str) -> Answers:
        """The answers for a locale; raises LocaleError for one that is not among the 52."""
        requested = check(locale).code
        spoken = requested if requested in LANGUAGES else "en-US"
        return cls(requested, spoken, _catalogue(spoken), cldr(spoken))

    def say(self, message: str, /, **values: object) -> str:
        """The sentence in the answer's language, its {fields} filled with the values."""
        text = self._translations.ugettext(message) if self._translations else message
        return text.format(**values) if values else text

    def say_plural(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The sentence in the form that the number asks for; {n} is the number itself."""
        if self._translations:
            text = self._translations.ungettext(one, many, n)
        else:
            text = one if n == 1 else many
        return text.format(**{"n": self.number(n), **values})

    def time(self, moment: dt.datetime | dt.time) -> str:
        """The time of day, as short as the locale writes it: 7:30 PM, 19:30."""
        return format_time(moment, "short", locale=self._cldr).replace("\u202f", " ")

    def date(self, day: dt.date) -> str:
        """The day of the week and of the month: Friday, March 13, 2026."""
        return format_date(day, "full", locale=self._cldr)

    def datetime(self, moment: dt.datetime) -> str:
        """Day and time of day together."""
        joined = str(self._cldr.datetime_formats["medium"])
        return joined.replace("{1}", self.date(moment)).replace("{0}", self.time(moment))

    def moment(self, moment: dt.datetime, now: dt.datetime) -> str:
        """The time, with the day where it is another day than today's."""
        if moment.date() == now.date():
            return self.time(moment)
        return self.datetime(moment)

    def duration(self, length: dt.timedelta) -> str:
        """The duration in days, hours, minutes and seconds: 1 hour, 30 minutes."""
        seconds = round(abs(length.total_seconds()))
        parts = []
        for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)):
            count, seconds = divmod(seconds, size)
            if count:
                parts.append(self.unit(count, f"duration-{unit}"))
        if not parts:
            return self.unit(0, "duration-second")
        # Where the CLDR lists units as it lists all else, Babel has only a part of "unit".
        whole = {"start", "middle", "end", "2"} <= set(self._cldr.list_patterns.get("unit", ()))
        style: Literal["unit", "standard"] = "unit" if whole else "standard"
        return format_list(parts, style=style, locale=self._cldr)

    def number(self, value: float) -> str:
        """The number with at most six digits behind the point."""
        return format_decimal(value, format="#,##0.######", locale=self._cldr)

    def list(self, items: Sequence[str]) -> str:
        """The items with commas and an "and"."""
        return format_list(list(items), locale=self._cldr) if items else ""

    def unit(self, value: float, unit: str) -> str:
        """A measure with its CLDR unit, such as length-kilometer, spelled out."""
        digits = "#,##0.####" if abs(value) < 1e15 else "0.######E0"
        for length in _LENGTHS:
            said = format_unit(value, unit, length, format=digits, locale=self._cldr)
            if unit not in said:
                break
        return said


@cache
def _catalogue(locale: str) -> Translations | None:
    """The compiled catalogue of a locale, or None where the message ids are what is said."""
    language = LANGUAGES.get(locale)
    if language is None:
        return None
    path = resources.files("eulalia.dialog").joinpath("catalogs", f"{language}.mo")
    with path.open("rb") as file:
        return Translations(file, domain=DOMAIN)


assert set(LANGUAGES) <= set(LOCALES)
