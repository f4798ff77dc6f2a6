"""A dictionary learned from the very documents that are to be aligned.

It starts from spelling, which costs nothing: names, numbers, formulas and borrowed words look alike
in many languages. Expectation maximisation then adds what occurs together (Brown et al.: The
Mathematics of Statistical Machine Translation, 1993, model 1; Moore: Fast and Accurate Sentence
Alignment of Bilingual Corpora, 2002), with spelling as its prior.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u065f\u0900-\u0dff"
_SPACELESS = (
    r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u0e00-\u0e7f"
)
"""Kana, Han and Thai, which are written without spaces and taken letter by letter."""
_TOKEN = re.compile(
    rf"[{_SPACELESS}]|\d+|(?:(?![{_SPACELESS}])[^\W\d_])+(?:[{_MARKS}]|(?![{_SPACELESS}])[^\W\d_])*|\S"
)
STEM = 6
"""Letters of a word that count: what follows is mostly inflection."""
_HANGUL_STEM = 2
_SHORTEST_COGNATE = 4
_MOST_CANDIDATES = 4_000_000
_MOST_TOGETHER = 5_000_000
"""So many pairs of words that occur together are counted."""


def words(sentence: str) -> list[str]:
    """The units of a sentence that are compared: stems, numbers, marks; Han and kana by letter."""
    return [_stem(token) for token in _TOKEN.findall(unicodedata.normalize("NFKC", sentence))]


def _stem(token: str) -> str:
    letters = _HANGUL_STEM if "가" <= token[0] <= "힣" else STEM
    return token.lower()[:letters] if token[0].isalpha() else token


class Side:
    """The sentences of one language as numbers, every word having one.

    `tokens` are all words of all sentences, shape (words,); `starts` says where each sentence
    begins in them, shape (sentences + 1,); `frequency` is the share of each word of the vocabulary
    among them. A part of it has the same words, and knows the `whole`.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        numbers: dict[str, int] = {}
        tokens: list[int] = []
        starts = [0]
        for sentence in sentences:
            tokens.extend(numbers.setdefault(word, len(numbers)) for word in words(sentence))
            starts.append(len(tokens))
        self.vocabulary = list(numbers)
        self.tokens = np.array(tokens, dtype=np.int64)
        self.starts = np.array(starts, dtype=np.int64)
        counts = np.bincount(self.tokens, minlength=len(numbers)) + 0.5
        self.frequency: Floats = counts / max(counts.sum(), 1)
        self.whole = self
        self.first = 0

    def __len__(self) -> int:
        return len(self.starts) - 1

    def part(self, first: int, last: int) -> Side:
        """The sentences from `first` up to, not including, `last`; words keep their numbers."""
        side = copy(self)
        side.starts = self.starts[first : last + 1]
        side.first = self.first + first
        return side

    def among_all(self, sentences: range) -> range:
        """The numbers that these sentences of a part have in the whole."""
        return range(self.first + sentences.start, self.first + sentences.stop)

    def merged(self, size: int) -> Side:
        """The same with so many sentences taken as one each."""
        side = copy(self)
        side.starts = np.append(self.starts[:-1:size], self.starts[-1])
        return side

    def of(self, first: int, last: int) -> Integers:
        """The words of the sentences from `first` up to, not including, `last`."""
        return self.tokens[self.starts[first] : self.starts[last]]

    def words(self, sentences: range) -> int:
        """How many words these sentences have."""
        return int(self.starts[sentences.stop] - self.starts[sentences.start])


@dataclass(frozen=True)
class Table:
    """The probabilities of target words given source words; only those above zero are kept.

    All arrays have the shape (entries,) and are sorted by source word; the entries of source word w
    are those from `starts[w]` to `starts[w + 1]`.
    """

    starts: Integers
    source: Integers
    target: Integers
    probability: Floats
    gives: NDArray[np.bool_]
    """Whether a target word occurs at all, shape (target words,)."""

    @classmethod
    def of(
        cls, source: Integers, target: Integers, weight: Floats, words: int, targets: int
    ) -> Table:
        """The table in which each of so many source words spreads over targets by weight."""
        order = np.lexsort((target, source))
        source, target, weight = source[order], target[order], weight[order]
        total = np.bincount(source, weight, words)
        starts = np.searchsorted(source, np.arange(words + 1))
        gives = np.zeros(targets, np.bool_)
        gives[target] = True
        return cls(starts, source, target, weight / total[source], gives)

    def among(self, source: Integers, target: Integers) -> tuple[Integers, Integers, Floats]:
        """What some source words give to some target words, which are sorted and differ.

        Returns entries: a place in `source`, a place in `target`, the probability.
        """
        counts = self.starts[source + 1] - self.starts[source]
        entries = ranges(self.starts[source], counts)
        place = np.full(int(target[-1]) + 2 if len(target) else 1, -1)
        place[target] = np.arange(len(target))
        places = place[np.minimum(self.target[entries], len(place) - 1)]
        found = places >= 0
        givers = np.repeat(np.arange(len(source)), counts)
        return givers[found], places[found], self.probability[entries[found]]


