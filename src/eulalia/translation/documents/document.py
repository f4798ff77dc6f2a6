"""A document, and the places in it whose text can be translated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from eulalia.translation.masking import Kind, Masked, has_words, mask

_ANCHOR = 400
"""So many letters of code are kept to compare."""


@dataclass(frozen=True)
class Segment:
    """One block of text in a document: a heading, a paragraph, an item, a cell of a table."""

    start: int
    end: int
    """Its place in the document's text, in characters."""
    masked: Masked
    """Its text on one line, what must stay as it is masked."""
    translatable: bool = True
    """False for code and formulas between the blocks, which only help to align these."""

    def moved(self, by: int) -> Segment:
        """The same so many characters further on."""
        return replace(self, start=self.start + by, end=self.end + by)


class Translatable(Protocol):
    """A document of any kind."""

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The segments, in order and apart from each other."""

    def render(self, translations: Mapping[int, str]) -> str:
        """The document with masked texts in place of some segments', by their numbers.

        A segment without one, or with its own text, keeps every byte; so does all between them.
        """


@dataclass(frozen=True)
class Document:
    """A text whose segments stand in it as they are."""

    text: str
    segments: tuple[Segment, ...]

    def render(self, translations: Mapping[int, str]) -> str:
        """As Translatable says."""
        parts = []
        end = 0
        for number, part in enumerate(self.segments):
            text = translations.get(number, part.masked.text)
            if text != part.masked.text:
                parts += [self.text[end : part.start], part.masked.restore(text)]
                end = part.end
        parts.append(self.text[end:])
        return "".join(parts)


def segment(text: str, start: int, end: int, kind: Kind, content: str | None = None) -> Segment:
    """The segment at a place; `content` is its text if that differs from what stands there.

    Where nothing is left to translate besides what is masked, it is not translatable.
    """
    masked = mask(text[start:end] if content is None else content, kind)
    masked = Masked(one_line(masked.text), masked.protected)
    return Segment(start, end, masked, has_words(masked.text))


def anchor(text: str, start: int, end: int) -> Segment:
    """Code or a formula that only helps to align what is around it."""
    return Segment(start, end, Masked(one_line(text[start:end][:_ANCHOR]), ()), False)


def in_order(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """The segments by their places; one that begins within another is left out."""
    kept: list[Segment] = []
    for part in sorted(segments, key=lambda part: (part.start, part.end)):
        if not kept or part.start >= kept[-1].end:
            kept.append(part)
    return tuple(kept)


def one_line(text: str) -> str:
    """The text with spaces for its line ends, or nothing between letters that need none."""
    joined = ""
    for line in text.splitlines():
        line = line.strip()
        spaced = joined and line and not (_is_wide(joined[-1]) and _is_wide(line[0]))
        joined += f" {line}" if spaced else line
    return joined


def _is_wide(letter: str) -> bool:
    """Whether a letter is of a script that is written without spaces."""
    return (
        "\u3000" <= letter <= "\u30ff" or "\u3400" <= letter <= "\u9fff" or "！" <= letter <= "～"
    )
