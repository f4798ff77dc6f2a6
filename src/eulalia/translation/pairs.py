"""Parallel data: pairs of texts that translate each other, in CSV, TSV and TMX files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from eulalia.translation.errors import TranslationError
from eulalia.translation.files import read_text, write_text
from eulalia.translation.languages import check_language

SUFFIXES = (".csv", ".tsv", ".tmx")
_EXTRAS = ("document", "block", "score")
_XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(frozen=True)
class Pair:
    """A text and its translation."""

    source: str
    target: str
    document: str = ""
    """The document's path within its folder."""
    block: int = 0
    """The number of the block of the source document, from 0."""
    score: float = 1.0
    """How sure it is that they translate each other, from 0 to 1."""


@dataclass(frozen=True)
class ParallelData:
    """Pairs of two languages, by their codes."""

    source_language: str
    target_language: str
    pairs: Sequence[Pair]


def check_output(path: Path) -> None:
    """Raise TranslationError unless pairs can be written under this name."""
    if path.suffix.lower() not in SUFFIXES:
        raise TranslationError(f"{path} must end in .csv, .tsv or .tmx.")
    if not path.absolute().parent.is_dir():
        raise TranslationError(f"There is no folder {path.absolute().parent} for {path.name}.")


def write_pairs(path: Path, data: ParallelData) -> None:
    """Write pairs in the format that the name's end says, whole or not at all.

    CSV and TSV begin with a row of both languages' codes, `document`, `block` and `score`. A TSV
    has no quotes; tabs and line ends within a text become spaces. Raises TranslationError for
    another format, or when the file cannot be written.
    """
    check_output(path)
    writers: dict[str, Callable[[ParallelData], str]] = {".csv": _csv, ".tsv": _tsv, ".tmx": _tmx}
    write_text(path, writers[path.suffix.lower()](data))


def read_pairs(path: Path) -> ParallelData:
    """The pairs in a file that `write_pairs` wrote, or in one of the same make.

    A CSV or TSV has the two languages' codes in its first row, and no columns but these,
    `document`, `block` and `score`. Raises TranslationError, naming the line, for anything else.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise TranslationError(f"{path} must end in .csv, .tsv or .tmx.")
    text = read_text(path)
    if suffix == ".tmx":
        return _read_tmx(path, text)
    return _read_rows(path, _rows(path, text, suffix))


def _csv(data: ParallelData) -> str:
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([data.source_language, data.target_language, *_EXTRAS])
    for pair in data.pairs:
        score = f"{pair.score:.4f}"
        writer.writerow([pair.source, pair.target, pair.document, pair.block, score])
    return table.getvalue()


def _tsv(data: ParallelData) -> str:
    rows = ["\t".join([data.source_language, data.target_language, *_EXTRAS])]
    for pair in data.pairs:
        texts = [" ".join(text.split()) for text in (pair.source, pair.target, pair.document)]
        rows.append("\t".join([*texts, str(pair.block), f"{pair.score:.4f}"]))
    return "\n".join(rows) + "\n"


def _tmx(data: ParallelData) -> str:
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n<header '
        'creationtool="eulalia" creationtoolversion="1" segtype="sentence" o-tmf="eulalia" '
        f'adminlang="en" srclang={quoteattr(data.source_language)} datatype="plaintext"/>\n<body>\n'
    ]
    for pair in data.pairs:
        extras = zip(_EXTRAS, (pair.document, pair.block, f"{pair.score:.4f}"), strict=True)
        parts.append("<tu>")
        parts += [f'<prop type="x-{name}">{_xml(str(value))}</prop>' for name, value in extras]
        for language, text in (
            (data.source_language, pair.source),
            (data.target_language, pair.target),
        ):
            parts.append(f"<tuv xml:lang={quoteattr(language)}><seg>{_xml(text)}</seg></tuv>")
        parts.append("</tu>\n")
    return "".join([*parts, "</body>\n</tmx>\n"])


def _xml(text: str) -> str:
    """The text for XML, without the control characters that XML cannot hold."""
    return escape("".join(letter for letter in text if letter >= " " or letter in "\t\n\r"))


def _rows(path: Path, text: str, suffix: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table and the lines they end in; empty ones are skipped."""
    if suffix == ".tsv":
        for number, line in enumerate(text.splitlines(), 1):
            if line:
                yield number, line.split("\t")
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise TranslationError(f"Line {reader.line_num} of {path} is no CSV: {error}.") from error


def _read_rows(path: Path, rows: Iterator[tuple[int, list[str]]]) -> ParallelData:
    _, header = next(rows, (0, []))
    if len(header) < 2 or any(name not in _EXTRAS for name in header[2:]):
        raise TranslationError(
            f"The first row of {path} must be two languages' codes, and after them nothing but "
            f"document, block and score; it is: {', '.join(header)[:80] or 'empty'}."
        )
    languages = check_language(header[0]), check_language(header[1])
    pairs = []
    for number, row in rows:
        if len(row) != len(header):
            raise TranslationError(
                f"Line {number} of {path} has {len(row)} columns; the first row has {len(header)}."
            )
        pairs.append(
            _pair(path, number, row[0], row[1], dict(zip(header[2:], row[2:], strict=True)))
        )
    return ParallelData(*languages, pairs)


def _pair(path: Path, number: int, source: str, target: str, extras: dict[str, str]) -> Pair:
    try:
        block, score = int(extras.get("block", 0)), float(extras.get("score", 1))
    except ValueError as error:
        raise TranslationError(
            f"Line {number} of {path} has a block or a score that is no number."
        ) from error
    return Pair(source, target, extras.get("document", ""), block, score)


def _read_tmx(path: Path, text: str) -> ParallelData:
    languages: list[str] = []
    pairs = []
    try:
        for number, unit in enumerate(ElementTree.fromstring(text.encode()).iter("tu"), 1):
            texts = {
                each.get(f"{_XML}lang") or each.get("lang") or "": _segment(each)
                for each in unit.iter("tuv")
            }
            languages = languages or list(texts)
            if len(texts) != 2 or set(texts) != set(languages):
                raise TranslationError(
                    f"Unit {number} of {path} has the languages {', '.join(texts) or 'none'}; each "
                    "must have the same two."
                )
            props = {
                each.get("type", "").removeprefix("x-"): each.text or ""
                for each in unit.iter("prop")
            }
            pairs.append(_pair(path, number, texts[languages[0]], texts[languages[1]], props))
    except ElementTree.ParseError as error:
        raise TranslationError(f"{path} is no TMX: {error}.") from error
    if not languages:
        raise TranslationError(f"{path} has no translation units.")
    return ParallelData(check_language(languages[0]), check_language(languages[1]), pairs)


def _segment(variant: ElementTree.Element) -> str:
    found = variant.find("seg")
    return "" if found is None else "".join(found.itertext())
