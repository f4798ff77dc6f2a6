"""Files of parallel data and of terms as Amazon Translate takes them: CSV, TSV and TMX.

The first row of a table names the languages, the source's first. What is wrong with one record is
told and counted, and does not spoil the others.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

from eulalia.translation.errors import TranslationError
from eulalia.translation.languages import check_language
from eulalia.translation.resources.errors import ParameterError

FORMATS = ("CSV", "TSV", "TMX")
_EXTRAS = {"document", "block", "score"}
"""Columns that `eulalia translate extract` writes besides the languages."""
_XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True)
class Record:
    """What a row or a unit holds."""

    place: int
    """The number of its last line, or of its unit in a TMX file, from 1."""
    texts: tuple[str, ...] = ()
    """A text in each language, the source's first; some may be empty."""
    problem: str = ""
    """Why it cannot be taken; then there are no texts."""


@dataclass(frozen=True)
class Records:
    """A file's languages and its records, which are read as they are asked for."""

    languages: tuple[str, ...]
    records: Iterator[Record]


def read_records(path: Path, format: str, size: int) -> Records:
    """What is in a file of one of FORMATS; a text may have so many bytes in UTF-8.

    Raises ParameterError for a file whose languages cannot be told.
    """
    if format == "TMX":
        return _read_units(path, size)
    rows = _rows(path, format)
    header = next(rows, (0, []))[1]
    header = [] if header is None else header
    columns = [i for i, name in enumerate(header) if name.strip() not in _EXTRAS]
    languages = _languages([header[i].strip() for i in columns])
    return Records(languages, (_record(row, len(header), columns, size) for row in rows))


def _languages(codes: Sequence[str]) -> tuple[str, ...]:
    if len(codes) < 2 or len(set(codes)) < len(codes):
        raise ParameterError(
            "The first row must name two languages or more, each once, such as: en,zh; it is: "
            f"{','.join(codes)[:80] or 'empty'}."
        )
    try:
        return tuple(check_language(code) for code in codes)
    except TranslationError as error:
        raise ParameterError(f"The first row must name languages, but {error}") from error


def _rows(path: Path, format: str) -> Iterator[tuple[int, list[str] | None]]:
    """Rows and the lines they end in; None for one that cannot be read; empty ones left out."""
    with path.open("rb") as file:
        lines = _lines(file)
        if format == "TSV":
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n").split("\t")
            return
        reader = csv.reader(lines, strict=True)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield reader.line_num, None
                continue
            if row:
                yield reader.line_num, row


def _lines(file: BinaryIO) -> Iterator[str]:
    """Lines in which bytes that are not UTF-8 stand as surrogates."""
    for number, line in enumerate(file):
        encoding = "utf-8" if number else "utf-8-sig"
        yield line.decode(encoding, errors="surrogateescape")


def _record(
    row: tuple[int, list[str] | None], width: int, columns: Sequence[int], size: int
) -> Record:
    place, cells = row
    if cells is None:
        return Record(place, problem="It is no CSV: a quote is not closed, or stands alone.")
    if len(cells) != width:
        return Record(place, problem=f"It has {len(cells)} columns; the first row has {width}.")
    return _checked(place, [cells[i] for i in columns], size)


def _checked(place: int, texts: Sequence[str], size: int) -> Record:
    for text in texts:
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            return Record(place, problem="It is not UTF-8.")
        if len(text.encode()) > size:
            return Record(place, problem=f"A text has more than {size:,} bytes.")
    return Record(place, tuple(text.strip() for text in texts))


def _read_units(path: Path, size: int) -> Records:
    """The units of a TMX file: the header tells the source, the first unit all languages."""
    source, first = next((unit for unit in _units(path) if len(unit[1]) > 1), ("", {}))
    if not first:
        raise ParameterError("It has no translation unit in two languages.")
    codes = sorted(first, key=lambda code: code.lower() != source.lower())
    languages = _languages(codes)

    def records() -> Iterator[Record]:
        found = _units(path)
        for place in range(1, 2**62):
            try:
                _, texts = next(found)
            except StopIteration:
                return
            except ParameterError as error:
                yield Record(place, problem=str(error))
                return
            others = [code for code in texts if code not in codes]
            if others:
                yield Record(
                    place,
                    problem=f"It has a language that the first unit has not: {others[0][:20]}.",
                )
            else:
                yield _checked(place, [texts.get(code, "") for code in codes], size)

    return Records(languages, records())


def _units(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The source language of a TMX file, with the texts of each unit by their languages' codes."""
    source = ""
    try:
        for event, element in ElementTree.iterparse(path, ("start", "end")):
            if event == "start":
                if element.tag == "header":
                    source = element.get("srclang", "")
                continue
            if element.tag == "tu":
                yield (
                    source,
                    {
                        each.get(f"{_XML}lang") or each.get("lang") or "": _segment(each)
                        for each in element.iter("tuv")
                    },
                )
            if element.tag in ("tu", "header"):
                element.clear()
    except ElementTree.ParseError as error:
        raise ParameterError(f"It is no TMX: {error}.") from error


def _segment(variant: ElementTree.Element) -> str:
    found = variant.find("seg")
    return "" if found is None else "".join(found.itertext())
