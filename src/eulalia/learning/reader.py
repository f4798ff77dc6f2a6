"""A second reader of requests, independent of the assistant's, to judge what that one read.

It is linear over n-grams: weak beside a real understanding, but its mistakes are others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eulalia.learning.ngrams import Sequences, find, keys, mix

Floats = npt.NDArray[np.float64]
OTHER = "Other"
"""The tag of a word that belongs to no slot."""
_BATCH = 4096
_SEEDS = tuple(np.uint64(seed) for seed in (11, 23, 37, 41, 53, 67, 79))


@dataclass(frozen=True, slots=True)
class Reader:
    """Weights in 8 bits for a request's intent and for the tag of each of its words."""

    intents: tuple[str, ...]
    tags: tuple[str, ...]
    """Names of slots, and Other."""
    intent_weights: npt.NDArray[np.int8]
    """(features + 2, intents): a row for each key, one of zeros and one for the constants."""
    tag_weights: npt.NDArray[np.int8]
    """The same for tags."""
    intent_keys: npt.NDArray[np.uint32]
    """Sorted hashes of the features that count for intents."""
    tag_keys: npt.NDArray[np.uint32]
    scales: Floats
    """What a step of the two is worth."""
    importance: Floats
    """(features + 1,): inverse document frequencies of the intents' features; zero at the end."""
    shares: Floats
    """(intents, tags): how often a request of the intent has the slot."""
    values: npt.NDArray[np.uint32]
    """Hashes of the slots known with their values, sorted."""

    def intent_probabilities(self, texts: Sequence[Sequence[str]]) -> Floats:
        """(texts, intents), each row adding up to 1; texts are given by their words."""
        batches = [
            _softmax(self._intent_scores(texts[start : start + _BATCH]))
            for start in range(0, len(texts), _BATCH)
        ]
        return np.concatenate(batches) if batches else np.zeros((0, len(self.intents)))

    def tag_probabilities(self, texts: Sequence[Sequence[str]]) -> list[Floats]:
        """For each text, given by its words, (words, tags)."""
        probabilities: list[Floats] = []
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            rows = rows_of(self.tag_keys, tag_features(batch))
            scores = np.zeros((len(rows), len(self.tags)))
            for column in rows.T:
                scores += self.tag_weights[column]
            scores = (scores + self.tag_weights[-1]) * self.scales[1]
            ends = np.cumsum([len(text) for text in batch])
            probabilities += np.split(_softmax(scores), ends[:-1])
        return probabilities

    def knows(self, slots: Sequence[tuple[str, Sequence[str]]]) -> npt.NDArray[np.bool_]:
        """Whether each slot, a name and the words of its value, was seen in training."""
        return find(self.values, slot_keys(slots))[1]

    def _intent_scores(self, texts: Sequence[Sequence[str]]) -> Floats:
        found, owners = intent_features(texts)
        rows = rows_of(self.intent_keys, found)
        scores = np.zeros((len(texts), len(self.intents)))
        starts = np.searchsorted(owners, np.arange(len(texts)))
        if len(rows):
            # Every text has at least its border, so that no group is empty.
            weighted = self.intent_weights[rows] * self.importance[rows, None]
            lengths = np.sqrt(np.add.reduceat(self.importance[rows] ** 2, starts))
            scores = np.add.reduceat(weighted, starts) / np.maximum(lengths, 1e-6)[:, None]
        mixed: Floats = (scores + self.intent_weights[-1]) * self.scales[0]
        return mixed

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All of it by name, for a file."""
        return {
            "reader_intents": np.array(self.intents),
            "reader_tags": np.array(self.tags),
            "reader_intent_weights": self.intent_weights,
            "reader_tag_weights": self.tag_weights,
            "reader_scales": self.scales,
            "reader_intent_keys": self.intent_keys,
            "reader_tag_keys": self.tag_keys,
            "reader_importance": self.importance.astype(np.float16),
            "reader_shares": self.shares.astype(np.float16),
            "reader_values": self.values,
        }

    @classmethod
    def of_arrays(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> Reader:
        """The reader that `arrays` told."""
        return cls(
            intents=tuple(str(name) for name in arrays["reader_intents"]),
            tags=tuple(str(name) for name in arrays["reader_tags"]),
            intent_weights=np.asarray(arrays["reader_intent_weights"], np.int8),
            tag_weights=np.asarray(arrays["reader_tag_weights"], np.int8),
            scales=np.asarray(arrays["reader_scales"], np.float64),
            intent_keys=np.asarray(arrays["reader_intent_keys"], np.uint32),
            tag_keys=np.asarray(arrays["reader_tag_keys"], np.uint32),
            importance=np.asarray(arrays["reader_importance"], np.float64),
            shares=np.asarray(arrays["reader_shares"], np.float64),
            values=np.asarray(arrays["reader_values"], np.uint32),
        )


def intent_features(
    texts: Sequence[Sequence[str]],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.intp]]:
    """Keys of the words and pairs of words of texts, and the text that each belongs to."""
    sequences = Sequences.of(texts)
    predicted = np.flatnonzero(sequences.predicted)
    found = [_seeded(sequences.grams(order)[predicted], _SEEDS[order]) for order in (1, 2)]
    return np.stack(found, 1).ravel(), np.repeat(sequences.owners[predicted], 2)


def tag_features(texts: Sequence[Sequence[str]]) -> npt.NDArray[np.uint32]:
    """(words, features) keys that tell what each word and its neighbours are."""
    sequences = Sequences.of(texts)
    row = np.concatenate([sequences.words, sequences.words[:2]])
    places = np.flatnonzero(sequences.inner)
    here, before, after = row[places], row[places - 1], row[places + 1]
    second, later = row[places - 2], row[places + 2]
    columns = (
        here, before, after, mix(before, here), mix(here, after), mix(second, before),
        mix(after, later),
    )  # fmt: skip
    return np.stack(
        [_seeded(column, seed) for column, seed in zip(columns, _SEEDS, strict=True)], 1
    )


def slot_keys(slots: Sequence[tuple[str, Sequence[str]]]) -> npt.NDArray[np.uint32]:
    """Hashes of slots, each a name and the words of its value."""
    sequences = Sequences.of([(name, *value) for name, value in slots])
    mixed = np.zeros(len(slots), np.uint64)
    inner = np.flatnonzero(sequences.inner)
    for place, owner in zip(inner, sequences.owners[inner], strict=True):
        mixed[owner : owner + 1] = mix(mixed[owner : owner + 1], sequences.words[place : place + 1])
    return keys(mixed)


def rows_of(table: npt.NDArray[np.uint32], wanted: npt.NDArray[np.uint32]) -> npt.NDArray[np.intp]:
    """The row of each key's weights; those not in the table share the row of zeros behind it."""
    places, there = find(table, wanted)
    return np.where(there, places, len(table))


def _seeded(hashes: npt.NDArray[np.uint64], seed: np.uint64) -> npt.NDArray[np.uint32]:
    """Keys that differ by the kind of feature."""
    return keys(mix(hashes, np.full_like(hashes, seed)))


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    normal: Floats = powers / powers.sum(axis=1, keepdims=True)
    return normal
