"""Documents of one content type, translated with an engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from eulalia.translation.documents import read_document
from eulalia.translation.jobs.engines import Translator
from eulalia.translation.pairs import ParallelData
from eulalia.translation.resources.errors import LimitError, RequestError

CONTENT_TYPES = {
    "text/plain": "",
    "text/html": ".html",
    "text/markdown": ".md",
    "application/x-ipynb+json": ".ipynb",
    "text/x-gettext-translation": ".po",
}
"""The end of the names of each type's files; of the first two, Amazon's, every file is taken."""
MOST_TEXT = 2**20
"""Bytes of a document's text that may be translated."""
_BATCH = 32


class StoppedError(Exception):
    """The work is to be left: the job is being stopped, or the program."""


@dataclass
class Translation:
    """A translated document, and what its details tell."""

    content: bytes
    characters: int
    terms: dict[str, str] = field(default_factory=dict)
    """The terms that occur in the document and, in their translation, in the translated one."""


def check_type(content_type: str) -> None:
    """Raise RequestError unless documents of this type can be translated."""
    if content_type not in CONTENT_TYPES:
        raise RequestError(
            f"Documents of the type {content_type} are not translated here; there are: "
            f"{', '.join(CONTENT_TYPES)}."
        )


def is_taken(name: str, content_type: str) -> bool:
    """Whether a file is among the documents of a job of this type."""
    amazon = content_type in ("text/plain", "text/html")
    return amazon or name.lower().endswith(CONTENT_TYPES[content_type])


def translate(
    content: bytes,
    content_type: str,
    engine: Translator,
    *,
    pairs: ParallelData | None = None,
    terminology: Mapping[str, str] | None = None,
    keep_on: Callable[[], bool] = lambda: True,
) -> Translation:
    """Translate a document; whatever is not text stays byte for byte.

    `keep_on` is asked now and then. Raises TranslationError for a document that cannot be read,
    LimitError for one with too much text, and StoppedError once `keep_on` says no.
    """
    check_type(content_type)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RequestError(f"Line {line} of the document is not UTF-8.") from error
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    parts, render = _segments(text.removeprefix(mark), content_type)
    if sum(len(part.encode()) for part in parts.values()) > MOST_TEXT:
        raise LimitError(f"The document has more than {MOST_TEXT:,} bytes of text; divide it.")
    done: dict[int, str] = {}
    for batch in _batches(list(parts)):
        if not keep_on():
            raise StoppedError
        texts = [parts[number] for number in batch]
        translated = engine.translate(texts, pairs=pairs, terminology=terminology)
        done |= zip(batch, translated, strict=True)
    terms = _applied(terminology or {}, parts, done)
    characters = sum(map(len, parts.values()))
    return Translation((mark + render(done)).encode(), characters, terms)


def _segments(
    text: str, content_type: str
) -> tuple[dict[int, str], Callable[[Mapping[int, str]], str]]:
    """The texts to be translated by their numbers, and what puts translations in their places."""
    if content_type != "text/plain":
        document = read_document(text, CONTENT_TYPES[content_type])
        found = enumerate(document.segments)
        return {i: part.masked.text for i, part in found if part.translatable}, document.render
    pieces = re.split(r"(\s*(?:\r\n|[\r\n]|\Z)\s*|\A\s+)", text)
    lines = {i: piece for i, piece in enumerate(pieces) if any(map(str.isalpha, piece))}
    return lines, lambda done: "".join(done.get(i, piece) for i, piece in enumerate(pieces))


def _batches(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _BATCH):
        yield numbers[start : start + _BATCH]


def _applied(
    terminology: Mapping[str, str], texts: Mapping[int, str], done: Mapping[int, str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for source, target in terminology.items():
        pattern = re.compile(rf"(?<!\w){re.escape(source)}(?!\w)")
        if any(pattern.search(texts[i]) and target in done[i] for i in texts if source in texts[i]):
            found[source] = target
    return found
