"""Tokens: the pieces of a request that carry slot labels.

The convention is that of MASSIVE (FitzGerald et al. 2022): white space separates tokens, but in
Japanese and Chinese every character is one, while runs of ASCII stay whole.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CHARACTER_LOCALES = frozenset({"ja-JP", "zh-CN", "zh-TW"})

_WORD = re.compile(r"\S+")
_CHARACTER = re.compile(r"[!-~]+|\S")


class Token(NamedTuple):
    """A piece of a text and where it stands."""

    text: str
    start: int
    """Offset of its first character."""
    end: int
    """Offset behind its last character."""


def tokenize(text: str, locale: str) -> list[Token]:
    """Split a text as MASSIVE does for that locale.

    >>> [token.text for token in tokenize("play 周杰伦 on spotify", "zh-CN")]
    ['play', '周', '杰', '伦', 'on', 'spotify']
    """
    pattern = _CHARACTER if locale in CHARACTER_LOCALES else _WORD
    return [Token(match[0], *match.span()) for match in pattern.finditer(text)]
