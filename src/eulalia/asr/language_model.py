"""Which subword follows which: n-grams with modified Kneser-Ney smoothing, looked up by arrays.

An n-gram is one whole number, its labels the digits to the base of the vocabulary's size, so that
sorted arrays and `searchsorted` answer for a whole beam at once. Label 0, the network's blank,
never follows in a text and serves as the boundary: the context that every sentence begins with,
and the label that ends it.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.errors import ModelError

Labels = NDArray[np.int64]
Scores = NDArray[np.float64]

BOUNDARY: Final = 0
"""The label before a sentence and behind it."""
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class _Order:
    """The n-grams of one length, sorted."""

    grams: Labels
    log_probs: NDArray[np.float32]
    """Of the last label after the others, mixed with the shorter n-grams'."""
    contexts: Labels
    """The same labels but the last: what these n-grams continue."""
    backoffs: NDArray[np.float32]
    """By context, the logarithm of what is left to labels that never followed it."""


@dataclass(frozen=True)
class LanguageModel:
    """Probabilities of the next label after the labels before it.

    >>> model = LanguageModel.build([[1, 2], [1, 2, 1]], size=3, order=2)
    >>> context = model.start
    >>> bool(model.score(context, np.array([1])) > model.score(context, np.array([2])))
    True
    """

    size: int
    """How many labels there are, the boundary among them."""
    orders: tuple[_Order, ...]
    """From unigrams up."""

    @classmethod
    def build(cls, sentences: Iterable[Sequence[int]], size: int, order: int = 4) -> Self:
        """The model of sentences of labels from 1 to `size` - 1.

        Interpolated modified Kneser-Ney smoothing after Chen & Goodman (1998), "An empirical study
        of smoothing techniques for language modeling", mixed with a uniform distribution at last.

        Raises ModelError when there is no sentence, a label is out of range, or `order` is so high
        that an n-gram does not fit in 63 bits.
        """
        if order < 1 or size < 2 or size**order >= 1 << 63:
            raise ModelError(f"N-grams of {order} out of {size} labels cannot be counted.")
        grams, counts = _count(sentences, size, order)
        lengths: list[tuple[Labels, Labels]] = [(grams, counts)]
        for length in range(order, 1, -1):
            lengths.append(_shorten(*lengths[-1], raw=(grams, counts), length=length, size=size,
                                    order=order))  # fmt: skip
        lower = np.full(size, 1 / size)
        tables: list[_Order] = []
        below = np.arange(size, dtype=np.int64)
        for length, (keys, totals) in enumerate(reversed(lengths), 1):
            contexts, place = np.unique(keys // size, return_inverse=True)
            discounts, left = _discount(totals, place, len(contexts))
            suffix = keys % size ** (length - 1) if length > 1 else keys % size
            shorter = lower[np.searchsorted(below, suffix)]
            mass = np.bincount(place, totals)
            probabilities = (totals - discounts) / mass[place] + left[place] * shorter
            if length == 1:
                # Labels never seen are kept at their share of the uniform distribution.
                full = left[0] * lower
                full[keys] = probabilities
                keys, probabilities = below, full
            tables.append(
                _Order(
                    keys,
                    np.log(probabilities).astype(np.float32),
                    contexts,
                    np.log(left).astype(np.float32),
                )
            )
            lower, below = probabilities, keys
        return cls(size, tuple(tables))

    @property
    def order(self) -> int:
        """The length of the longest n-grams."""
        return len(self.orders)

    @property
    def start(self) -> Labels:
        """The context of a sentence's first label, for a beam of one."""
        return np.zeros(1, np.int64)

    def follow(self, contexts: Labels, labels: Labels) -> Labels:
        """The contexts after one more label each; shapes broadcast."""
        following: Labels = (contexts * self.size + labels) % self.size ** (self.order - 1)
        return following

    def score(self, contexts: Labels, labels: Labels) -> Scores:
        """Natural log-probabilities of each label after its context; shapes (n,) and (n,)."""
        contexts, labels = np.broadcast_arrays(contexts, labels)
        scores = np.zeros(labels.shape)
        open_ones = np.arange(labels.size)
        for length in range(self.order, 0, -1):
            table = self.orders[length - 1]
            context = contexts[open_ones] % self.size ** (length - 1)
            found, place = _find(table.grams, context * self.size + labels[open_ones])
            scores[open_ones[found]] += table.log_probs[place[found]]
            open_ones, context = open_ones[~found], context[~found]
            if not open_ones.size:
                break
            known, place = _find(table.contexts, context)
            scores[open_ones[known]] += table.backoffs[place[known]]
        return scores

    def score_sentence(self, labels: Sequence[int]) -> float:
        """The log-probability of a whole sentence, its end included."""
        context, total = self.start, 0.0
        for label in [*labels, BOUNDARY]:
            total += float(self.score(context, np.array([label]))[0])
            context = self.follow(context, np.array([label]))
        return total

    def save(self, path: Path) -> None:
        """Write the model as .npz, whole or not at all."""
        arrays: dict[str, NDArray[np.int64] | NDArray[np.float32]] = {
            "header": np.array([_FORMAT, self.size, self.order])
        }
        for length, table in enumerate(self.orders, 1):
            arrays[f"grams_{length}"] = table.grams
            arrays[f"log_probs_{length}"] = table.log_probs
            arrays[f"contexts_{length}"] = table.contexts
            arrays[f"backoffs_{length}"] = table.backoffs
        part = path.with_name(f".{uuid4().hex}.npz")
        try:
            np.savez_compressed(part, allow_pickle=False, **arrays)
            part.replace(path)
        except OSError as error:
            raise ModelError(f"{path} cannot be written ({error.strerror}).") from error
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises ModelError when the file is absent or another kind."""
        try:
            with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
                version, size, order = (int(value) for value in arrays["header"])
                if version != _FORMAT:
                    raise ModelError(f"{path} is a language model of a version not known here.")
                tables = tuple(
                    _Order(
                        arrays[f"grams_{length}"],
                        arrays[f"log_probs_{length}"],
                        arrays[f"contexts_{length}"],
                        arrays[f"backoffs_{length}"],
                    )
                    for length in range(1, order + 1)
                )
        except OSError as error:
            raise ModelError(f"{path} is not a language model that can be read.") from error
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ModelError(f"{path} is not a language model that Eulalia wrote.") from error
        return cls(size, tables)


def _count(sentences: Iterable[Sequence[int]], size: int, order: int) -> tuple[Labels, Labels]:
    """The n-grams of the highest order, sorted, and how often each occurs."""
    grams = []
    for sentence in sentences:
        labels = np.array([*sentence], np.int64)
        if labels.size and not (labels.min() > 0 and labels.max() < size):
            raise ModelError(f"The labels of a sentence must lie between 1 and {size - 1}.")
        padded = np.concatenate([np.zeros(order - 1, np.int64), labels, [BOUNDARY]])
        windows = np.lib.stride_tricks.sliding_window_view(padded, order)
        grams.append(windows @ size ** np.arange(order - 1, -1, -1, dtype=np.int64))
    if not grams:
        raise ModelError("A language model needs at least one sentence to learn from.")
    return np.unique(np.concatenate(grams), return_counts=True)


def _shorten(
    grams: Labels, counts: Labels, *, raw: tuple[Labels, Labels], length: int, size: int, order: int
) -> tuple[Labels, Labels]:
    """The n-grams of one label less, each with how many different labels come before it.

    Those that begin with the boundary can have but one before them, so their own number counts.
    """
    shorter, counted = np.unique(grams % size ** (length - 1), return_counts=True)
    first = shorter // size ** (length - 2) if length > 2 else np.ones_like(shorter)
    suffixes, place = np.unique(raw[0] % size ** (length - 1), return_inverse=True)
    own = np.bincount(place, raw[1]).astype(np.int64)
    at_start = first == BOUNDARY
    counted[at_start] = own[np.searchsorted(suffixes, shorter[at_start])]
    return shorter, counted


def _discount(counts: Labels, place: Labels, contexts: int) -> tuple[Scores, Scores]:
    """What to take off each count, and by context the share that is then left to hand down."""
    one, two, three, four = (
        max(int(np.count_nonzero(counts == number)), 1) for number in (1, 2, 3, 4)
    )
    share = one / (one + 2 * two)
    steps = [
        number - (number + 1) * share * more / fewer
        for number, fewer, more in ((1, one, two), (2, two, three), (3, three, four))
    ]
    # In small texts the estimates leave their range, which must be above nothing, and below all.
    table = np.array([np.clip(step, 0.1, n - 0.1) for n, step in enumerate(steps, 1)])
    discounts = table[np.minimum(counts, 3) - 1]
    left = np.bincount(place, discounts, contexts) / np.bincount(place, counts, contexts)
    return discounts, left


def _find(table: Labels, keys: Labels) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Which keys are in a sorted table, and where."""
    place = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return table[place] == keys, place
