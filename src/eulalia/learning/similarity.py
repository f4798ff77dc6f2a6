"""How alike two requests are, in letters, words and sounds."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
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


def cosines(
    texts: Sequence[str], first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]
) -> Floats:
    """For each pair of places among the texts, the cosine of their letters in threes to fives,
    each weighted by how few of the texts have it (TF-IDF, Salton & Buckley 1988)."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    bags = [_pieces(text) for text in numbers]
    counts = Counter(piece for bag in bags for piece in bag)
    whole = len(bags) + 1
    vectors = []
    for bag in bags:
        weights = {p: n * (math.log(whole / (counts[p] + 1)) + 1) for p, n in bag.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors.append({piece: weight / length for piece, weight in weights.items()})
    products = np.zeros(len(first))
    for row, (one, other) in enumerate(zip(first, second, strict=True)):
        mine, its = vectors[numbers[texts[one]]], vectors[numbers[texts[other]]]
        products[row] = sum(weight * its.get(piece, 0.0) for piece, weight in mine.items())
    return products


def _pieces(text: str) -> Counter[str]:
    padded = f" {text} "
    return Counter(
        padded[start : start + size]
        for size in (3, 4, 5)
        for start in range(len(padded) - size + 1)
    )
