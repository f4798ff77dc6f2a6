"""The pairs that are most like a sentence, found in parallel data.

A sentence's rarest words and word pairs point to candidates, which are then compared with it word
by word, as translation memories do: 1 less the share of words to edit (Bulte and Tezcan: Neural
Fuzzy Repair, 2019).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from eulalia.translation.masking import Kind, mask
from eulalia.translation.pairs import Pair, ParallelData
from eulalia.translation.protection import MASK, Protected, protect_pair

LIKE = 0.4
"""Pairs less like a sentence than this are none that it could learn from."""
_WORD = re.compile(r"[^\W\d_\u3040-\u30ff\u4e00-\u9fff]+|\d+|[^\s]")
_RAREST = 12
"""So many of a sentence's features are looked up."""
_MOST_POSTINGS = 20_000
_CANDIDATES = 32


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
        self,
        data: ParallelData,
        features: dict[str, int],
        starts: npt.NDArray[np.int64],
        postings: npt.NDArray[np.int32],
    ) -> None:
        self.data = data
        self._features = features
        self._starts = starts
        self._postings = postings

    @classmethod
    def of(cls, data: ParallelData, stepped: Callable[[], None] = lambda: None) -> Self:
        """Index pairs; `stepped` is called after each."""
        features: dict[str, int] = {}
        numbers: list[int] = []
        counts = []
        for pair in data.pairs:
            own = _features(words(pair.source))
            numbers += [features.setdefault(each, len(features)) for each in own]
            counts.append(len(own))
            stepped()
        flat = np.array(numbers, np.int32)
        owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        order = np.argsort(flat, kind="stable")
        starts = np.zeros(len(features) + 1, np.int64)
        np.cumsum(np.bincount(flat, minlength=len(features)), out=starts[1:])
        return cls(data, features, starts, owners[order])

    def best(self, sentences: Sequence[Protected]) -> list[Match | None]:
        """The pair that is most like each sentence; None where none is."""
        return [next(iter(self.matches(sentence, 1)), None) for sentence in sentences]

    def matches(self, sentence: Protected, count: int) -> list[Match]:
        """The pairs most like a sentence, at most so many, the best first."""
        text = sentence.restored(sentence.text)
        own = words(text)
        found = []
        for number in self._candidates(own):
            pair = self.data.pairs[number]
            likeness = Levenshtein.normalized_similarity(own, words(pair.source))
            if likeness >= LIKE:
                found.append((likeness, pair.score, -number))
        best = sorted(found, reverse=True)[:count]
        return [
            Match(pair, _with_masks(pair, sentence), likeness)
            for likeness, _, number in best
            for pair in [self.data.pairs[-number]]
        ]

    def _candidates(self, own: list[str]) -> list[int]:
        """The numbers of the pairs that share most of the rarest features."""
        known = [self._features[each] for each in _features(own) if each in self._features]
        lengths = {each: int(self._starts[each + 1] - self._starts[each]) for each in known}
        rarest = sorted(known, key=lengths.__getitem__)[:_RAREST]
        lists: list[npt.NDArray[np.int32]] = []
        total = 0
        for each in rarest:
            if lists and total + lengths[each] > _MOST_POSTINGS:
                break
            total += lengths[each]
            begin = self._starts[each]
            lists.append(self._postings[begin : begin + min(lengths[each], _MOST_POSTINGS)])
        if not lists:
            return []
        weights = np.repeat(
            [1 / np.log(2 + len(each)) for each in lists], [len(each) for each in lists]
        )
        numbers, places = np.unique(np.concatenate(lists), return_inverse=True)
        scores = np.bincount(places, weights)
        chosen = np.argsort(-scores, kind="stable")[:_CANDIDATES]
        return [int(number) for number in numbers[chosen]]


def words(text: str) -> list[str]:
    """The words of a text in small letters; signs and the letters of unspaced scripts by one."""
    return _WORD.findall(text.lower())


def _features(own: list[str]) -> list[str]:
    """The words and pairs of neighbours in a text, each once."""
    return list(dict.fromkeys([*own, *map(" ".join, pairwise(own))]))


def _with_masks(pair: Pair, sentence: Protected) -> str:
    """A pair's translation as an example for a sentence."""
    return with_masks_of(
        sentence,
        *protect_pair(mask(pair.source, Kind.MARKDOWN), mask(pair.target, Kind.MARKDOWN)),
    )


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
