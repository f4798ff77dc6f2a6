"""How alike two requests are, in letters, words and sounds."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_GROUPS = ("aeiouy", "bp", "ckq", "dt", "lr", "mn", "gj", "fpv", "sxz", "csz")
"""Letters that sound alike (the groups of Editex, Zobel & Dart 1996)."""
_SOUNDS = {
    ord(letter): group[0] for group in reversed(_GROUPS) for letter in group if letter != "h"
}


def sounds(text: str) -> str:
    """A text as it sounds, roughly: accents and h gone, like letters one, doubles single.

    Letters of other scripts stand for themselves.

    >>> sounds("phone bill") == sounds("fone pill")
    True
    """
    plain = unicodedata.normalize("NFKD", text).replace("ph", "f").replace(" ", "")
    mapped = "".join(
        _SOUNDS.get(ord(letter), letter)
        for letter in plain
        if letter != "h" and not unicodedata.combining(letter)
    )
    return "".join(
        letter for before, letter in zip("\0" + mapped, mapped, strict=False) if before != letter
    )


def letters_alike(first: Sequence[str], second: Sequence[str]) -> Floats:
    """For each pair of texts, from 0 (nothing in common) to 1 (equal), by letters in order."""
    from rapidfuzz.distance import Indel

    return _pairs(first, second, Indel.normalized_similarity, 1.0)


def words_alike(first: Sequence[str], second: Sequence[str]) -> Floats:
    """The same over words whose order does not count."""
    from rapidfuzz import fuzz

    return _pairs(first, second, fuzz.token_sort_ratio, 100.0)


def sounds_alike(first: Sequence[str], second: Sequence[str]) -> Floats:
    """The same over texts that went through `sounds`."""
    return letters_alike(first, second)


def _pairs(first: Sequence[str], second: Sequence[str], scorer: object, best: float) -> Floats:
    from rapidfuzz.process import cpdist

    if not first:
        return np.zeros(0)
    scores = cpdist(list(first), list(second), scorer=scorer, workers=1, dtype=np.float64)  # type: ignore[arg-type]
    return np.asarray(scores, np.float64) / best
