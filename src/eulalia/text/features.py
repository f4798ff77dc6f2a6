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
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eulalia.text.tokens import CHARACTER_LOCALES

SHORTEST, LONGEST = 1, 5
"""Lengths of the character n-grams."""
_CUT = 40
"""Letters behind it are not looked at."""
_PLACES = {
    reach: [zlib.crc32(f"{distance}:".encode()) for distance in range(-reach, reach + 1)]
    for reach in (2, 3)
}
"""Checksums of how features of words around begin, by how far is looked."""


def normalize(word: str) -> str:
    """One form for the many ways to write a word: compatibility forms, case, invisible marks."""
    folded = unicodedata.normalize("NFKC", word).casefold()
    if folded.isprintable():  # It has no invisible marks.
        return folded or "\0"
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
    marked = f"<{word[:_CUT]}>"
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


def context_features(words: Sequence[str], locale: str) -> Iterator[list[str]]:
    """Of each word in its sentence: the words around it, by where they stand."""
    reach = 3 if locale in CHARACTER_LOCALES else 2
    padded = ["^"] * reach + list(words) + ["$"] * reach
    for position in range(reach, len(padded) - reach):
        before, word, after = padded[position - 1 : position + 2]
        features = [f"{d}:{padded[position + d]}" for d in range(-reach, reach + 1)]
        features += [f"<{before} {word}", f"{word} {after}>", f"{before}_{after}"]
        if reach == 3:
            features.append(f"<{padded[position - 2]} {before} {word}")
            features.append(f"<{before} {word} {after}>")
            features.append(f"{word} {after} {padded[position + 2]}>")
        yield features


def context_keys(words: Sequence[str], locale: str) -> list[list[int]]:
    """Keys of the context features of each word, in the order of `context_features`."""
    reach = 3 if locale in CHARACTER_LOCALES else 2
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    padded = [b"^"] * reach + encoded + [b"$"] * reach
    result = []
    for position in range(reach, len(padded) - reach):
        before, word, after = padded[position - 1 : position + 2]
        around = padded[position - reach : position + reach + 1]
        # A checksum goes on where that of the feature's beginning ended.
        keys = list(map(zlib.crc32, around, _PLACES[reach]))
        keys.append(zlib.crc32(b"<%b %b" % (before, word)))
        keys.append(zlib.crc32(b"%b %b>" % (word, after)))
        keys.append(zlib.crc32(b"%b_%b" % (before, after)))
        if reach == 3:
            keys.append(zlib.crc32(b"<%b %b %b" % (padded[position - 2], before, word)))
            keys.append(zlib.crc32(b"<%b %b %b>" % (before, word, after)))
            keys.append(zlib.crc32(b"%b %b %b>" % (word, after, padded[position + 2])))
        result.append(keys)
    return result


def word_keys(words: Sequence[str], locale: str) -> list[list[int]]:
    """Keys of the word features of each word, in the order of `word_features`."""
    if locale in CHARACTER_LOCALES:
        return [[key(feature) for feature in token] for token in word_features(words, locale)]
    # A checksum goes on where that of the feature's beginning ended.
    locale_key = key(f"{locale} ")
    before = zlib.crc32(b"^", locale_key)
    result = []
    for word in words:
        encoded = word.encode("utf-8", "surrogatepass")
        own = zlib.crc32(encoded, locale_key)
        result.append([own, zlib.crc32(b" " + encoded, before)])
        before = own
    return result


def character_keys(word: str) -> tuple[int, ...]:
    """Keys of the character n-grams of a normalised word, in the order of `character_features`."""
    letters = [letter.encode("utf-8", "surrogatepass") for letter in f"<{word[:_CUT]}>"]
    found: list[int] = []
    keys = [0] * len(letters)
    for length in range(1, LONGEST + 1):
        # A checksum goes on where that of the n-gram without its last letter ended.
        keys = list(map(zlib.crc32, letters[length - 1 :], keys))
        if length >= SHORTEST:
            found += keys
    return tuple(found)


class Table:
    """An embedding table in 8 bits whose rows are found by feature."""

    def __init__(
        self, keys: NDArray[np.uint32], weights: NDArray[np.int8], scales: NDArray[np.floating[Any]]
    ) -> None:
        """(rows,) feature keys, (rows, dimension) weights, and (rows,) what one step of a row's
        weights is worth."""
        # Found by bisection in sorted keys, all at once: that reads a fraction of the memory that
        # a dict would, and a request seldom finds memory in the processor's caches.
        order = keys.argsort()
        self._keys = np.append(keys[order], np.uint32(0))
        # A row behind the others for those that are sought behind them.
        self._weights = np.pad(weights[order], ((0, 1), (0, 0)))
        self._scales = np.append(scales[order], 0).astype(np.float32)

    @property
    def dimension(self) -> int:
        """Numbers in a row."""
        return int(self._weights.shape[1])

    def embed(self, keys: NDArray[np.uint32], sizes: Sequence[int]) -> NDArray[np.float32]:
        """Sum of the rows that each token's feature keys find, divided by the square root of their
        number.

        `keys` are those of the first token, of the second and so on, and `sizes` tells how many of
        them are of each token, which is never none. Returns (tokens, dimension).
        """
        rows = self._keys[:-1].searchsorted(keys)
        known = self._keys.take(rows) == keys
        starts = list(accumulate(sizes[:-1], initial=0))
        values = self._weights.take(rows, 0) * (self._scales.take(rows) * known)[:, None]
        sums = np.add.reduceat(values, starts)
        sums /= np.sqrt(np.maximum(np.add.reduceat(known, starts, dtype=np.float32), 1))[:, None]
        return sums
