"""Training of the linear reader: a support vector machine for each locale, pruned."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from eulalia.nlu.features import character_keys, word_keys
from eulalia.nlu.linear import vote_keys
from eulalia.nlu.training.data import Example

log = logging.getLogger(__name__)

_LARGEST = 31
"""Steps of the heaviest weight: five bits and a sign, which compress well."""


def write_linear(
    examples: Iterable[Example], intents: Sequence[str], folder: Path, *, votes: int, cost: float
) -> None:
    """Train every locale's votes and write `linear.npz` into the model's folder."""
    by_locale: dict[str, list[Example]] = {}
    for example in examples:
        by_locale.setdefault(example.locale, []).append(example)
    arrays = {}
    for locale, own in sorted(by_locale.items()):
        log.info("the linear reader of %s", locale)
        for name, array in train_linear(own, intents, votes=votes, cost=cost).items():
            arrays[f"{locale}/{name}"] = array
    np.savez_compressed(folder / "linear.npz", allow_pickle=False, **arrays)


def train_linear(
    examples: Sequence[Example], intents: Sequence[str], *, votes: int, cost: float
) -> dict[str, NDArray[Any]]:
    """The arrays that `Votes.load` reads, from one locale's examples.

    `votes` bounds how many weights are kept, the heaviest; `cost` is the machine's C (Fan et al.
    2008, "LIBLINEAR").
    """
    matrix, keys = intent_matrix(examples)
    machine = LinearSVC(C=cost, random_state=0)
    machine.fit(matrix, [example.intent for example in examples])
    coefficients = np.atleast_2d(machine.coef_)
    intercepts = np.atleast_1d(machine.intercept_)
    if len(machine.classes_) == 2:  # scikit-learn keeps the second class alone
        coefficients = np.concatenate([-coefficients, coefficients])
        intercepts = np.concatenate([-intercepts, intercepts])
    numbers = [intents.index(name) for name in machine.classes_]
    weights = np.zeros((len(keys), len(intents)), np.float32)
    weights[:, numbers] = coefficients.T
    # An intent that the locale has no example of is never voted for.
    bias = np.full(len(intents), intercepts.min() - 1, np.float32)
    bias[numbers] = intercepts
    return {**_pruned(weights, keys, votes), "bias": bias}


def intent_matrix(examples: Sequence[Example]) -> tuple[csr_matrix, NDArray[np.int64]]:
    """One row an example, its features of each kind sharing one unit of length; and the columns'
    keys."""
    columns_of: dict[int, int] = {}
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for example in examples:
        letters = [character_keys(word) for word in example.words]
        for keys in (vote_keys(word_keys(example.words, example.locale)), vote_keys(letters)):
            columns.extend(columns_of.setdefault(number, len(columns_of)) for number in keys)
            values.extend([1 / np.sqrt(len(keys))] * len(keys))
        ends.append(len(columns))
    shape = (len(examples), len(columns_of))
    return csr_matrix((values, columns, ends), shape=shape), np.array(list(columns_of))


def _pruned(
    weights: NDArray[np.float32], keys: NDArray[np.int64], votes: int
) -> dict[str, NDArray[Any]]:
    """The heaviest of the weights (features, intents), as rows of votes in the order of keys."""
    order = np.argsort(keys)
    weights, keys = weights[order], keys[order]
    sizes = np.abs(weights)
    kept = np.zeros(sizes.size, bool)
    kept[np.argpartition(sizes, -votes, axis=None)[-votes:] if votes < sizes.size else ...] = True
    scale = max(float(np.quantile(sizes.ravel()[kept], 0.999)) / _LARGEST, 1e-9)
    steps = np.rint(weights / scale).clip(-_LARGEST, _LARGEST).astype(np.int8)
    features, intents = np.nonzero(kept.reshape(sizes.shape) & (steps != 0))
    rows, counts = np.unique(features, return_counts=True)
    return {
        # Steps from key to key, and counts, compress to a fraction of the keys.
        "steps": np.diff(keys[rows], prepend=0).astype(np.uint32),
        "counts": counts.astype(np.uint8),
        "intents": intents.astype(np.uint8),
        "weights": steps[features, intents],
        "scale": np.float32(scale),
    }
