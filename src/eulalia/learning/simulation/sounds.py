"""How words sound, and how far apart two words are in the ear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import log

import numpy as np
from numpy.typing import NDArray

from eulalia.audio import espeak

Phones = tuple[str, ...]
Costs = Mapping[tuple[str, str], float]
"""The cost of hearing one phone for another; "" stands for a phone that is dropped or added."""

_STRESS = str.maketrans("", "", "ˈˌː")
_SAME = 0.0
_OTHER = 2.5
"""Cost of hearing a phone for one that nobody was observed to hear for it."""
_LOST = 1.8
"""Cost of a phone dropped or added, likewise."""
_NEAR = 150
"""Words whose distance to another is computed: those that share most phones with it."""
_LEAST = 0.3
"""The least cost of any difference."""
_VOICES = {"en-US": "en-us", "zh-CN": "cmn", "zh-TW": "cmn"}
"""Voices of espeak-ng that are not called like the language of the locale."""


@lru_cache(maxsize=100_000)
def sounds(word: str, locale: str) -> Phones:
    """The phones of a word without stress; its letters where espeak-ng lacks the language.

    >>> sounds("day", "en-US")
    ('d', 'eɪ')
    """
    voice = _VOICES.get(locale, locale.partition("-")[0])
    try:
        groups = espeak.phones(word, voice)
    except espeak.EspeakError:
        return tuple(word.casefold())
    phones = (phone.translate(_STRESS) for group in groups for phone in group)
    return tuple(phone for phone in phones if phone) or tuple(word.casefold())


def align(said: Phones, heard: Phones, costs: Costs) -> list[tuple[str, str]]:
    """The cheapest way to make one word of the other, phone by phone (Levenshtein 1966)."""
    rows, columns = len(said), len(heard)
    total = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows + 1):
        for j in range(columns + 1):
            if i or j:
                total[i][j] = min(_ways(total, said, heard, costs, i, j))[0]
    pairs = []
    i, j = rows, columns
    while i or j:
        _, before_i, before_j = min(_ways(total, said, heard, costs, i, j))
        pairs.append((said[before_i] if before_i < i else "", heard[j - 1] if before_j < j else ""))
        i, j = before_i, before_j
    return pairs[::-1]


def _ways(
    total: list[list[float]], said: Phones, heard: Phones, costs: Costs, i: int, j: int
) -> list[tuple[float, int, int]]:
    ways = []
    if i and j:
        ways.append((total[i - 1][j - 1] + cost(said[i - 1], heard[j - 1], costs), i - 1, j - 1))
    if i:
        ways.append((total[i - 1][j] + cost(said[i - 1], "", costs), i - 1, j))
    if j:
        ways.append((total[i][j - 1] + cost("", heard[j - 1], costs), i, j - 1))
    return ways


def cost(said: str, heard: str, costs: Costs) -> float:
    """The cost of hearing one phone for another."""
    if said == heard:
        return _SAME
    known = costs.get((said, heard))
    return known if known is not None else (_OTHER if said and heard else _LOST)


def learn_costs(
    pairs: Sequence[tuple[Phones, Phones]], rounds: int = 3
) -> dict[tuple[str, str], float]:
    """Costs of phones from words that were heard for others: minus the logarithm of each share.

    Alignments and costs are found in turn, as Ristad and Yianilos (1998) learn a string distance,
    with the best alignment in the place of all. What was seen once or twice keeps the usual cost.
    """
    costs: dict[tuple[str, str], float] = {}
    for _ in range(rounds):
        counts = Counter(step for pair in pairs for step in align(*pair, costs))
        said_counts: Counter[str] = Counter()
        for (said, _), count in counts.items():
            said_counts[said] += count
        costs = {
            step: round(min(max(log(said_counts[step[0]] / count) / 1.5, _LEAST), _OTHER), 2)
            for step, count in counts.items()
            if step[0] != step[1] and count >= 3
        }
    return costs


class Neighbourhood:
    """The words of a vocabulary by how they sound, to find those that are near to another."""

    def __init__(self, words: Iterable[str], locale: str, costs: Costs) -> None:
        self._locale = locale
        self._costs = costs
        self.words = sorted(set(words))
        phones = [sounds(word, locale) for word in self.words]
        self._inventory = {phone: n for n, phone in enumerate(sorted(set().union(*phones)), 1)}
        self._lengths = np.array([len(each) for each in phones], np.int64)
        self._phones = np.zeros((len(phones), int(self._lengths.max(initial=1))), np.int64)
        for row, each in enumerate(phones):
            self._phones[row, : len(each)] = [self._inventory[phone] for phone in each]
        self._bags = np.zeros((len(phones), len(self._inventory) + 1), np.int8)
        for row, each in enumerate(phones):
            np.add.at(self._bags[row], [self._inventory[phone] for phone in each], 1)
        self._swapped: dict[str, tuple[NDArray[np.float64], float]] = {}
        self._added = np.array([0.0, *(cost("", phone, costs) for phone in self._inventory)])

    def distances(self, word: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The numbers of the words that share most phones with it, and the cost of hearing each.

        One row of the table of edit costs at a time, for all of the words together.
        """
        said = sounds(word, self._locale)
        bag = np.zeros(self._bags.shape[1], np.int8)
        np.add.at(bag, [self._inventory[phone] for phone in said if phone in self._inventory], 1)
        differing = self._lengths + len(said) - 2 * np.minimum(self._bags, bag).sum(1)
        near = np.argsort(differing, kind="stable")[:_NEAR]
        phones, lengths = self._phones[near], self._lengths[near]
        width = int(lengths.max(initial=0))
        phones = phones[:, :width]
        added = self._added[phones]
        row = np.zeros((len(near), width + 1))
        row[:, 1:] = np.cumsum(added, 1)
        for phone in said:
            swapped, dropped = self._swaps(phone)
            following = np.empty_like(row)
            following[:, 0] = row[:, 0] + dropped
            reached = np.minimum(row[:, :-1] + swapped[phones], row[:, 1:] + dropped)
            for column in range(width):
                following[:, column + 1] = np.minimum(
                    reached[:, column], following[:, column] + added[:, column]
                )
            row = following
        return near, row[np.arange(len(near)), lengths]

    def _swaps(self, phone: str) -> tuple[NDArray[np.float64], float]:
        """The cost of hearing each phone of the vocabulary, or none, for a phone."""
        if phone not in self._swapped:
            costs = (cost(phone, other, self._costs) for other in self._inventory)
            self._swapped[phone] = np.array([0.0, *costs]), cost(phone, "", self._costs)
        return self._swapped[phone]
