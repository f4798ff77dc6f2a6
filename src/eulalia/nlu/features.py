"""Features: the rows of the embedding tables that stand for each token of a request.

A token is described twice. Its word features (the word itself and the pair it makes with the word
before, both kept apart by locale) say what has been seen; its character n-grams, shared by all
locales, say what an unseen or inflected word looks like (Bojanowski et al. 2017). Only the features
that were frequent in training own a row, and all others are left out, so that an unknown word adds
silence instead of the noise of a hash collision.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from eulalia.text.tokens import CHARACTER_LOCALES

SHORTEST, LONGEST = 1, 5
"""Lengths of the character n-grams."""


def normalize(word: str) -> str:
    """One form for the many ways to write a word: compatibility forms, case, invisible marks."""
    folded = unicodedata.normalize("NFKC", word).casefold()
    # Zero-width spaces and joiners are typed or not at the writer's whim.
    return "".join(letter for letter in folded if unicodedata.category(letter) != "Cf") or "\0"


def key(feature: str) -> int:
    """The 32-bit number under which a feature is looked up."""
    return zlib.crc32(feature.encode("utf-8", "surrogatepass"))


def character_features(word: str) -> list[str]:
    """All n-grams of a normalised word between its borders.

    >>> character_features("ab")[:5]
    ['<', 'a', 'b', '>', '<a']
    """
    marked = f"<{word[:40]}>"
    return [
        marked[start : start + length]
        for length in range(SHORTEST, LONGEST + 1)
        for start in range(len(marked) - length + 1)
    ]


def word_features(words: Sequence[str], locale: str) -> Iterator[list[str]]:
    """Of each word in its sentence: itself, and what stands before and behind it."""
    # A character of Chinese or Japanese says less than a word, so it is shown with more neighbours.
    reach = 2 if locale in CHARACTER_LOCALES else 1
    padded = ["^"] * reach + list(words) + ["$"] * reach
    for position, word in enumerate(words, start=reach):
        features = [f"{locale} {word}", f"{locale} {padded[position - 1]} {word}"]
        if reach == 2:
            before, after = padded[position - 2 : position], padded[position + 1 : position + 3]
            features.append(f"{locale} {before[0]} {before[1]} {word}")
            features.append(f"{locale} {before[1]} {word} {after[0]}")
            features.append(f"{locale} {word} {after[0]} {after[1]}")
            features.append(f"{locale}  {word} {after[0]}")
        yield features


def word_keys(words: Sequence[str], locale: str) -> list[list[int]]:
    """Keys of the word features of each word."""
    return [[key(feature) for feature in token] for token in word_features(words, locale)]


@lru_cache(maxsize=20_000)
def character_keys(word: str) -> tuple[int, ...]:
    """Keys of the character n-grams of a normalised word."""
    return tuple(key(feature) for feature in character_features(word))


@dataclass(frozen=True)
class Table:
    """An embedding table in 8 bits whose rows are found by feature."""

    rows: dict[int, int]
    """Row by feature key."""
    weights: NDArray[np.int8]
    """(rows, dimension)"""
    scales: NDArray[np.float32]
    """(rows,) what one step of a row's weights is worth."""

    def embed(self, keys: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """Sum of the rows that each token's feature keys find, divided by the square root of their
        number.

        Returns (tokens, dimension).
        """
        rows = self.rows
        found = [[rows[number] for number in token if number in rows] for token in keys]
        counts = np.array([len(token) for token in found])
        result = np.zeros((len(found), self.weights.shape[1]), np.float32)
        if not counts.any():
            return result
        flat = np.fromiter((row for token in found for row in token), np.int64, counts.sum())
        values = self.weights[flat] * self.scales[flat, None]
        known = counts > 0
        starts = (np.cumsum(counts) - counts)[known]
        result[known] = np.add.reduceat(values, starts) / np.sqrt(counts[known, None])
        return result
