"""Growing of boosted trees with scikit-learn, to be applied with NumPy alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

from eulalia.errors import EulaliaError
from eulalia.learning.boosted import Boosted
from eulalia.learning.trees import Trees

Floats = npt.NDArray[np.floating[Any]]
FOLDS = 4


def fit(
    names: tuple[str, ...],
    values: Floats,
    happened: npt.NDArray[np.bool_],
    groups: npt.NDArray[np.intp],
    *,
    rounds: int,
    seed: int = 1,
) -> tuple[Boosted, npt.NDArray[np.float64]]:
    """A calibrated model of an event, and for each row the log-odds by models that did not see its
    group. Raises EulaliaError when the event always or never happened, or for too few groups."""
    if len(np.unique(happened)) < 2 or len(np.unique(groups)) < FOLDS:
        raise EulaliaError(
            f"To learn this takes turns of both kinds and {FOLDS} customers; give a longer log."
        )
    labels = happened.astype(np.intp)
    held_out = cross_validate(values, labels, groups, rounds=rounds, seed=seed)
    scores = np.log(held_out[:, 1] + 1e-9) - np.log(held_out[:, 0] + 1e-9)
    calibration = LogisticRegression(C=1e4).fit(scores[:, None], labels)
    slope, bias = float(calibration.coef_[0, 0]), float(calibration.intercept_[0])
    trees = grow(values, labels, rounds=rounds, seed=seed)
    return Boosted(names, trees, slope, bias), slope * scores + bias


def cross_validate(
    values: Floats,
    labels: npt.NDArray[np.intp],
    groups: npt.NDArray[np.intp],
    *,
    rounds: int,
    seed: int,
) -> Floats:
    """(turns, classes) probabilities by models fitted on the other groups."""
    count = int(labels.max()) + 1
    probabilities = np.zeros((len(labels), count))
    # Groups in a seeded random order, so that neighbours in the log do not share a fold.
    _, codes = np.unique(groups, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(codes.max() + 1)[codes]
    for train, test in GroupKFold(FOLDS).split(values, labels, shuffled):
        trees = grow(values[train], labels[train], rounds=rounds, seed=seed, classes=count)
        scores = trees.scores(values[test])
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities[test] = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def grow(
    values: Floats,
    labels: npt.NDArray[np.intp],
    *,
    rounds: int,
    seed: int,
    classes: int | None = None,
) -> Trees:
    """Boosted trees for all classes; one that does not occur in the labels never wins."""
    model = HistGradientBoostingClassifier(
        max_iter=rounds,
        learning_rate=0.08,
        max_leaf_nodes=10,
        min_samples_leaf=20,
        l2_regularization=5.0,
        max_features=0.5,
        max_bins=63,
        early_stopping=False,
        random_state=seed,
    )
    # Scikit-learn finds no bins in a column without any value.
    empty = np.isnan(values).all(axis=0)
    model.fit(np.where(empty, 0.0, values).astype(np.float32), labels)
    return _export(model, classes or int(labels.max()) + 1)


def _export(model: HistGradientBoostingClassifier, classes: int) -> Trees:
    """The trees of scikit-learn as arrays."""
    present = [int(name) for name in model.classes_]
    baseline = model._baseline_prediction.ravel()
    start = np.full(classes, -20.0, np.float32)
    grown = [(tree.nodes, number) for row in model._predictors for number, tree in enumerate(row)]
    if len(present) == 2:
        # Two classes share one tree a round, which votes for the second.
        start[present[0]], start[present[1]] = 0.0, baseline[0]
        voted = [present[1]] * len(grown)
    else:
        start[present] = baseline
        voted = [present[number] for _, number in grown]
    size = max(len(nodes) for nodes, _ in grown)
    shape = (len(grown), size)
    own = np.broadcast_to(np.arange(size, dtype=np.int16), shape)
    features, missing = np.zeros(shape, np.int16), np.zeros(shape, np.bool_)
    lefts, rights = own.copy(), own.copy()
    thresholds, votes = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for row, (nodes, _) in enumerate(grown):
        inner = ~nodes["is_leaf"].astype(bool)
        count = len(nodes)
        features[row, :count][inner] = nodes["feature_idx"][inner]
        thresholds[row, :count][inner] = nodes["num_threshold"][inner]
        missing[row, :count][inner] = nodes["missing_go_to_left"][inner]
        lefts[row, :count][inner] = nodes["left"][inner]
        rights[row, :count][inner] = nodes["right"][inner]
        votes[row, :count][~inner] = nodes["value"][~inner]
    return Trees(
        features=features,
        thresholds=thresholds,
        lefts=lefts,
        rights=rights,
        missing_left=missing,
        votes=votes,
        classes=np.array(voted, np.int16),
        start=start,
        depth=max(int(nodes["depth"].max()) for nodes, _ in grown),
    )
