"""Words and their neighbours as numbers, so that whole logs are counted without loops."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from eulalia.text import tokenize

Hashes = npt.NDArray[np.uint64]

_APART = re.compile(r"[^\w\s]|_")
_MIX = np.uint64(0x9E3779B97F4A7C15)


def words(text: str, locale: str = "en-US") -> list[str]:
    """The words of a text, folded in case and free of punctuation.

    >>> words("What's the TIME, please?")
    ['what', 's', 'the', 'time', 'please']
    """
    plain = _APART.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return [token.text for token in tokenize(plain, locale)]


@dataclass(frozen=True, slots=True)
class Sequences:
    """The words of many texts in one row, each text between two borders and one."""

    words: Hashes
    """Hashes of words: two borders, the words of the first text, a border, two borders …"""
    owners: npt.NDArray[np.intp]
    """The text that each belongs to."""
    count: int
    """How many texts there are."""

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> Sequences:
        """The sequences of texts, each given by its words."""
        lengths = np.fromiter((len(text) for text in texts), np.intp, len(texts))
        owners = np.repeat(np.arange(len(texts)), lengths + 3)
        row = np.fromiter(
            (_hash(word) for text in texts for word in (*_BEFORE, *text, _AFTER)),
            np.uint64,
            len(owners),
        )
        return cls(row, owners, len(texts))

    def grams(self, order: int) -> Hashes:
        """At each place the hash of the `order` words that end there, across borders too."""
        grams = self.words.copy()
        for back in range(1, order):
            earlier = np.zeros_like(self.words)
            earlier[back:] = self.words[:-back]
            grams = mix(grams, earlier)
        return grams

    @property
    def predicted(self) -> npt.NDArray[np.bool_]:
        """The places that a language model predicts: words and closing borders."""
        predicted: npt.NDArray[np.bool_] = self.words != _hash(_BEFORE[0])
        return predicted

    @property
    def inner(self) -> npt.NDArray[np.bool_]:
        """The places that hold words."""
        inner: npt.NDArray[np.bool_] = self.predicted & (self.words != _hash(_AFTER))
        return inner


_BEFORE = ("<s>", "<s>")
_AFTER = "</s>"


def mix(first: Hashes, second: Hashes) -> Hashes:
    """One hash of two, in which their order counts."""
    mixed = (first * _MIX) ^ (second + _MIX + (first << np.uint64(6)) + (first >> np.uint64(2)))
    folded: Hashes = mixed ^ (mixed >> np.uint64(29))
    return folded


def keys(hashes: Hashes) -> npt.NDArray[np.uint32]:
    """The upper halves, enough to tell the n-grams of a shipped table apart."""
    return (hashes >> np.uint64(32)).astype(np.uint32)


def find(
    table: npt.NDArray[np.uint32], wanted: npt.NDArray[np.uint32]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where each wanted key stands in a sorted table, and whether it does."""
    if not len(table):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), np.bool_)
    places = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return places, table[places] == wanted


@lru_cache(maxsize=200_000)
def _hash(word: str) -> np.uint64:
    digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))
