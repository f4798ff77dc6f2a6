"""The pairs that are most like a sentence, found in parallel data.

A sentence's rarest words and word pairs point to candidates, which are then compared with it word
by word, as translation memories do: 1 less the share of words to edit (Bulte and Tezcan: Neural
Fuzzy Repair, 2019). Where a model lends its vectors, pairs of a like sense in other words are found
too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self
from zlib import crc32

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from eulalia.translation.adaptation.senses import Senses
from eulalia.translation.adaptation.vectors import Vectors
from eulalia.translation.masking import Kind, mask
from eulalia.translation.pairs import Pair, ParallelData
from eulalia.translation.protection import MASK, Protected, protect_pair

LIKE = 0.4
"""Pairs less like a sentence than this are none that it could learn from."""
_WORD = re.compile(r"[^\W\d_\u3040-\u30ff\u4e00-\u9fff]+|\d+|[^\s]")
_ROUNDING = 0.01
"""Below the limit, so that what is exactly as like as that is not rounded away."""
_RAREST = 12
"""So many of a sentence's features are looked up."""
_MOST_OWNERS = 8_000
_CANDIDATES = 32
_KEPT = 20_000
"""Pairs whose masked texts are kept."""


Numbers = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Match:
    """A pair that is like a sentence."""

    pair: Pair
    target: str
    """Its translation; where it has a span of the sentence it has the sentence's mask."""
    likeness: float
    """From 0 to 1, where all words are the same."""


class TranslationMemory:
    """Parallel data, indexed by its source texts."""

    def __init__(
        self, data: ParallelData, texts: Rows, owners: Rows, senses: Senses | None = None
    ) -> None:
        """`texts` are the sources in the numbers of their words; `owners` are for each feature the
        pairs that have it. Without `senses` pairs are found by their words alone."""
        self.data = data
        self._texts = texts
        self._owners = owners
        self._senses = senses

    @classmethod
    def of(
        cls,
        data: ParallelData,
        stepped: Callable[[], None] = lambda: None,
        *,
        vectors: Vectors | None = None,
    ) -> Self:
        """Index pairs, their senses too if there are `vectors`; `stepped` is called after each."""
        texts: list[str] = []
        lengths = []
        for pair in data.pairs:
            own = words(pair.source)
            texts += own
            lengths.append(len(own))
            stepped()
        rows = Rows.of(numbered(texts), lengths)
        features, pairs = _features_of_rows(rows)
        # So many lists of pairs that two features seldom fall into one.
        bits = max(8, (2 * len(features)).bit_length())
        buckets = (features >> np.uint64(64 - bits)).astype(np.int64)
        order = np.argsort(buckets, kind="stable")
        owners = Rows.of(pairs[order], np.bincount(buckets, minlength=2**bits))
        if vectors is None:
            return cls(data, rows, owners)
        senses = Senses.of(vectors, [pair.source for pair in data.pairs])
        return cls(data, rows, owners, senses)

    def best(self, sentences: Sequence[Protected]) -> list[Match | None]:
        """The pair that is most like each sentence; None where none is."""
        return [next(iter(self.matches(sentence, 1)), None) for sentence in sentences]

    def matches(self, sentence: Protected, count: int) -> list[Match]:
        """The pairs most like a sentence, at most so many, the best first."""
        text = sentence.restored(sentence.text)
        nearest = self.nearest(text)[:count]
        found = ((likeness, self.data.pairs[number]) for likeness, number in nearest)
        return [
            Match(pair, with_masks_of(sentence, *_masked(pair)), likeness)
            for likeness, pair in found
        ]

    def related(self, sentence: Protected, count: int) -> list[tuple[str, str]]:
        """Pairs that share rare words with a sentence, at most so many, each with its own masks.

        After them come half as many that share its sense. They take nobody's place: rare words
        are the ones whose translations people have to agree on.
        """
        text = sentence.restored(sentence.text)
        numbers = self._candidates(numbered(words(text)))[:count]
        if self._senses is not None:
            near = self._senses.near(text, count + count // 2)
            numbers += [number for number in near if number not in numbers][: count // 2]
        found = (_masked(self.data.pairs[number]) for number in numbers)
        return [(source.text, target) for source, target in found]

    def nearest(self, text: str) -> list[tuple[float, int]]:
        """The likeness and the numbers of pairs that are like a text, the most alike first."""
        own = numbered(words(text))
        numbers = own.tolist()
        found = []
        for candidate in self._candidates(own):
            likeness = Levenshtein.normalized_similarity(
                numbers, self._texts[candidate].tolist(), score_cutoff=LIKE - _ROUNDING
            )
            if likeness >= LIKE:
                found.append((likeness, self.data.pairs[candidate].score, -candidate))
        return [(likeness, -number) for likeness, _, number in sorted(found, reverse=True)]

    def _candidates(self, own: Numbers) -> list[int]:
        """The numbers of the pairs that share most of the rarest features."""
        features, _ = _features_of_rows(Rows.of(own, [len(own)]))
        bits = (len(self._owners.starts) - 1).bit_length() - 1
        rows = np.unique(features >> np.uint64(64 - bits)).tolist()
        known = [owners for owners in (self._owners[each] for each in rows) if len(owners)]
        lists: list[npt.NDArray[np.int32]] = []
        for owners in sorted(known, key=len)[:_RAREST]:
            if lists and sum(map(len, lists)) + len(owners) > _MOST_OWNERS:
                break
            lists.append(owners[:_MOST_OWNERS])
        if not lists:
            return []
        weights = np.repeat([1 / np.log(2 + len(each)) for each in lists], list(map(len, lists)))
        numbers, places = np.unique(np.concatenate(lists), return_inverse=True)
        scores = np.bincount(places, weights)
        chosen = np.argsort(-scores, kind="stable")[:_CANDIDATES]
        return [int(number) for number in numbers[chosen]]


@dataclass(frozen=True)
class Rows:
    """Rows of numbers, of several lengths."""

    flat: npt.NDArray[Any]
    starts: npt.NDArray[np.int64]
    """One more than there are rows."""

    @classmethod
    def of(cls, flat: npt.NDArray[Any], lengths: npt.ArrayLike) -> Self:
        """Rows one after the other."""
        return cls(flat, np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]))

    def __getitem__(self, row: int) -> npt.NDArray[Any]:
        return self.flat[self.starts[row] : self.starts[row + 1]]


