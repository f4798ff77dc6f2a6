"""Documents of one content type, translated with an engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eulalia.translation.jobs.engines import Translator
from eulalia.translation.masking import Kind, Masked, has_words, mask
from eulalia.translation.pairs import ParallelData
from eulalia.translation.resources.errors import LimitError, RequestError, UnavailableError

if TYPE_CHECKING:
    from eulalia.translation.documents import Translatable

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
    if sum(len(part.text.encode()) for part in parts.values()) > MOST_TEXT:
        raise LimitError(f"The document has more than {MOST_TEXT:,} bytes of text; divide it.")
    done: dict[int, str] = {}
    for batch in _batches(list(parts)):
        if not keep_on():
            raise StoppedError
        texts = [parts[number] for number in batch]
        translated = engine.translate_masked(texts, pairs=pairs, terminology=terminology)
        done |= zip(batch, translated, strict=True)
    plain = [part.text for part in parts.values()]
    terms = applied(terminology or {}, plain, list(done.values()))
    return Translation((mark + render(done)).encode(), sum(map(len, plain)), terms)


def applied(
    terminology: Mapping[str, str], texts: Sequence[str], translated: Sequence[str]
) -> dict[str, str]:
    """The terms that occur in a text and, in their translation, in the text's translation."""
    found: dict[str, str] = {}
    for source, target in terminology.items():
        word = re.compile(rf"(?<!\w){re.escape(source)}(?!\w)")
        both = zip(texts, translated, strict=True)
        if any(source in one and target in other and word.search(one) for one, other in both):
            found[source] = target
    return found


def _segments(
    text: str, content_type: str
) -> tuple[dict[int, Masked], Callable[[Mapping[int, str]], str]]:
    """The texts to be translated by their numbers, and what puts translations in their places."""
    if content_type != "text/plain":
        document = _read(text, CONTENT_TYPES[content_type])
        found = enumerate(document.segments)
        return {i: part.masked for i, part in found if part.translatable}, document.render
    pieces = re.split(r"(\s*[\r\n]\s*|\A\s+|\s+\Z)", text)
    masked = {i: mask(piece, Kind.MESSAGE) for i, piece in enumerate(pieces)}
    lines = {i: part for i, part in masked.items() if has_words(part.text)}

    def render(done: Mapping[int, str]) -> str:
        restored = {i: masked[i].restore(line) for i, line in done.items()}
        return "".join(restored.get(i, piece) for i, piece in enumerate(pieces))

    return lines, render


def _read(text: str, suffix: str) -> Translatable:
    try:
        from eulalia.translation.documents import read_document
    except ImportError as error:
        raise UnavailableError(
            f"{error.name} is missing; pip install 'eulalia[translate]' installs it."
        ) from error
    return read_document(text, suffix)


def _batches(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _BATCH):
        yield numbers[start : start + _BATCH]
