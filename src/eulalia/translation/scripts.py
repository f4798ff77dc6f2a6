"""Latin letters amid Chinese and Japanese, where they are names and words of other languages."""

from __future__ import annotations

import re

_UNSPACED = ("zh", "ja")
_OWN_LETTERS = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_LATIN_NAME = r"(?<![A-Za-z0-9_])[A-Z][A-Za-z0-9]+(?![A-Za-z0-9_])"
"""Words with a capital letter; Chinese and Japanese texts have few others in Latin letters."""


def is_unspaced(language: str) -> bool:
    """Whether a language writes no spaces between words."""
    return language.split("-")[0] in _UNSPACED


def gains_spaces(source_language: str, target_language: str) -> bool:
    """Whether a translation has spaces between words where its source has none."""
    return is_unspaced(source_language) and not is_unspaced(target_language)


def is_foreign(text: str, language: str) -> bool:
    """Whether nothing of a text is in the script of its language, where that is its own."""
    return is_unspaced(language) and not _OWN_LETTERS.search(text)


def names_pattern(source_language: str, target_language: str) -> str:
    """A pattern of names that a text has in Latin letters, and its translation too."""
    return _LATIN_NAME if gains_spaces(source_language, target_language) else r"(?!)"
