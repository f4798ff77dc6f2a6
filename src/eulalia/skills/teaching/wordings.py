"""What people say to teach, to correct and to answer, by the patterns of `wordings.toml`.

A text is compared in lower case, without accents and marks; what is taken out of it is given back
as it was written.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from eulalia.dialog import numbers
from eulalia.dialog.numbers import fold
from eulalia.skills.preferences import NAMES

LONGEST: Final = 600
"""Characters of a text that may teach something; one that is longer is none of ours."""
KINDS: Final = ("teach", "correct", "wrong", "tour", "taught", "forget_all", "forget")
"""What a text may be, whoever says it; the first that fits is it."""
_UNSPACED: Final = ("ja", "zh")
_MARKS: Final = frozenset('"„“”«»‹›「」『』!?¡¿؟;؛:：.。！？…()[]{}（）।—–_*')
_COMMAS: Final = frozenset(",，、،")


@dataclass(frozen=True, slots=True)
class Part:
    """Words taken out of a text, and where they stand in it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a text is, and the parts that matter; a part that nobody said is missing."""

    kind: str
    """One of `KINDS`, `state`, `tell`, `forget_taught`."""
    parts: Mapping[str, Part] = field(default_factory=dict)
    """`phrase` and `request`, or a value by the name of the preference that it is."""

    def words(self, name: str) -> str:
        """What stands for that part, or an empty text."""
        return self.parts[name].text if name in self.parts else ""


def speaks(locale: str) -> bool:
    """Whether somebody can teach in this locale."""
    return _language(locale) in _wordings()


def read(text: str, locale: str) -> Said | None:
    """What the text teaches, corrects or asks about teaching, or None where it is another request.

    >>> read("When I say movie time, I mean turn off the lights", "en-US").words("request")
    'turn off the lights'
    """
    if not speaks(locale):
        return None
    clean = _Clean.of(text, locale)
    for kind in KINDS:
        if parts := _find(clean, _patterns(_language(locale), kind)):
            return Said(kind, parts[0])
    return _asked(clean, locale) or _stated(clean, locale)


def forgets(text: str, locale: str) -> str | None:
    """What the text may want forgotten, if that was ever taught: "forget movie time"; or None."""
    if not speaks(locale):
        return None
    found = _find(_Clean.of(text, locale), _patterns(_language(locale), "forget_taught"))
    return found[0]["phrase"].text if found else None


def is_said(kind: str, text: str, locale: str) -> bool:
    """Whether the text as a whole is said to that end: yes, no, skip or stop."""
    if not speaks(locale):
        return False
    return any(p.fullmatch(_Clean.of(text, locale).folded) for p in _phrases(locale, kind))


def named(text: str, locale: str) -> str | None:
    """The preference that the text names, as "my favourite team" does; or None."""
    if not speaks(locale):
        return None
    folded = _Clean.of(text, locale).folded
    return next(
        (name for name in NAMES if _naming(_language(locale), name).fullmatch(folded)), None
    )


def replaced(text: str, locale: str, values: Mapping[str, str]) -> str | None:
    """The text with values in the place of the preferences it names; None where it names none.

    >>> replaced("play my favorite band", "en-US", {"artist": "The Beatles"})
    'play The Beatles'
    """
    if not speaks(locale) or not values:
        return None
    text = unicodedata.normalize("NFC", text)
    changed = text
    for name, value in values.items():
        while match := _naming(_language(locale), name, inside=True).search(fold(changed, locale)):
            if value and match[0] in fold(value, locale):
                break  # "My Team" may be what the team is called
            changed = changed[: match.start()] + value + changed[match.end() :]
    return changed if changed != text else None


def value_of(text: str, locale: str, name: str) -> str:
    """The value in an answer to the question for a preference: "it's Boston" is Boston."""
    clean = _Clean.of(text, locale)
    if name == "units":
        return system(text, locale) or ""
    said = _stated(clean, locale)
    if said is not None and name in said.parts:
        return said.words(name)
    kinds = ("list_frames", "frames") if name == "list" else ("frames",)
    found = [one for kind in kinds for one in _find(clean, _patterns(_language(locale), kind))]
    if found:
        return found[0]["value"].text
    return clean.part(0, len(clean.folded)).text


def system(text: str, locale: str) -> str | None:
    """metric or imperial, whichever the text speaks of; None for neither or both."""
    folded = _Clean.of(text, locale).folded
    found = [
        name
        for name in ("metric", "imperial")
        if any(pattern.search(folded) for pattern in _patterns(_language(locale), name))
    ]
    return found[0] if len(found) == 1 else None


def is_short(text: str, locale: str) -> bool:
    """Whether a text has two words at most, or three characters where words are not told apart."""
    clean = _Clean.of(text, locale)
    if _language(locale) in _UNSPACED:
        return len(clean.folded) <= 3
    return len(clean.folded.split()) <= 2


def key(text: str, locale: str) -> str:
    """The text as it is compared with another one.

    >>> key("Movie time, please!", "en-US") == key("movie time", "en-US")
    True
    """
    return " ".join(_Clean.of(text, locale).folded.replace(",", " ").split())


def _stated(clean: _Clean, locale: str) -> Said | None:
    """The preference that the text states, or None."""
    for name in NAMES:
        for parts in _find(clean, _patterns(_language(locale), f"state.{name}")):
            if _is_value(parts["value"].text, name, locale):
                return Said("state", {name: parts["value"]})
    return None


def _is_value(text: str, name: str, locale: str) -> bool:
    """Whether a text may be what is preferred: "call me at six" tells no name."""
    words = len(text.split()) if _language(locale) not in _UNSPACED else len(text) / 3
    if name == "units":
        return words <= 3 and system(text, locale) is not None
    if name in ("name", "home"):
        return words <= 4 and not numbers.find(text, locale)
    return True


def _asked(clean: _Clean, locale: str) -> Said | None:
    """The preference that the text asks for, or None."""
    for parts in _find(clean, _patterns(_language(locale), "tell")):
        if (name := named(parts["value"].text, locale)) is not None:
            return Said("tell", {name: parts["value"]})
    return None


@dataclass(frozen=True, slots=True)
class _Clean:
    """A text without marks and double spaces, that knows where its characters were."""

    text: str
    folded: str
    places: tuple[int, ...]
    """For each character of `folded`, its offset in `text`."""

    @classmethod
    def of(cls, text: str, locale: str) -> _Clean:
        text = unicodedata.normalize("NFC", text)
        if len(text) > LONGEST:
            return cls(text, "", ())
        folded = fold(text, locale)
        kept: list[tuple[str, int]] = []
        for place, (letter, plain) in enumerate(zip(text, folded, strict=True)):
            if letter in _COMMAS and not _inside(text, place):
                plain = ","
            elif letter in _MARKS and not _inside(text, place):
                plain = " "
            if plain == " " and (not kept or kept[-1][0] == " "):
                continue
            kept.append((plain, place))
        clean = cls(text, "".join(c for c, _ in kept), tuple(place for _, place in kept))
        return clean._without_politeness(locale)

    def part(self, start: int, end: int) -> Part:
        """The piece of the text between two offsets in `folded`, without marks at its ends."""
        start, end = self._trimmed(start, end)
        if start == end:
            return Part("", 0, 0)
        first, last = self.places[start], self.places[end - 1] + 1
        return Part(self.text[first:last], first, last)

    def _without_politeness(self, locale: str) -> _Clean:
        start, end = self._trimmed(0, len(self.folded))
        space = "" if _language(locale) in _UNSPACED else " "
        for polite in _plain(_language(locale), "please"):
            said = self.folded[start:end].replace(",", " ")
            if said.startswith(polite + space):
                start += len(polite)
            if said.endswith(space + polite) and end - len(polite) > start:
                end -= len(polite)
            start, end = self._trimmed(start, end)
        return _Clean(self.text, self.folded[start:end], self.places[start:end])

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        """The offsets without the spaces and commas at both ends."""
        while start < end and self.folded[start] in " ,":
            start += 1
        while start < end and self.folded[end - 1] in " ,":
            end -= 1
        return start, end


def _inside(text: str, place: int) -> bool:
    """Whether a mark stands within a word or a number: 7:30, 3.5, example.org."""
    around = text[max(0, place - 1) : place], text[place + 1 : place + 2]
    return all(letter.isascii() and letter.isalnum() for letter in around) and "" not in around


def _find(clean: _Clean, patterns: Iterable[re.Pattern[str]]) -> list[dict[str, Part]]:
    """The parts of every pattern that the whole text fits; empty parts are left out."""
    found = []
    for pattern in patterns:
        if match := pattern.fullmatch(clean.folded):
            parts = {
                name: clean.part(*match.span(name))
                for name, said in match.groupdict().items()
                if said is not None
            }
            found.append({name: part for name, part in parts.items() if part.text})
    return found


def _language(locale: str) -> str:
    return locale.split("-")[0]


@cache
def _wordings() -> dict[str, dict[str, Any]]:
    path = resources.files("eulalia.skills.teaching") / "wordings.toml"
    return tomllib.loads(path.read_text("utf-8"))


@cache
def _plain(language: str, kind: str) -> tuple[str, ...]:
    return tuple(fold(word, language) for word in _wordings().get(language, {}).get(kind, ()))


@cache
def _patterns(language: str, kind: str) -> tuple[re.Pattern[str], ...]:
    """The compiled patterns of a kind, or of `state.NAME`."""
    found = _wordings().get(language, {})
    for step in kind.split("."):
        found = found.get(step, {})
    free = kind in ("teach", "correct")
    return tuple(_compiled(pattern, language, free=free) for pattern in found)


@cache
def _phrases(locale: str, kind: str) -> tuple[re.Pattern[str], ...]:
    language = _language(locale)
    return (_compiled(_wordings()[language][kind], language),)


@cache
def _naming(language: str, name: str, *, inside: bool = False) -> re.Pattern[str]:
    """What names a preference; within a text, only as whole words."""
    pattern = _compiled(f"({_wordings()[language]['named'][name]})", language).pattern
    if inside and language not in _UNSPACED:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    return re.compile(pattern)


def _compiled(pattern: str, language: str, *, free: bool = False) -> re.Pattern[str]:
    """A pattern of `wordings.toml` as a regular expression; `free` ones may lack their parts."""
    pattern = fold(pattern, language)
    pattern = re.sub(r"\((?!\?)", "(?:", pattern)
    spaced = language not in _UNSPACED
    gap = "[ ,]+" if spaced else "[ ,]*"
    pattern = pattern.replace(" , ", " *,[ ,]*")
    if free and spaced:
        pattern = re.sub(r"\{(\w+)\} (?!\*)", rf"(?:(?P<\1>.+?){gap})?", pattern)
        pattern = re.sub(r" \{(\w+)\}", rf"(?:{gap}(?P<\1>.+?))?", pattern)
    some = ".*?" if free and not spaced else ".+?"
    pattern = re.sub(r"\{(\w+)\}", rf"(?P<\1>{some})", pattern)
    return re.compile(re.sub(r"(?<!\[) (?![*,])", gap, pattern))
