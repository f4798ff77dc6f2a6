"""A document laid flat: blocks, and what stands between them.

However a format nests, its file is a gap, a block, a gap, a block … and a last gap. What is not
text is either in a gap or a block of code, so that it can be compared and carried over as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eulalia.translation.documents import Document, Segment, read_document
from eulalia.translation.documents.notebook import Notebook
from eulalia.translation.errors import TranslationError
from eulalia.translation.masking import Kind

SUFFIXES = frozenset((".md", ".markdown", ".myst", ".ipynb", ".html", ".htm", ".xhtml"))
"""Documents that are laid flat; catalogues of gettext carry their sources with them already."""


@dataclass(frozen=True)
class Block:
    """A block as it stands in a file."""

    gap: str
    """What stands between the block before and this one."""
    raw: str
    """What stands there."""
    text: str
    """What it says, on one line; of code, the raw text."""
    is_code: bool
    """Whether there is nothing in it to translate."""


@dataclass(frozen=True)
class Page:
    """A file's blocks, in order."""

    blocks: tuple[Block, ...] = ()
    tail: str = ""
    """What stands after the last block."""
    starts: tuple[int, ...] = ()
    """The place of each block in the file, in characters."""

    @property
    def text(self) -> str:
        """The file, as it was read."""
        return "".join(block.gap + block.raw for block in self.blocks) + self.tail


def read_page(text: str, suffix: str) -> Page:
    """The blocks of a document whose name ends so.

    Raises TranslationError for one that is broken.
    """
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise TranslationError("It holds halves of letters, which no file in UTF-8 can.")
    blocks: list[Block] = []
    starts: list[int] = []
    end = 0
    for start, stop, part in _places(text, suffix):
        raw = text[start:stop]
        says = part.masked.restore() if part.translatable else raw
        blocks.append(Block(text[end:start], raw, says, not part.translatable))
        starts.append(start)
        end = stop
    return Page(tuple(blocks), text[end:], tuple(starts))


def written(text: str, suffix: str) -> str:
    """A block's text as a file with this end of name holds it."""
    return json.dumps(text, ensure_ascii=False)[1:-1] if suffix.lower() == ".ipynb" else text


def is_plain(suffix: str) -> bool:
    """Whether blocks of such files stand one below the other, an empty line between them."""
    return suffix.lower() in (".md", ".markdown", ".myst")


def kind_of(suffix: str) -> Kind:
    """In what the blocks of such files are written."""
    return Kind.HTML if suffix.lower() in (".html", ".htm", ".xhtml") else Kind.MARKDOWN


def _places(text: str, suffix: str) -> Iterator[tuple[int, int, Segment]]:
    """The segments and where they begin and end in the file."""
    document = read_document(text, suffix)
    if isinstance(document, Document):
        for part in document.segments:
            yield part.start, part.end, part
    elif isinstance(document, Notebook):
        for cell in document.cells:
            if isinstance(cell, Segment):
                yield cell.start, cell.end, cell
            else:
                yield from _in_strings(text, cell.start, cell.end, cell.document.segments)
    else:
        raise TranslationError("Catalogues are kept current by gettext's own msgmerge.")


def _in_strings(
    text: str, start: int, end: int, parts: Iterable[Segment]
) -> Iterator[tuple[int, int, Segment]]:
    """Segments of a text that stands in a file as one JSON string, or a list of them."""
    places = list(_letters(text, start, end))
    for part in parts:
        yield places[part.start][0], places[part.end - 1][1], part


def _letters(text: str, place: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each letter of JSON strings begins and ends."""
    inside = False
    while place < end:
        size = 1
        if text[place] == '"':
            inside = not inside
        elif inside:
            if text[place] == "\\":
                size = 6 if text[place + 1] == "u" else 2
                code = text[place + 2 : place + 6].lower()
                if size == 6 and "d800" <= code < "dc00" and text[place + 6 : place + 8] == "\\u":
                    size = 12
            yield place, place + size
        place += size
