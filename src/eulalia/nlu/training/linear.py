"""Training of the linear readers: support vector machines for each locale's intents and slots."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from eulalia.nlu.linear import vote_keys
from eulalia.nlu.training.data import Example
from eulalia.text.features import character_keys, context_keys, word_keys

log = logging.getLogger(__name__)

_LARGEST = 31
"""Steps of the heaviest weight: five bits and a sign, which compress well."""

Weights = NDArray[np.float32]


def write_linear(
    examples: Iterable[Example],
    intents: Sequence[str],
    labels: Sequence[str],
    folder: Path,
    *,
    votes: int,
    cost: float,
    slot_cost: float,
) -> None:
    """Train every locale's votes and write `linear.npz` into the model's folder.

    A locale that a `linear` folder in there already has, from a training that was interrupted, is
    not trained again.
    """
    by_locale: dict[str, list[Example]] = {}
    for example in examples:
        by_locale.setdefault(example.locale, []).append(example)
    parts = folder / "linear"
    parts.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for locale, own in sorted(by_locale.items()):
        part = parts / f"{locale}.npz"
        if not part.exists():
            log.info("the linear readers of %s", locale)
            trained = dict(train_intents(own, intents, votes=votes, cost=cost))
            for name, array in train_slots(own, labels, cost=slot_cost).items():
                trained[f"slots/{name}"] = array
            partial = part.with_suffix(".partial.npz")
            np.savez(partial, allow_pickle=False, **trained)
            partial.replace(part)
        with np.load(part) as trained:
            arrays.update({f"{locale}/{name}": trained[name] for name in trained.files})
    np.savez_compressed(folder / "linear.npz", allow_pickle=False, **arrays)


def train_intents(
    examples: Sequence[Example], intents: Sequence[str], *, votes: int, cost: float
) -> dict[str, NDArray[Any]]:
    """The arrays that `Votes.load` reads, from one locale's examples.

    `votes` bounds how many weights are kept; `cost` is the machines' C (Fan et al. 2008,
    "LIBLINEAR"). The machines are trained twice, the second time on the features alone that were
    kept, which makes good half of what pruning costs.
    """
    matrix, keys = intent_matrix(examples)
    truth = np.array([intents.index(example.intent) for example in examples])
    weights, _ = _machines(matrix, truth, len(intents), C=cost)
    # Frequent features decide more requests, and take less room.
    frequency = np.asarray((matrix > 0).sum(0)).ravel()
    worth = np.abs(weights) * frequency[:, None] ** 0.25
    kept = worth > 0
    if votes < kept.sum():
        kept = np.zeros_like(kept)
        kept.flat[np.argpartition(worth, -votes, axis=None)[-votes:]] = True
    weights, bias = _machines(matrix, truth, len(intents), kept, C=cost)
    return {**_packed(weights, keys), "bias": bias}


def train_slots(
    examples: Sequence[Example], labels: Sequence[str], *, cost: float
) -> dict[str, NDArray[Any]]:
    """The arrays that `Votes.load` reads, for the label of each token from the words around it.

    A penalty on the weights' absolute values keeps few of them (Tibshirani 1996).
    """
    matrix, keys = _token_matrix(examples)
    truth = np.array([labels.index(label) for example in examples for label in example.labels])
    weights, bias = _machines(
        matrix, truth, len(labels), C=cost, penalty="l1", dual=False, tol=0.02, max_iter=40
    )
    weights[np.abs(weights) < 0.05] = 0
    return {**_packed(weights, keys), "bias": bias}


def _machines(
    matrix: csr_matrix,
    truth: NDArray[np.intp],
    classes: int,
    kept: NDArray[np.bool_] | None = None,
    **settings: Any,
) -> tuple[Weights, Weights]:
    """One machine a class, against all others: weights (features, classes) and bias (classes,).

    `kept` says which features each class may use.
    """
    weights = np.zeros((matrix.shape[1], classes), np.float32)
    bias = np.full(classes, np.nan, np.float32)
    by_column = matrix.tocsc()
    for number in np.unique(truth):
        columns = slice(None) if kept is None else np.flatnonzero(kept[:, number])
        own = matrix if kept is None else by_column[:, columns].tocsr()
        if own.shape[1] == 0 or (truth == number).all():
            bias[number] = 0
            continue
        with warnings.catch_warnings():
            # The last digits of the least-penalised weights are not worth waiting for.
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine = LinearSVC(random_state=0, **settings).fit(own, truth == number)
        weights[columns, number] = machine.coef_[0]
        bias[number] = machine.intercept_[0]
    # A class that the locale has no example of is never voted for.
    bias[np.isnan(bias)] = np.nanmin(bias) - 1
    return weights, bias


def intent_matrix(examples: Sequence[Example]) -> tuple[csr_matrix, NDArray[np.int64]]:
    """One row an example, and the columns' keys."""
    return _matrix(
        (
            vote_keys(word_keys(example.words, example.locale)),
            vote_keys(character_keys(word) for word in example.words),
        )
        for example in examples
    )


def _token_matrix(examples: Sequence[Example]) -> tuple[csr_matrix, NDArray[np.int64]]:
    """One row a token, and the columns' keys."""
    return _matrix(
        (vote_keys([around]), vote_keys([character_keys(word)]))
        for example in examples
        for word, around in zip(
            example.words, context_keys(example.words, example.locale), strict=True
        )
    )


def _matrix(
    rows: Iterable[tuple[set[int], set[int]]],
) -> tuple[csr_matrix, NDArray[np.int64]]:
    """The features of each row, those of a kind sharing one unit of length, and the columns'
    keys."""
    columns_of: dict[int, int] = {}
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for kinds in rows:
        for keys in kinds:
            columns.extend(columns_of.setdefault(number, len(columns_of)) for number in keys)
            values.extend([1 / np.sqrt(len(keys))] * len(keys))
        ends.append(len(columns))
    shape = (len(ends) - 1, len(columns_of))
    return csr_matrix((values, columns, ends), shape=shape), np.array(list(columns_of))


def _packed(weights: Weights, keys: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Weights (features, classes), most of them 0, as rows of votes in the order of keys."""
    order = np.argsort(keys)
    weights, keys = weights[order], keys[order]
    used = np.abs(weights[weights != 0])
    scale = max(float(np.quantile(used, 0.999)) / _LARGEST, 1e-9) if used.size else 1.0
    steps = np.rint(weights / scale).clip(-_LARGEST, _LARGEST).astype(np.int8)
    features, classes = np.nonzero(steps)
    rows, counts = np.unique(features, return_counts=True)
    return {
        # Steps from key to key, and counts, compress to a fraction of the keys.
        "steps": np.diff(keys[rows], prepend=0).astype(np.uint32),
        "counts": counts.astype(np.uint8),
        "classes": classes.astype(np.uint8),
        "weights": steps[features, classes],
        "scale": np.float32(scale),
    }
