"""One unit of measure turned into another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from babel.units import format_unit, get_unit_name

from eulalia.dialog import numbers
from eulalia.dialog.locales import cldr
from eulalia.skills.skill import Reply, Request

_FACTORS: Final[dict[str, float]] = {
    "length-millimeter": 0.001, "length-centimeter": 0.01, "length-meter": 1.0,
    "length-kilometer": 1000.0, "length-inch": 0.0254, "length-foot": 0.3048,
    "length-yard": 0.9144, "length-mile": 1609.344, "length-nautical-mile": 1852.0,
    "mass-milligram": 1e-6, "mass-gram": 0.001, "mass-kilogram": 1.0,
    "mass-ounce": 0.028349523125, "mass-pound": 0.45359237, "mass-stone": 6.35029318,
    "mass-tonne": 1000.0,
    "volume-milliliter": 1e-6, "volume-centiliter": 1e-5, "volume-deciliter": 1e-4,
    "volume-liter": 0.001, "volume-cubic-meter": 1.0, "volume-teaspoon": 4.92892159375e-6,
    "volume-tablespoon": 1.478676478125e-5, "volume-fluid-ounce": 2.95735295625e-5,
    "volume-cup": 2.365882365e-4, "volume-pint": 4.73176473e-4, "volume-quart": 9.46352946e-4,
    "volume-gallon": 0.003785411784,
    "area-square-meter": 1.0, "area-square-kilometer": 1e6, "area-hectare": 1e4,
    "area-acre": 4046.8564224, "area-square-foot": 0.09290304, "area-square-mile": 2589988.110336,
    "speed-meter-per-second": 1.0, "speed-kilometer-per-hour": 1 / 3.6,
    "speed-mile-per-hour": 0.44704, "speed-knot": 1852 / 3600,
    "energy-joule": 1.0, "energy-kilojoule": 1000.0, "energy-kilowatt-hour": 3.6e6,
    "energy-kilocalorie": 4184.0,
    "duration-second": 1.0, "duration-minute": 60.0, "duration-hour": 3600.0,
    "duration-day": 86_400.0, "duration-week": 604_800.0,
    "digital-byte": 1.0, "digital-kilobyte": 1e3, "digital-megabyte": 1e6,
    "digital-gigabyte": 1e9, "digital-terabyte": 1e12,
}  # fmt: skip
"""How many of the dimension's basic unit one unit is (NIST SP 811); US measures of volume."""
_TEMPERATURES: Final = (
    "temperature-celsius",
    "temperature-fahrenheit",
    "temperature-kelvin",
)
_SPOKEN: Final[dict[str, tuple[str, ...]]] = {
    "temperature-celsius": ("celsius", "centigrade", "摄氏度", "攝氏", "摄氏", "цельсия", "सेल्सियस"),
    "temperature-fahrenheit": ("fahrenheit", "华氏度", "華氏", "华氏", "фаренгейта", "फारेनहाइट"),
    "length-foot": ("foot", "feet"),
    "length-inch": ("inch", "inches"),
    "mass-pound": ("pound", "pounds", "lbs"),
    "mass-kilogram": ("kilo", "kilos", "kg"),
    "length-kilometer": ("km", "kilometre", "kilometres"),
    "length-meter": ("metre", "metres"),
    "volume-liter": ("litre", "litres"),
    "mass-tonne": ("ton", "tons"),
}
"""Names that people use beside those of the CLDR."""


