"""Catalogues of gettext, PO and POT: messages and their translations side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from eulalia.translation.documents.document import Segment, segment
from eulalia.translation.errors import TranslationError
from eulalia.translation.masking import Kind

_KEYWORD = re.compile(r"(msgctxt|msgid_plural|msgid|msgstr)(?:\[(\d{1,2})\])?\s*(?=\")")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"\s*$')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


@dataclass
class Message:
    """One entry of a catalogue."""

    fuzzy: bool = False
    """Whether its translation is only a guess."""
    texts: dict[str, str] = field(default_factory=dict)
    """By msgid, msgid_plural, msgctxt, msgstr and msgstr[0] …"""
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Where the strings of each stand in the file."""

    def translations(self) -> list[tuple[str, str]]:
        """The texts and what they are in the other language, as far as they are translated.

        Of the plural forms, the first translates the singular and the last the plural.
        """
        texts = self.texts
        forms = [texts[name] for name in sorted(texts) if name.startswith("msgstr")]
        pairs = [(texts["msgid"], forms[0] if forms else "")]
        if "msgid_plural" in texts and len(forms) > 0:
            plural = (texts["msgid_plural"], forms[-1])
            # A language without plural forms has one translation for both; the plural is nearer.
            pairs = [plural] if len(forms) == 1 else [*pairs, plural]
        return [(ours, theirs) for ours, theirs in pairs if ours and theirs]


@dataclass(frozen=True)
class Catalogue:
    """A catalogue; its segments are the messages' texts in the source language."""

    text: str
    messages: tuple[Message, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """As Translatable says; plurals are segments of their own."""
        return tuple(part for _, _, part in self._parts())

    def _parts(self) -> Iterator[tuple[Message, str, Segment]]:
        """Each segment with its message and the name of its text."""
        for message in self.messages:
            for name in ("msgid", "msgid_plural"):
                if message.texts.get(name):
                    start, end = message.places[name]
                    part = segment(self.text, start, end, Kind.MESSAGE, message.texts[name])
                    yield message, name, part

    def render(self, translations: Mapping[int, str]) -> str:
        """The catalogue with these masked texts as translations; the others stay as they are.

        A plural's translation is that of all forms but the first.
        """
        changes: list[tuple[int, int, str]] = []
        for number, (message, name, part) in enumerate(self._parts()):
            if number not in translations:
                continue
            text = _quoted(part.masked.restore(translations[number]))
            forms = sorted(place for place in message.places if place.startswith("msgstr"))
            if "msgid_plural" in message.texts:
                forms = (
                    forms[:1] if name == "msgid" and len(forms) > 1 else forms[-len(forms[1:]) :]
                )
            changes.extend((*message.places[form], text) for form in forms)
        parts, end = [], 0
        for start, stop, text in sorted(changes):
            if start >= end:
                parts += [self.text[end:start], text]
                end = stop
        return "".join([*parts, self.text[end:]])


def read(text: str) -> Catalogue:
    """The messages of a catalogue but its head and what is obsolete.

    Raises TranslationError for what is no catalogue, naming the line.
    """
    messages: list[Message] = []
    message = Message()
    name = ""
    place = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        stripped = line.strip()
        start = place + len(line) - len(line.lstrip())
        place += len(line)
        keyword = _KEYWORD.match(stripped)
        if not stripped or stripped.startswith("#"):
            if name.startswith("msgstr"):
                messages.append(message)
                message, name = Message(), ""
            message.fuzzy |= stripped.startswith("#,") and "fuzzy" in stripped
            continue
        if keyword:
            starts_new = keyword[1] == "msgctxt" or keyword[1] == "msgid"
            if starts_new and name.startswith("msgstr"):
                messages.append(message)
                message = Message()
            name = keyword[1] + (f"[{keyword[2]}]" if keyword[2] else "")
            start += keyword.end()
        string = _STRING.match(stripped, keyword.end() if keyword else 0)
        if string is None or not name:
            raise TranslationError(f"Line {number} is no line of a catalogue: {stripped[:40]!r}.")
        first = message.places.get(name, (start, 0))[0] if not keyword else start
        message.places[name] = (first, place - len(line) + len(line.rstrip()))
        message.texts[name] = ("" if keyword else message.texts[name]) + _unescaped(string[1])
    if name.startswith("msgstr"):
        messages.append(message)
    return Catalogue(text, tuple(each for each in messages if each.texts.get("msgid")))


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), text)


def _quoted(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{text.replace(chr(13), "").replace(chr(10), chr(92) + "n")}"'
