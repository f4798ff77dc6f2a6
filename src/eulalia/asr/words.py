"""The words of an open vocabulary: how each sounds, and which follows which."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

import numpy as np

from eulalia.asr.errors import ModelError, RecognitionError
from eulalia.asr.language_model import LanguageModel
from eulalia.asr.lexicon import Pronouncer, Pronunciation

_ORDER: Final = 3
"""Words of the language model's n-grams."""


@dataclass(frozen=True)
class Words:
    """Words by number from 1 on; the number behind the last one stands for any unknown word.

    So the language model knows where names and other rare words are likely, and what follows them.
    """

    texts: tuple[str, ...]
    """The word of number n is texts[n - 1]."""
    pronunciations: tuple[tuple[int, Pronunciation], ...]
    """The number of a word and a way to say it, which is never empty."""
    language_model: LanguageModel

    @property
    def unknown(self) -> int:
        """The label of a word that is none of these."""
        return len(self.texts) + 1

    @classmethod
    def build(cls, sentences: Iterable[str], pronouncer: Pronouncer) -> Self:
        """The words of sentences in lower case, in so far as they can be said.

        Raises ModelError when there are none.
        """
        kept = [sentence.split() for sentence in sentences]
        counts = Counter(word for sentence in kept for word in sentence)
        ways: dict[str, tuple[Pronunciation, ...]] = {}
        for word in sorted(counts):
            try:
                ways[word] = pronouncer.pronunciations(word)
            except RecognitionError:
                continue
        if not ways:
            raise ModelError("There is no word in these texts; give others.")
        numbers = {word: number for number, word in enumerate(ways, 1)}
        unknown = len(ways) + 1
        lines = [[numbers.get(word, unknown) for word in sentence] for sentence in kept]
        # Where a word stands that occurs but once, another that never occurred may stand as well.
        once = {numbers[word] for word, count in counts.items() if count == 1 and word in numbers}
        lines += [
            [unknown if number in once else number for number in line]
            for line in lines
            if not once.isdisjoint(line)
        ]
        return cls(
            tuple(ways),
            tuple((numbers[word], way) for word, several in ways.items() for way in several),
            LanguageModel.build((line for line in lines if line), unknown + 1, _ORDER),
        )

    def save(self, folder: Path) -> None:
        """Write `words.npz` and `words-lm.npz` into a folder, each whole or not at all."""
        numbers, ways = zip(*self.pronunciations, strict=True)
        part = folder / f".{uuid4().hex}.npz"
        try:
            np.savez_compressed(
                part,
                allow_pickle=False,
                texts=np.frombuffer("\n".join(self.texts).encode(), np.uint8),
                numbers=np.array(numbers, np.int32),
                lengths=np.array([len(way) for way in ways], np.uint8),
                phones=np.array([phone for way in ways for phone in way], np.uint8),
            )
            part.replace(folder / "words.npz")
        except OSError as error:
            raise ModelError(f"{folder} cannot be written to ({error.strerror}).") from error
        finally:
            part.unlink(missing_ok=True)
        self.language_model.save(folder / "words-lm.npz")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises ModelError when it is not there or is another kind."""
        path = folder / "words.npz"
        try:
            with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
                texts = tuple(arrays["texts"].tobytes().decode().split("\n"))
                numbers = arrays["numbers"].tolist()
                ways = _cut(arrays["phones"].tolist(), arrays["lengths"].tolist())
        except OSError as error:
            raise ModelError(f"{path} cannot be read as a list of words.") from error
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError(f"{path} is not a list of words that Eulalia wrote.") from error
        language_model = LanguageModel.load(folder / "words-lm.npz")
        if language_model.size != len(texts) + 2:
            raise ModelError(f"{folder} mixes two models: its words and their language model.")
        return cls(texts, tuple(zip(numbers, ways, strict=True)), language_model)


def _cut(phones: Sequence[int], lengths: Sequence[int]) -> list[Pronunciation]:
    ways, start = [], 0
    for length in lengths:
        ways.append(tuple(phones[start : start + length]))
        start += length
    return ways
