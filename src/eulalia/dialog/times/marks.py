"""The marks of a text: its numbers, clock times, dates and words of time, from left to right."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from eulalia.dialog import numbers
from eulalia.dialog.times.calendar import MONTHS, WEEKDAYS
from eulalia.dialog.times.lexicon import Lexicon, is_spaced, lexicon_of

_CLOCK = re.compile(r"(?<!\d)(\d{1,2}) ?[:h時点點시] ?(\d{2})(?!\d)(?: ?[:分] ?(\d{2})(?!\d))?|"
                    r"(?<!\d)(\d{1,2})\.(\d{2})(?![\d.])")  # fmt: skip
_YMD = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_DMY = re.compile(r"(?<!\d)(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?![\d])")


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of the text with a meaning of its own."""

    kind: str
    """number, clock, ymd, dmy, word, or else the first key of the lexicon."""
    value: Any
    """A Number; (hour, minute, second); (year, month, day); two numbers and a year; the word; or
    the keys of the lexicon."""
    start: int
    end: int


def find_marks(text: str, locale: str, language: str) -> list[Mark]:
    """The marks of a text, from left to right."""
    folded = numbers.fold(text[: numbers.LONGEST_TEXT], locale)
    keep_hyphens = "".join(
        "-" if original == "-" else character
        for original, character in zip(text, folded, strict=False)
    )
    lexicon = lexicon_of(locale)
    spaced = is_spaced(language)
    found = {number.start: number for number in numbers.find(text, locale)}
    marks: list[Mark] = []
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
                or (number.end == mark.end and mark.kind in (*MONTHS, *WEEKDAYS, "one"))
            )
        ):
            if number.value < 0:
                # "Sept heures moins dix": what looks like a negative number counts back.
                marks.append(Mark("to", ("to",), position, position))
                number = replace(number, value=-number.value)
            mark = Mark("number", number, position, number.end)
        if mark is None and spaced:
            mark = _inflected(folded, position, lexicon, language)
        if mark is None:
            end = position + 1
            while spaced and end < len(folded) and folded[end] not in " ,.;!?'":
                if end in found and folded[end].isdigit() != folded[end - 1].isdigit():
                    break
                end += 1
            prefix_end = next((n.start for n in found.values() if position < n.start < end), None)
            mark = Mark("word", folded[position : prefix_end or end], position, prefix_end or end)
        marks.append(mark)
        position = max(mark.end, position + 1)
    return marks


def _digital(keep_hyphens: str, folded: str, position: int) -> Mark | None:
    if not folded[position].isdigit():
        return None
    if match := _YMD.match(keep_hyphens, position):
        return Mark("ymd", tuple(map(int, match.groups())), position, match.end())
    if match := _CLOCK.match(folded, position):
        hour, minute, second = match.group(1) or match.group(4), match.group(2), match.group(3)
        hour_minute = (int(hour), int(minute or match.group(5)), int(second or 0))
        if hour_minute[0] <= 24 and hour_minute[1] < 60 and hour_minute[2] < 60:
            return Mark("clock", hour_minute, position, match.end())
    if match := _DMY.match(keep_hyphens, position):
        first, _, second, year = match.groups()
        return Mark("dmy", (int(first), int(second), int(year or 0)), position, match.end())
    return None


def _word(folded: str, position: int, lexicon: Lexicon, spaced: bool) -> Mark | None:
    """The longest word or words of the lexicon here."""
    limit = min(lexicon.longest + 2, len(folded) - position)
    for length in range(limit, 0, -1):
        end = position + length
        if spaced and end < len(folded) and numbers.is_letter(folded[end]):
            continue
        part = folded[position:end]
        keys = lexicon.words.get(part) or (
            lexicon.words.get(" ".join(part.replace(".", " ").split())) if "." in part else None
        )
        if keys:
            return Mark(keys[0], keys, position, end)
    return None


def _inflected(folded: str, position: int, lexicon: Lexicon, language: str) -> Mark | None:
    """A word of the lexicon with something written onto its front or another end."""
    end = position
    while end < len(folded) and numbers.is_letter(folded[end]):
        end += 1
    word = folded[position:end]
    for prefix in (*numbers.PREFIXES.get(language, ()), ""):
        stem = word.removeprefix(prefix)
        if prefix and (stem == word or len(stem) < 2):
            continue
        if keys := lexicon.words.get(stem):
            return Mark(keys[0], keys, position, end)
        if len(stem) < 4:
            continue
        more = numbers.SUFFIX.get(language, 0) or (3 if language != "en" else 1)
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
            return Mark(keys[0], keys, position, end)
    return None


def _common(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