@dataclass(frozen=True)
class Resemblance:
    """Pairs of words that are spelt alike, and how much from 0 to 1; arrays of shape (pairs,)."""

    source: Integers
    target: Integers
    likeness: Floats

    def reversed(self) -> Resemblance:
        """The same from the target's side."""
        return Resemblance(self.target, self.source, self.likeness)


def resemblance(source: Sequence[str], target: Sequence[str]) -> Resemblance:
    """Which words of two vocabularies are spelt alike.

    Equal words and numbers are wholly alike; of others counts the share of letters with which both
    begin, accents and the commonest differences of spelling (k and c, ph and f …) put aside.
    """
    left, right = [_spelling(word) for word in source], [_spelling(word) for word in target]
    by_beginning: dict[str, list[int]] = {}
    for number, word in enumerate(right):
        by_beginning.setdefault(word[:_SHORTEST_COGNATE], []).append(number)
    exact = {word: number for number, word in enumerate(target)}
    pairs: list[tuple[int, int, float]] = []
    for number, word in enumerate(left):
        same = exact.get(source[number])
        if same is not None:
            pairs.append((number, same, 1.0))
        if len(word) < _SHORTEST_COGNATE or not word[0].isalpha():
            continue
        for other in by_beginning.get(word[:_SHORTEST_COGNATE], ()):
            if other != same:
                pairs.append((number, other, _likeness(word, right[other])))
        if len(pairs) > _MOST_CANDIDATES:
            break
    table = np.array(pairs, dtype=np.float64).reshape(-1, 3)
    return Resemblance(table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2])


def _spelling(word: str) -> str:
    plain = "".join(
        letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter)
    )
    for one, other in (("ph", "f"), ("th", "t"), ("k", "c"), ("ß", "ss"), ("y", "i"), ("z", "c")):
        plain = plain.replace(one, other)
    return plain


def _likeness(one: str, other: str) -> float:
    common = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        common += 1
    return 2 * common / (len(one) + len(other))


def from_spelling(source: Side, target: Side, alike: Resemblance) -> Table:
    """The table that knows nothing but which words look alike."""
    sizes = len(source.vocabulary), len(target.vocabulary)
    return Table.of(alike.source, alike.target, alike.likeness**2, *sizes)


def learn(
    source: Side,
    target: Side,
    beads: Sequence[tuple[range, range]],
    alike: Resemblance,
    *,
    rounds: int = 5,
    prior: float = 0.5,
) -> Table:
    """The probabilities of target words given source words, by EM over aligned sentences.

    `beads` pair sentences by their numbers; no side is empty. `prior` is how many occurrences
    together a perfect likeness in spelling is worth.
    """
    keys, places = _together(source, target, beads)
    width = max(len(target.vocabulary), 1)
    likely = alike.source * width + alike.target
    known, where = np.unique(np.concatenate([keys, likely]), return_inverse=True)
    here, alike_here = where[: len(keys)], where[len(keys) :]
    extra = _totals(alike_here, prior * alike.likeness**2, len(known))
    source_of, target_of = known // width, known % width
    probability: Floats = 1 + 10 * extra
    size = len(source.vocabulary)
    for _ in range(rounds):
        probability = probability / _totals(source_of, probability, size)[source_of]
        each = probability[here]
        each = each / _totals(places, each, places[-1] + 1 if len(places) else 0)[places]
        probability = extra + _totals(here, each, len(known))
    kept = probability > 1e-3
    return Table.of(source_of[kept], target_of[kept], probability[kept], size, width)


def _together(
    source: Side, target: Side, beads: Sequence[tuple[range, range]]
) -> tuple[Integers, Integers]:
    """Every source word beside every target word of its bead.

    Returns the pair of words as one number, and the number of the occurrence of the target word.
    """
    keys, places = [], []
    width = max(len(target.vocabulary), 1)
    for ours_at, theirs_at in _some(source, target, beads):
        ours = np.unique(source.of(ours_at.start, ours_at.stop))
        first, last = target.starts[theirs_at.start], target.starts[theirs_at.stop]
        keys.append((ours[None, :] * width + target.tokens[first:last, None]).ravel())
        places.append(np.repeat(np.arange(first, last), len(ours)))
    if not keys:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(keys), np.concatenate(places)


def _some(
    source: Side, target: Side, beads: Sequence[tuple[range, range]]
) -> list[tuple[range, range]]:
    """So many of the beads, chosen by lot, that memory and time stay within bounds."""
    costs = [source.words(ours) * target.words(theirs) for ours, theirs in beads]
    if sum(costs) <= _MOST_TOGETHER:
        return list(beads)
    order = np.random.default_rng(0).permutation(len(beads))
    spent = np.cumsum(np.array(costs)[order])
    chosen = np.sort(order[: max(int(np.searchsorted(spent, _MOST_TOGETHER)), 1)])
    return [beads[number] for number in chosen]


def _totals(places: Integers, values: Floats, size: int) -> Floats:
    """The sum of the values at each place, shape (size,)."""
    return np.bincount(places, values, size).astype(np.float64)


def ranges(starts: Integers, counts: Integers) -> Integers:
    """The numbers from each start on, so many each, one range after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    places: Integers = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return places
