"""Sentence vectors: texts that mean or sound alike lie close to each other.

A vector is the mean of what the understanding model has learned of a text's words and of their
letter groups. It costs a tenth of understanding, and knows a misheard request by the words that
were heard right.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from eulalia.errors import EulaliaError
from eulalia.text.features import Table, character_keys, normalize, word_keys
from eulalia.text.tokens import tokenize

SHIPPED: Final = Path(__file__).parent.parent / "models" / "nlu"
_MOST_WORDS: Final = 16_384


class VectorError(EulaliaError):
    """A folder that holds no embedding tables."""


class Vectors:
    """Texts to vectors. Threads may share it.

    >>> vectors = Vectors.open()
    >>> one, other, third = vectors.of(["play some jazz", "play some jas", "wake me up"], "en-US")
    >>> bool(one @ other > one @ third)
    True
    """

    def __init__(self, words: Table, letters: Table) -> None:
        """From the embedding tables of words and of letter groups."""
        self._words = words
        self._letters = letters
        self._known: dict[str, NDArray[np.float32]] = {}

    @classmethod
    def open(cls, folder: str | Path | None = None) -> Self:
        """The vectors of an understanding model; without a folder, of the one that comes along.

        Raises VectorError when the folder holds no such model.
        """
        path = (SHIPPED if folder is None else Path(folder)) / "tables.npz"
        try:
            with path.open("rb") as file, np.load(file) as arrays:
                return cls(_table(arrays, "word"), _table(arrays, "character"))
        except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
            raise VectorError(
                f"{path} holds no embedding tables ({error}); name the folder of a model that "
                "`eulalia train nlu` wrote."
            ) from error

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        return self._words.dimension + self._letters.dimension

    def of(self, texts: Iterable[str], locale: str) -> NDArray[np.float32]:
        """(texts, size) vectors of length 1; of length 0 for a text without words."""
        sentences = [[normalize(token.text) for token in tokenize(t, locale)] for t in texts]
        vectors = np.zeros((len(sentences), self.size), np.float32)
        spoken = [number for number, words in enumerate(sentences) if words]
        if not spoken:
            return vectors
        words = [word for number in spoken for word in sentences[number]]
        keys = np.array([k for n in spoken for k in word_keys(sentences[n], locale)], np.uint32)
        by_word = self._words.embed(keys.ravel(), [keys.shape[1]] * len(words))
        tokens = np.concatenate([by_word, self._by_letters(words)], axis=1)
        lengths = [len(sentences[number]) for number in spoken]
        starts = list(accumulate(lengths[:-1], initial=0))
        sums = np.add.reduceat(tokens, starts)
        vectors[spoken] = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
        return vectors

    def _by_letters(self, words: list[str]) -> NDArray[np.float32]:
        missing = [word for word in dict.fromkeys(words) if word not in self._known]
        if missing:
            keys = [character_keys(word) for word in missing]
            flat = np.array([key for own in keys for key in own], np.uint32)
            new = dict(zip(missing, self._letters.embed(flat, list(map(len, keys))), strict=True))
            if len(self._known) + len(new) > _MOST_WORDS:
                self._known.clear()
            self._known.update(new)
            return np.array([new[w] if w in new else self._letter_vector(w) for w in words])
        return np.array([self._letter_vector(word) for word in words])

    def _letter_vector(self, word: str) -> NDArray[np.float32]:
        known = self._known.get(word)
        if known is None:  # dropped a moment ago to make room
            keys = character_keys(word)
            known = self._letters.embed(np.array(keys, np.uint32), [len(keys)])[0]
        return known


@cache
def shipped() -> Vectors:
    """The vectors of the model that comes along, read once."""
    return Vectors.open()


def _table(arrays: Any, name: str) -> Table:
    return Table(arrays[f"{name}_keys"], arrays[f"{name}_weights"], arrays[f"{name}_scales"])