_ASKING: Final = re.compile(r"\W*(convert|how many|how much|what is|what's|whats)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Converted:
    """A measure and what it is in another unit."""

    value: float
    unit: str
    """CLDR unit, such as length-mile."""
    result: float
    target: str


def convert(text: str, locale: str) -> Converted | None:
    """What the text asks to turn into another unit, or None where it asks nothing of the kind.

    "How many feet are in two miles", "convert 5 kilometers to miles": the unit that follows a
    number is turned into the other; where no number is said, one of the unit said last.

    >>> convert("how many feet are in two miles", "en-US").result
    10560.0

    Raises LocaleError for an unknown locale.
    """
    text = text[: numbers.LONGEST_TEXT]
    units = _units_in(text, locale)
    if len({unit for unit, _, _ in units}) != 2:
        return None
    found = numbers.find(text, locale)
    source_at, value = len(units) - 1, 1.0
    for number in found:
        for index, (_, start, _) in enumerate(units):
            if 0 <= start - number.end <= 2 or (
                index == len(units) - 1 and 0 <= number.start - units[index][2] <= 2
            ):
                source_at, value = index, number.value
    source = units[source_at][0]
    target = next(unit for unit, _, _ in units if unit != source)
    result = _turned(value, source, target)
    return None if result is None else Converted(value, source, float(f"{result:.10g}"), target)


def asks_for_unit(text: str, locale: str) -> bool:
    """Whether an English text asks for a measure in another unit, and not how long to wait.

    >>> asks_for_unit("how many feet are in two miles", "en-US")
    True
    """
    if not _ASKING.match(text):
        return False
    converted = convert(text, locale)
    return converted is not None and not converted.unit.startswith("duration-")


def answer(request: Request) -> Reply | None:
    """The answer to a request for another unit, or None where the request is none."""
    converted = convert(request.interpretation.text, request.locale)
    if converted is None:
        return None
    answers = request.answers
    return Reply(
        answers.say(
            "{measure} is {other_measure}.",
            measure=answers.unit(converted.value, converted.unit),
            other_measure=answers.unit(_rounded(converted.result), converted.target),
        ),
        notes={"value": converted.result, "unit": converted.target},
    )


def _turned(value: float, source: str, target: str) -> float | None:
    if source in _TEMPERATURES and target in _TEMPERATURES:
        return _from_kelvin(_to_kelvin(value, source), target)
    if source.split("-")[0] != target.split("-")[0] or not {source, target} <= set(_FACTORS):
        return None
    return value * _FACTORS[source] / _FACTORS[target]


def _to_kelvin(value: float, unit: str) -> float:
    if unit == "temperature-celsius":
        return value + 273.15
    return value if unit == "temperature-kelvin" else (value - 32) * 5 / 9 + 273.15


def _from_kelvin(value: float, unit: str) -> float:
    if unit == "temperature-celsius":
        return value - 273.15
    return value if unit == "temperature-kelvin" else (value - 273.15) * 9 / 5 + 32


def _rounded(value: float) -> float:
    return round(value, 2) if abs(value) >= 1 else float(f"{value:.3g}")


def _units_in(text: str, locale: str) -> list[tuple[str, int, int]]:
    """Units named in the text with their offsets, longest names first, never overlapping."""
    folded = numbers.fold(text, locale)
    spaced = locale.split("-")[0] not in ("ja", "zh", "th", "km", "my")
    units: list[tuple[str, int, int]] = []
    position = 0
    while position < len(folded):
        for name, unit in _names(locale):
            end = position + len(name)
            if not folded.startswith(name, position):
                continue
            if spaced and (
                (position and numbers.is_letter(folded[position - 1]))
                or (end < len(folded) and numbers.is_letter(folded[end]))
            ):
                continue
            units.append((unit, position, end))
            position = end
            break
        else:
            position += 1
    return units


@cache
def _names(locale: str) -> tuple[tuple[str, str], ...]:
    """Folded names of units in the locale's language, longest first."""
    data = cldr(locale)
    names: dict[str, str] = {}
    for unit in (*_FACTORS, *_TEMPERATURES):
        said = [get_unit_name(unit, "long", data) or ""]
        said += [
            "".join(c for c in format_unit(n, unit, "long", locale=data) if not c.isdigit())
            for n in (1, 2, 3, 5, 11)
        ]
        said += _SPOKEN.get(unit, ())
        for name in said:
            clean = " ".join(numbers.fold(name, locale).split())
            if len(clean) > 1 and unit.split("-")[0] not in clean:
                names.setdefault(clean, unit)
    return tuple(sorted(names.items(), key=lambda pair: -len(pair[0])))
