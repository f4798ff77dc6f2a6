"""Pairs of sentences about a subject, from a list of pages and their translations."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from py3langid import rank  # type: ignore[import-untyped]

from eulalia.translation.documents import open_document
from eulalia.translation.errors import TranslationError
from eulalia.translation.extract import Extraction, extract
from eulalia.translation.files import read_lines
from eulalia.translation.masking import has_words
from eulalia.translation.pairing import DocumentPair
from eulalia.translation.web.pages import Pages

_URL = re.compile(r"https?://", re.IGNORECASE)
_TELLING = 24
"""Letters from which on it can be told which language a text is in; wide ones count for three."""
_SURE = 20.0
"""How much likelier, in natural logarithms, another language must be."""
_CLOSE = {"zh": ("wuu", "yue", "lzh", "gan"), "nb": ("no", "nn"), "es": ("ext", "ast")}
"""Languages that are written much like others."""


@dataclass
class Gathering:
    """The pairs that were found, and what was left out."""

    extraction: Extraction
    failed: list[str] = field(default_factory=list)
    """Why pages could not be had, a sentence each."""
    off_subject: int = 0
    """Pairs of pages that have none of the subject's words."""
    foreign: int = 0
    """Pairs of pages, and of sentences, that are in other languages."""
    pages: int = 0
    """Pairs of pages that were used."""


def read_list(path: Path) -> list[tuple[str, str]]:
    """The pages and their translations in a file: two addresses or paths in each line.

    Empty lines and those that begin with # are skipped. Raises TranslationError for other lines.
    """
    pairs = []
    for number, line in enumerate(read_lines(path), 1):
        places = line.split("\t") if "\t" in line else line.split()
        if not line.strip() or line.startswith("#"):
            continue
        if len(places) != 2 or not all(place.strip() for place in places):
            raise TranslationError(
                f"Line {number} of {path} must have a page and its translation, two addresses or "
                "paths with a space or a tab between them."
            )
        pairs.append((places[0].strip(), places[1].strip()))
    if not pairs:
        raise TranslationError(f"{path} names no pages.")
    return pairs


def gather(
    places: Sequence[tuple[str, str]],
    folder: Path,
    pages: Pages,
    languages: tuple[str, str],
    *,
    about: Sequence[str] = (),
    lowest: float = 0.0,
    stepped: Callable[[], None] = lambda: None,
) -> Gathering:
    """The sentences of pages that translate each other.

    Paths are those within `folder`. With `about`, only pages that have one of these words or
    phrases count. Pairs whose alignment scores under `lowest`, and texts in other languages, are
    left out. `stepped` is called after each pair of pages and then `extract.STEPS` times.
    """
    result = Gathering(Extraction())
    documents = []
    for number, place in enumerate(places):
        try:
            found = [pages.get(each) if _URL.match(each) else folder / each for each in place]
            texts = [_text(path) for path in found]
        except TranslationError as error:
            result.failed.append(str(error))
        else:
            if about and not _is_about(texts[0], about):
                result.off_subject += 1
            elif not all(map(_may_be, texts, languages)):
                result.foreign += 1
            else:
                documents.append(DocumentPair(f"{number}", found[0], found[1]))
        stepped()
    result.pages = len(documents)
    result.extraction = extract(documents, *languages, stepped)
    kept = []
    for pair in result.extraction.pairs:
        if pair.score < lowest:
            result.extraction.unsure += 1
        elif not all(map(_may_be, (pair.source, pair.target), languages)):
            result.foreign += 1
        else:
            kept.append(pair)
    result.extraction.pairs = kept
    return result


def _text(path: Path) -> str:
    """What a page says."""
    segments = open_document(path).segments
    return "\n".join(each.masked.text for each in segments if each.translatable)


def _is_about(text: str, words: Sequence[str]) -> bool:
    text = text.casefold()
    return any(
        re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text) for word in words
    ) or any(word in text for word in words if not word.isascii())


def _may_be(text: str, language: str) -> bool:
    """Whether a text may be in a language, as far as it can be told."""
    size = sum(3 if letter > "\u2e80" else 1 for letter in text if letter.isalpha())
    if size < _TELLING or not has_words(text):
        return True
    base = language.split("-")[0]
    scores = dict(rank(text[:2000]))
    own = [scores[each] for each in (base, *_CLOSE.get(base, ())) if each in scores]
    return not own or max(own) >= max(scores.values()) - _SURE
