"""How much like a request a text is: a language model of words, small enough to ship."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.learning.ngrams import Sequences, find, keys

Floats = npt.NDArray[np.float64]
ORDER = 3


@dataclass(frozen=True, slots=True)
class Surprise:
    """How surprising the words of each text are, in nats; a row a text."""

    mean: Floats
    largest: Floats
    second: Floats
    """The second largest; a misheard word mostly surprises twice."""
    last: Floats
    """Of the end, where a request that was cut off surprises."""
    unknown: Floats
    """Words that the model never saw."""
    rarest: Floats
    """Logarithm of one plus the count of the rarest word."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A trigram model with Witten-Bell interpolation (Witten & Bell 1991).

    Order n's n-grams are `keys[n]`, sorted, counted in `counts[n]`; what may precede a word is
    `contexts[n]` with `totals[n]` occurrences and `types[n]` different words after it.
    """

    keys: tuple[npt.NDArray[np.uint32], ...]
    counts: tuple[npt.NDArray[np.uint32], ...]
    contexts: tuple[npt.NDArray[np.uint32], ...]
    totals: tuple[npt.NDArray[np.uint32], ...]
    types: tuple[npt.NDArray[np.uint32], ...]

    @classmethod
    def fit(cls, texts: Sequence[Sequence[str]], customers: Sequence[str] | None = None) -> Wording:
        """Count the n-grams of texts, each given by its words.

        Where it is told which customer said each text, n-grams that a single one said are left out.
        """
        sequences = Sequences.of(texts)
        places = np.flatnonzero(sequences.predicted)
        owners = None
        if customers is not None:
            _, numbers = np.unique(customers, return_inverse=True)
            owners = numbers[sequences.owners[places]]
        tables = []
        for order in range(1, ORDER + 1):
            grams = keys(sequences.grams(order)[places])
            history = keys(_histories(sequences, order)[places])
            if owners is not None:
                common = _is_common(grams, owners)
                grams, history = grams[common], history[common]
            unique, counts = np.unique(grams, return_counts=True)
            contexts, totals = np.unique(history, return_counts=True)
            # Each n-gram is one type after its history; the pair tells n-grams of one key apart.
            _, types = np.unique(_pairs(history, grams) >> np.uint64(32), return_counts=True)
            tables.append((unique, counts, contexts, totals, types))
        return cls(
            *(tuple(np.asarray(a, np.uint32) for a in kind) for kind in zip(*tables, strict=True))
        )

    def surprise(self, texts: Sequence[Sequence[str]]) -> Surprise:
        """How surprising each text is, given by its words."""
        sequences = Sequences.of(texts)
        places = np.flatnonzero(sequences.predicted)
        owners = sequences.owners[places]
        starts = np.searchsorted(owners, np.arange(sequences.count))
        known = self._counts(1, sequences, places)
        probability = np.full(len(places), 1 / (len(self.keys[0]) + 1))
        for order in range(1, ORDER + 1):
            probability = self._interpolate(order, sequences, places, probability)
        surprise = -np.log(probability)
        lengths = np.diff(np.append(starts, len(places)))
        largest = np.maximum.reduceat(surprise, starts) if len(starts) else surprise
        without = np.where(surprise == np.repeat(largest, lengths), 0.0, surprise)
        inner = sequences.inner[places]
        return Surprise(
            mean=np.bincount(owners, surprise, sequences.count) / np.maximum(lengths, 1),
            largest=largest,
            second=np.maximum.reduceat(without, starts) if len(starts) else surprise,
            last=surprise[starts + lengths - 1] if len(starts) else surprise,
            unknown=np.bincount(owners[(known == 0) & inner], minlength=sequences.count).astype(
                float
            ),
            rarest=np.log1p(
                np.minimum.reduceat(np.where(inner, known, known.max(initial=0)), starts)
                if len(starts)
                else known
            ),
        )

    def rarity(self, texts: Sequence[Sequence[str]]) -> Floats:
        """Of each text how rare its rarest word is, in nats; 0 without words."""
        sequences = Sequences.of(texts)
        places = np.flatnonzero(sequences.inner)
        total = float(self.totals[0].sum())
        rare = np.log(total) - np.log1p(self._counts(1, sequences, places))
        rarest = np.zeros(len(texts))
        np.maximum.at(rarest, sequences.owners[places], rare)
        return rarest

    def weights(self, words: Sequence[str]) -> Floats:
        """How rare each word is, in nats: how much it tells."""
        sequences = Sequences.of([words])
        rare: Floats = np.log(float(self.totals[0].sum()) + 1.0) - np.log1p(
            self._counts(1, sequences, np.flatnonzero(sequences.inner))
        )
        return rare

    def _counts(
        self, order: int, sequences: Sequences, places: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.int64]:
        found, there = find(self.keys[order - 1], keys(sequences.grams(order)[places]))
        return _values(self.counts[order - 1], found, there, 0).astype(np.int64)

    def _interpolate(
        self,
        order: int,
        sequences: Sequences,
        places: npt.NDArray[np.intp],
        lower: Floats,
    ) -> Floats:
        """The probability by n-grams of this order, mixed with that of the order below."""
        histories = keys(_histories(sequences, order)[places])
        found, there = find(self.contexts[order - 1], histories)
        total = _values(self.totals[order - 1], found, there, 0)
        types = _values(self.types[order - 1], found, there, 1)
        count = np.minimum(self._counts(order, sequences, places), total)
        mixed: Floats = (count + types * lower) / (total + types)
        return mixed

    def arrays(self) -> dict[str, npt.NDArray[np.uint32]]:
        """The tables by name, for a file."""
        return {
            f"wording_{kind}_{order}": table
            for kind in ("keys", "counts", "contexts", "totals", "types")
            for order, table in enumerate(getattr(self, kind), 1)
        }

    @classmethod
    def of_arrays(cls, arrays: dict[str, npt.NDArray[np.uint32]]) -> Wording:
        """The model whose tables these are."""
        return cls(
            *(
                tuple(arrays[f"wording_{kind}_{order}"] for order in range(1, ORDER + 1))
                for kind in ("keys", "counts", "contexts", "totals", "types")
            )
        )


def _values(
    table: npt.NDArray[np.uint32],
    places: npt.NDArray[np.intp],
    there: npt.NDArray[np.bool_],
    otherwise: int,
) -> npt.NDArray[np.uint32]:
    """What the table has at each place that is there; it may be empty."""
    if not len(table):
        return np.full(len(places), otherwise, np.uint32)
    return np.where(there, table[places], np.uint32(otherwise))


def _pairs(
    first: npt.NDArray[np.integer[Any]], second: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.uint64]:
    """The different pairs, sorted; the first of each is in the upper half."""
    return np.unique(first.astype(np.uint64) << np.uint64(32) | second.astype(np.uint64))


def _is_common(
    grams: npt.NDArray[np.uint32], owners: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """For each n-gram whether two owners or more have it."""
    every, count = np.unique(_pairs(grams, owners) >> np.uint64(32), return_counts=True)
    return np.isin(grams, every[count > 1].astype(np.uint32))


def _histories(sequences: Sequences, order: int) -> npt.NDArray[np.uint64]:
    """At each place the hash of the `order` - 1 words before it."""
    if order == 1:
        return np.zeros_like(sequences.words)
    histories = np.zeros_like(sequences.words)
    histories[1:] = sequences.grams(order - 1)[:-1]
    return histories
