"""Fitting the model of failure points on turns whose truth is known."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.errors import EulaliaError
from eulalia.learning import evidence
from eulalia.learning.columns import Columns
from eulalia.learning.evidence import Evidence
from eulalia.learning.failures import Failures, bin_numbers
from eulalia.learning.reader import Reader
from eulalia.learning.scores import f1_by_class, interval, macro_f1
from eulalia.learning.training import recipes
from eulalia.learning.training.boosting import FOLDS, cross_validate, grow
from eulalia.learning.training.reader import fit_reader, massive_examples, slurp_examples
from eulalia.learning.training.recipes import numbers
from eulalia.learning.wording import Wording
from eulalia.truth import Failure

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.floating[Any]]
BINS = 8
_WANTED = {"seed": int, "rounds": int, "logs": list, "massive": str, "slurp": str}
_PRICES = (0.6, 0.75, 0.9, 1.1, 1.3, 1.6)


@dataclass(frozen=True, slots=True)
class Known:
    """The turns of one log whose truth is known."""

    evidence: Evidence
    failures: tuple[Failure, ...]
    customers: npt.NDArray[np.intp]
    """Equal for turns of one customer."""


def fit(
    logs: Sequence[Known], wording: Wording, reader: Reader, *, rounds: int = 70, seed: int = 1
) -> tuple[Failures, list[Floats]]:
    """The model, and for each log the probabilities of each turn by models that did not see its
    customer.

    Raises EulaliaError when the turns have fewer than two kinds of failure or too few customers.
    """
    kinds = {failure for log in logs for failure in log.failures}
    classes = tuple(kind for kind in Failure if kind in kinds)
    # Two logs' customers are different people, whatever their names.
    groups = numbers(f"{n} {who}" for n, log in enumerate(logs) for who in log.customers)
    if len(classes) < 2 or len(np.unique(groups)) < FOLDS:
        raise EulaliaError(
            f"To learn where turns fail takes at least two kinds of truth and {FOLDS} customers; "
            "give a log with more."
        )
    labels = np.array([classes.index(failure) for log in logs for failure in log.failures])
    values = np.concatenate([log.evidence.values for log in logs])
    found = informative(Evidence(logs[0].evidence.names, values))
    ends = np.cumsum([len(log.failures) for log in logs])[:-1]
    held_out = cross_validate(found.values, labels, groups, rounds=rounds, seed=seed)
    edges, weights = weigh(found.values, labels, len(classes))
    model = Failures(
        wording=wording,
        reader=reader,
        names=found.names,
        trees=grow(found.values, labels, rounds=rounds, seed=seed),
        classes=classes,
        prices=price(np.split(held_out, ends), np.split(labels, ends)),
        edges=edges,
        weights=weights,
    )
    return model, np.split(held_out, ends)


def informative(found: Evidence) -> Evidence:
    """The evidence without columns that are the same for all turns."""
    kept = [
        column
        for column in range(found.values.shape[1])
        if len(np.unique(found.values[:, column])) > 1
    ]
    return Evidence(tuple(found.names[column] for column in kept), found.values[:, kept])


def price(probabilities: Sequence[Floats], labels: Sequence[npt.NDArray[np.intp]]) -> Floats:
    """Factors for the probabilities that make the macro-F1 largest, found by climbing.

    It is the average over several logs, each with its probabilities and labels.
    """

    def score(prices: Floats) -> float:
        pairs = zip(probabilities, labels, strict=True)
        return float(np.mean([macro_f1(true, (p * prices).argmax(axis=1)) for p, true in pairs]))

    prices = np.ones(probabilities[0].shape[1])
    best = score(prices)
    for _ in range(4):
        for column in range(len(prices)):
            for factor in _PRICES:
                tried = prices.copy()
                tried[column] *= factor
                reached = score(tried)
                if reached > best:
                    best, prices = reached, tried
    return prices


def weigh(values: Floats, labels: npt.NDArray[np.intp], classes: int) -> tuple[Floats, Floats]:
    """The ends of the bins of each column, and the weight of evidence of each bin by class."""
    steps = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = np.stack([np.nanquantile(column, steps) for column in values.T])
    bins = bin_numbers(values, edges)
    weights = np.zeros((classes, len(edges), BINS + 1))
    for kind in range(classes):
        inside = labels == kind
        for column in range(len(edges)):
            here = np.bincount(bins[inside, column], minlength=BINS + 1) + 1.0
            elsewhere = np.bincount(bins[~inside, column], minlength=BINS + 1) + 1.0
            weights[kind, column] = np.log(here / here.sum()) - np.log(elsewhere / elsewhere.sum())
    return edges, weights


# By recipe


def train(recipe: Path, *, data: Path, output: Path) -> Failures:
    """Fit the model of a recipe and write it, with its scores, into the output folder.

    Raises EulaliaError for a recipe without
    what is needed and for logs that tell no truth.
    """

    settings = recipes.settings(recipe, _WANTED)
    examples = [
        *massive_examples(data / settings["massive"]),
        *slurp_examples(data / settings["slurp"]),
    ]
    log.info("fitting a second reader on %d requests", len(examples))
    wording = Wording.fit([example.words for example in examples])
    reader = fit_reader(examples, seed=settings["seed"])
    logs = []
    for path in settings["logs"]:
        log.info("reading %s", path)
        logs.append(known(Path(path), wording, reader))
    log.info("fitting on %d turns", sum(len(each.failures) for each in logs))
    model, held_out = fit(logs, wording, reader, rounds=settings["rounds"], seed=settings["seed"])
    model.save(output)
    report = {
        str(path): _report(model, probabilities, each)
        for path, probabilities, each in zip(settings["logs"], held_out, logs, strict=True)
    }
    (output / "scores.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    log.info("%s", report)
    return model


def known(path: Path, wording: Wording, reader: Reader) -> Known:
    """The evidence and the truth of a log. Raises EulaliaError when it tells no truth."""
    from eulalia.learning.logs import read

    pairs = list(read(path))
    failures = [truth.failure if truth else None for _, truth in pairs]
    told = np.array([failure is not None for failure in failures], bool)
    if not told.any():
        raise EulaliaError(f"{path} does not tell where its turns failed; give one with truth.")
    # Turns without truth are evidence all the same: of what came before and after.
    found = evidence.read(Columns.of(turn for turn, _ in pairs), wording, reader)
    return Known(
        Evidence(found.names, found.values[told]),
        tuple(failure for failure in failures if failure is not None),
        numbers(turn.customer for turn, _ in pairs)[told],
    )


def _report(model: Failures, held_out: Floats, known: Known) -> dict[str, Any]:
    """The scores of models that did not see the customer; only the prices did."""
    labels = np.array([model.classes.index(failure) for failure in known.failures])
    said = (held_out * model.prices).argmax(axis=1)
    low, high = interval(labels, said, known.customers)
    return {
        "n": len(labels),
        "macro_f1": macro_f1(labels, said),
        "interval": [low, high],
        "by_class": {
            str(model.classes[kind]): value for kind, value in f1_by_class(labels, said).items()
        },
    }