def words(text: str) -> list[str]:
    """The words of a text in small letters; signs and the letters of unspaced scripts by one."""
    return _WORD.findall(text.lower())


def numbered(own: Sequence[str]) -> Numbers:
    """Words as numbers; two words have the same one about never."""
    known: dict[str, int] = {}
    for word in own:
        if word not in known:
            known[word] = crc32(word.encode("utf-8", "surrogatepass"))
    return np.fromiter((known[word] for word in own), np.uint32, len(own))


def _features_of_rows(rows: Rows) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """The words and pairs of neighbours of each row as numbers, and the rows that they are of."""
    flat = rows.flat.astype(np.uint64)
    owners = np.repeat(np.arange(len(rows.starts) - 1, dtype=np.int32), np.diff(rows.starts))
    within = owners[:-1] == owners[1:]
    pairs = (flat[:-1] * np.uint64(0x9E3779B97F4A7C15) + flat[1:])[within]
    # The upper bits of a product are mixed best (Knuth: The Art of Computer Programming 3, 6.4).
    features = np.concatenate([flat, pairs]) * np.uint64(0xD6E8FEB86659FD93)
    return features, np.concatenate([owners, owners[:-1][within]])


@lru_cache(_KEPT)
def _masked(pair: Pair) -> tuple[Protected, str]:
    """The texts of a pair with masks of its own."""
    return protect_pair(mask(pair.source, Kind.MARKDOWN), mask(pair.target, Kind.MARKDOWN))


def with_masks_of(sentence: Protected, source: Protected, target: str) -> str:
    """A pair's translation with the masks of a sentence, where the spans are the same.

    The pair's other spans take the masks that are left in their order; those for which there is
    none stand as they are.
    """
    left = list(range(len(sentence.spans)))
    numbers: dict[int, int] = {}
    for same in (True, False):
        for own, span in enumerate(source.spans):
            new = [n for n in left if not same or sentence.spans[n] == span]
            if own not in numbers and new:
                numbers[own] = new[0]
                left.remove(new[0])

    def renumbered(found: re.Match[str]) -> str:
        own = int(found[1])
        return f"⟦{numbers[own]}⟧" if own in numbers else source.spans[own]

    return MASK.sub(renumbered, target)
