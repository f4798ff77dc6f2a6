"""Training data: requests as rows of the embedding tables, their slot values exchanged at times."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from eulalia.nlu.training.fillers import places
from eulalia.nlu.training.network import Bags
from eulalia.text.features import (
    character_features,
    character_keys,
    key,
    normalize,
    word_features,
    word_keys,
)

OTHER = "Other"
PLACE = "place_name"


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled request, its tokens normalised."""

    locale: str
    intent: str
    words: tuple[str, ...]
    labels: tuple[str, ...]
    request: str = ""
    """What translations of one request have in common; empty for a request of one locale only."""

    @classmethod
    def of(
        cls,
        locale: str,
        intent: str,
        tokens: Iterable[str],
        labels: Iterable[str],
        request: str = "",
    ) -> Example:
        """An example from tokens as written."""
        words = tuple(normalize(token) for token in tokens)
        return cls(locale, intent, words, tuple(labels), request)


def spans(labels: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Start, end and name of each run of one label."""
    start = 0
    for end in range(1, len(labels) + 1):
        if end == len(labels) or labels[end] != labels[start]:
            yield start, end, labels[start]
            start = end


class Exchange:
    """Puts other values of the same slot and locale into a request, so that the network learns the
    frame apart from the filler."""

    def __init__(self, examples: Iterable[Example]) -> None:
        values: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
        for example in examples:
            for start, end, label in spans(example.labels):
                if label != OTHER:
                    values[example.locale, label].add(example.words[start:end])
        for (locale, label), known in values.items():
            if label == PLACE:
                known |= places(locale)
        self._values = {name: sorted(options) for name, options in values.items()}

    def __call__(self, example: Example, random: np.random.Generator) -> Example:
        """The request with every slot value drawn anew."""
        words: list[str] = []
        labels: list[str] = []
        for start, end, label in spans(example.labels):
            value = example.words[start:end]
            if label != OTHER:
                options = self._values[example.locale, label]
                value = options[random.integers(len(options))]
            words.extend(value)
            labels.extend([label] * len(value))
        return replace(example, words=tuple(words), labels=tuple(labels))


def choose_rows(
    examples: Iterable[Example], word_rows: int, character_rows: int
) -> tuple[dict[int, int], dict[int, int]]:
    """Rows for the most frequent word features and character n-grams, by feature key."""
    words: Counter[str] = Counter()
    types: Counter[str] = Counter()
    for example in examples:
        types.update(example.words)
        for features in word_features(example.words, example.locale):
            words.update(features)
    characters: Counter[str] = Counter()
    for word, count in types.items():
        for feature in character_features(word):
            characters[feature] += count
    return _rows(words, word_rows), _rows(characters, character_rows)


def _rows(counts: Counter[str], size: int) -> dict[int, int]:
    chosen = dict.fromkeys(key(feature) for feature, _ in counts.most_common(size))
    return {number: row for row, number in enumerate(chosen)}


@dataclass(frozen=True)
class Batch:
    """Sentences of one length."""

    words: Bags
    characters: Bags
    locales: torch.Tensor
    intents: torch.Tensor
    """(batch,)"""
    chances: torch.Tensor
    """(batch, intents) what training aims at: the intents, softened by the teacher's opinions."""
    labels: torch.Tensor
    """(batch, tokens)"""


class Collator:
    """Turns examples of one length into a batch."""

    def __init__(
        self,
        word_rows: dict[int, int],
        character_rows: dict[int, int],
        locales: Sequence[str],
        intents: Sequence[str],
        labels: Sequence[str],
        opinions: Mapping[str, NDArray[np.float32]],
        teacher_share: float,
    ) -> None:
        self._word_rows = word_rows
        self._character_rows = character_rows
        self._locales = {name: number for number, name in enumerate(locales)}
        self._intents = {name: number for number, name in enumerate(intents)}
        self._labels = {name: number for number, name in enumerate(labels)}
        self._opinions = opinions
        self._teacher_share = teacher_share
        self._characters_of: dict[str, NDArray[np.int64]] = {}

    def __call__(
        self,
        examples: Sequence[Example],
        random: np.random.Generator | None = None,
        word_dropout: float = 0.0,
    ) -> Batch:
        """A batch; with a generator, some tokens lose their word features as unknown words do."""
        words: list[NDArray[np.int64]] = []
        characters: list[NDArray[np.int64]] = []
        for example in examples:
            for keys in word_keys(example.words, example.locale):
                words.append(_found(keys, self._word_rows))
            characters.extend(map(self._characters, example.words))
        if random is not None and word_dropout:
            nothing = np.empty(0, np.int64)
            for position in np.flatnonzero(random.random(len(words)) < word_dropout):
                words[position] = nothing
        return Batch(
            words=_bags(words),
            characters=_bags(characters),
            locales=torch.tensor([self._locales[example.locale] for example in examples]),
            intents=torch.tensor([self._intents[example.intent] for example in examples]),
            chances=torch.from_numpy(np.stack([self._chances(example) for example in examples])),
            labels=torch.tensor([[self._labels[x] for x in e.labels] for e in examples]),
        )

    def _chances(self, example: Example) -> NDArray[np.float32]:
        chances = np.zeros(len(self._intents), np.float32)
        chances[self._intents[example.intent]] = 1
        if example.request in self._opinions:
            chances += self._teacher_share * (self._opinions[example.request] - chances)
        return chances

    def _characters(self, word: str) -> NDArray[np.int64]:
        rows = self._characters_of.get(word)
        if rows is None:
            rows = _found(character_keys(word), self._character_rows)
            self._characters_of[word] = rows
        return rows


def _found(keys: Iterable[int], rows: dict[int, int]) -> NDArray[np.int64]:
    return np.array([rows[number] for number in keys if number in rows], np.int64)


def _bags(tokens: Sequence[NDArray[np.int64]]) -> Bags:
    counts = np.array([len(rows) for rows in tokens])
    weights = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts)
    return Bags(
        rows=torch.from_numpy(np.concatenate(tokens)),
        offsets=torch.from_numpy(np.cumsum(counts) - counts),
        weights=torch.from_numpy(weights.astype(np.float32)),
    )


def batches(
    examples: Sequence[Example], tokens: int, random: np.random.Generator | None = None
) -> list[list[Example]]:
    """Examples grouped by length into batches of about so many tokens, shuffled if asked."""
    by_length: dict[int, list[Example]] = defaultdict(list)
    order = range(len(examples)) if random is None else random.permutation(len(examples))
    for position in order:
        by_length[len(examples[position].words)].append(examples[position])
    groups: list[list[Example]] = []
    for length, group in sorted(by_length.items()):
        size = max(1, min(1024, tokens // length))
        groups.extend(group[start : start + size] for start in range(0, len(group), size))
    if random is not None:
        random.shuffle(groups)
    return groups
