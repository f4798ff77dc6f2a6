"""Lists of words for training: some of them said, most of them not, some nearly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.adapter import windows
from eulalia.asr.lexicon import Lexicon
from eulalia.asr.lookup import PhoneTrie
from eulalia.asr.training.adapter_data import Heard, Said

IGNORED: Final = -100
"""In targets: what attention does there is not judged."""
_COMMON: Final = 30
"""Words said as often as this are no distractors."""
_FEWEST: Final = 5
_AROUND: Final = 1
"""Frames before and behind a listed word in which attention may already, or still, be on it."""


@dataclass(frozen=True, slots=True)
class WordList:
    """A list and what attention should choose from it."""

    windows: NDArray[np.int64]
    """(nodes, window)"""
    targets: NDArray[np.int64]
    """(batch, frames): nodes, 0 for `<no-bias>`, or IGNORED."""


class Lists:
    """Draws lists for batches of utterances."""

    def __init__(
        self,
        heard: Sequence[Heard],
        lexicon: Lexicon,
        *,
        window: int,
        most: int,
        unlisted: float,
        misheard: float,
    ) -> None:
        """At most `most` distractors; of so large a share of utterances no word is listed, and so
        large a share of words is listed with a letter changed."""
        self._lexicon = lexicon
        self._window, self._most = window, most
        self._unlisted, self._misheard = unlisted, misheard
        self._said = Counter(word for utterance in heard for word in utterance.words)
        self._rare = [
            word for word, count in self._said.items() if len(word) > 3 and count < _COMMON
        ]

    def draw(
        self, batch: Sequence[Heard], random: np.random.Generator, *, listed: bool = True
    ) -> WordList:
        """A list for all utterances of a batch; without `listed`, of words that none of them
        says."""
        words: set[str] = set()
        for utterance in batch:
            if random.random() > self._unlisted:
                words |= self._some_of(utterance, random)
            for word in utterance.rare or utterance.words:
                if len(word) > 4 and random.random() < self._misheard:
                    words.add(misheard(word, random))
        count = np.exp(random.uniform(np.log(_FEWEST), np.log(max(self._most, _FEWEST))))
        words |= set(random.choice(self._rare, int(count)).tolist())
        said = {word for utterance in batch for word in utterance.words}
        if not listed:
            words -= said
        ways = [
            way
            for word in sorted(words)
            # Of words that nobody says, one way of saying them is as good as many.
            for way in self._lexicon.pronunciations(word)[: None if word in said else 1]
        ]
        trie = PhoneTrie.build(ways)
        chosen = [targets(u.said, trie, [word in words for word in u.words]) for u in batch]
        table = np.full((len(batch), max(map(len, chosen))), IGNORED)
        for row, nodes in zip(table, chosen, strict=True):
            row[: len(nodes)] = nodes
        return WordList(windows(trie, self._window), table)

    def _some_of(self, utterance: Heard, random: np.random.Generator) -> set[str]:
        """One or two words that are said, rather rare ones."""
        words = [word for word in utterance.rare or utterance.words if len(word) > 2]
        if not words:
            return set()
        rarity = np.array([1 / np.sqrt(1 + self._said[word]) for word in words])
        count = 1 + int(random.random() < 0.3)
        return set(random.choice(words, count, p=rarity / rarity.sum()).tolist())


def misheard(word: str, random: np.random.Generator) -> str:
    """The word with one letter changed, gone or followed by another, so that it sounds a little
    like it."""
    place = int(random.integers(len(word)))
    other = str(random.choice(list("aeiou" if word[place] in "aeiouy" else "bdfgklmnprstvz")))
    put = (other, "", word[place] + other)[int(random.integers(3))]
    return word[:place] + put + word[place + 1 :]


def targets(said: Said, trie: PhoneTrie, listed: Sequence[bool]) -> NDArray[np.int64]:
    """By frame, the node that attention should choose: that of the unit which is said there if its
    word is listed, IGNORED between the units of a listed word, else 0 for `<no-bias>`."""
    chosen = np.zeros(len(said.log_probs), np.int64)
    at = 0
    for units, is_listed in zip(said.words, listed, strict=True):
        first, at = at, at + len(units)
        if not is_listed or not units:
            continue
        start, end = said.starts[first], said.ends[at - 1]
        chosen[max(0, start - _AROUND) : end + _AROUND] = IGNORED
        for unit, node in enumerate(_path(trie, units), first):
            chosen[said.starts[unit] : said.ends[unit]] = node
    return chosen


def history(said: Said, window: int) -> NDArray[np.int64]:
    """By frame, the unit that is said there and those said before it, (frames, window); IGNORED
    where none is said and before the first."""
    table = np.full((len(said.log_probs), window), IGNORED)
    units = said.units
    for last in range(len(units)):
        latest = units[max(0, last + 1 - window) : last + 1][::-1]
        table[said.starts[last] : said.ends[last], : len(latest)] = latest
    return table


def _path(trie: PhoneTrie, units: Sequence[int]) -> list[int]:
    """The nodes of a word of the trie; none if it has no such word."""
    node, path = 0, []
    for unit in units:
        first, last = int(trie.first[node]), int(trie.first[node + 1])
        node = first + int(np.searchsorted(trie.phone[first:last], unit))
        if node == last or trie.phone[node] != unit:
            return []
        path.append(node)
    return path
