"""Which format a document has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from eulalia.translation.documents import gettext, html, markdown, notebook
from eulalia.translation.documents.document import Translatable
from eulalia.translation.errors import TranslationError
from eulalia.translation.files import read_text

_READERS: dict[str, Callable[[str], Translatable]] = {
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".myst": markdown.read,
    ".ipynb": notebook.read,
    ".po": gettext.read,
    ".pot": gettext.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
}
SUFFIXES = frozenset(_READERS)
"""The ends of names that are known, in small letters."""


def open_document(path: Path) -> Translatable:
    """The document in a file.

    Raises TranslationError, naming the file, for one that cannot be read or is broken, and for a
    format that is not known.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise TranslationError(
            f"{path} is no document of a known kind: {', '.join(sorted(SUFFIXES))}."
        )
    text = read_text(path)
    try:
        return read_document(text, path.suffix)
    except TranslationError as error:
        raise TranslationError(f"{path}: {error}") from error


def read_document(text: str, suffix: str) -> Translatable:
    """The document with this text and end of name, such as `.md`."""
    return _READERS[suffix.lower()](text)
