"""Jupyter notebooks of any version: the Markdown in their cells.

The JSON around the cells' texts is not written anew, so every byte of it stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eulalia.translation.documents import markdown
from eulalia.translation.documents.document import Document, Segment, anchor
from eulalia.translation.errors import TranslationError

_JSON: Any = json.JSONDecoder()


@dataclass(frozen=True)
class _Cell:
    """A cell of Markdown, and where its source stands in the file: a string, or a list of them."""

    start: int
    end: int
    is_list: bool
    document: Document


@dataclass(frozen=True)
class Notebook:
    """A notebook and its segments; their places are those of the cells."""

    text: str
    cells: tuple[_Cell | Segment, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """As Translatable says; code cells are segments that are not translatable."""
        return tuple(
            part
            for cell in self.cells
            for part in ((cell,) if isinstance(cell, Segment) else cell.document.segments)
        )

    def render(self, translations: Mapping[int, str]) -> str:
        """As Translatable says."""
        parts = []
        end = first = 0
        for cell in self.cells:
            if isinstance(cell, Segment):
                first += 1
                continue
            count = len(cell.document.segments)
            inner = {
                number: translations[first + number]
                for number in range(count)
                if first + number in translations
            }
            first += count
            rendered = cell.document.render(inner)
            if rendered != cell.document.text:
                parts += [self.text[end : cell.start], self._written(cell, rendered)]
                end = cell.end
        parts.append(self.text[end:])
        return "".join(parts)

    def _written(self, cell: _Cell, source: str) -> str:
        """A cell's source as JSON, laid out as it was."""
        if not cell.is_list:
            return json.dumps(source, ensure_ascii=False)
        before = self.text[cell.start : cell.end]
        space = before[1 : before.index('"')] if '"' in before else ""
        closing = before[before.rindex('"') + 1 : -1] if '"' in before else ""
        lines = [json.dumps(line, ensure_ascii=False) for line in source.splitlines(keepends=True)]
        return f"[{space}{(',' + (space or ' ')).join(lines)}{closing}]"


def read(text: str) -> Notebook:
    """The segments of a notebook's Markdown and heading cells.

    Raises TranslationError for what is no notebook.
    """
    try:
        places = _Places(text)
        notebook = places.value
    except (ValueError, RecursionError, IndexError) as error:
        raise TranslationError(f"It is not the JSON of a notebook ({error}).") from error
    sheets = notebook.get("worksheets", [notebook]) if isinstance(notebook, dict) else None
    if not isinstance(sheets, list):
        raise TranslationError("It is JSON, but no notebook: there are no cells.")
    cells: list[_Cell | Segment] = []
    for sheet in sheets:
        found = sheet.get("cells") if isinstance(sheet, dict) else None
        if not isinstance(found, list):
            raise TranslationError("It is JSON, but no notebook: there are no cells.")
        for cell in found:
            cells.extend(_cell(cell, places))
    return Notebook(text, tuple(cells))


def _cell(cell: Any, places: _Places) -> list[_Cell | Segment]:
    """A cell's source, if it has one."""
    if not isinstance(cell, dict):
        return []
    key = "input" if "input" in cell else "source"  # version 3 calls code so
    source = cell.get(key)
    joined = (
        "".join(source)
        if isinstance(source, list) and all(isinstance(line, str) for line in source)
        else source
    )
    if not isinstance(joined, str) or (id(cell), key) not in places.spans:
        return []
    start, end = places.spans[id(cell), key]
    if cell.get("cell_type") in ("markdown", "heading"):
        return [_Cell(start, end, isinstance(source, list), markdown.read(joined))]
    part = anchor(joined, 0, len(joined))
    return [Segment(start, end, part.masked, translatable=False)]


class _Places:
    """A JSON text's value, and where the values of its objects stand in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: dict[tuple[int, str], tuple[int, int]] = {}
        """By the object's id and the key."""
        self.value, end = self._value(self._blank(0))
        if self._blank(end) != len(text):
            raise ValueError(f"more follows at character {end}")

    def _blank(self, place: int) -> int:
        while place < len(self.text) and self.text[place] in " \t\r\n\ufeff":
            place += 1
        return place

    def _value(self, place: int) -> tuple[Any, int]:
        opening = self.text[place]
        if opening == "{":
            return self._object(place)
        if opening == "[":
            return self._list(place)
        value, end = _JSON.raw_decode(self.text, place)
        return value, end

    def _object(self, place: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        place = self._blank(place + 1)
        while self.text[place] != "}":
            if self.text[place] != '"':
                raise ValueError(f"a name is missing at character {place}")
            key, place = _JSON.raw_decode(self.text, place)
            place = self._blank(place)
            if self.text[place] != ":":
                raise ValueError(f"a colon is missing at character {place}")
            start = self._blank(place + 1)
            found[key], end = self._value(start)
            self.spans[id(found), key] = (start, end)
            place = self._next(end, "}")
        return found, place + 1

    def _list(self, place: int) -> tuple[list[Any], int]:
        found = []
        place = self._blank(place + 1)
        while self.text[place] != "]":
            value, end = self._value(place)
            found.append(value)
            place = self._next(end, "]")
        return found, place + 1

    def _next(self, place: int, closing: str) -> int:
        """The place of the next value, or of what closes them."""
        place = self._blank(place)
        if self.text[place] == ",":
            place = self._blank(place + 1)
            if self.text[place] == closing:
                raise ValueError(f"a value is missing at character {place}")
        elif self.text[place] != closing:
            raise ValueError(f"a comma is missing at character {place}")
        return place
