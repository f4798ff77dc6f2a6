"""F1 by class, its average, and how sure that is; how good probabilities are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from eulalia.truth import Failure, Truth

Labels = npt.NDArray[np.intp]


def f1_by_class(truth: Labels, said: Labels) -> dict[int, float]:
    """F1 of each class that occurs in the truth."""
    scores: dict[int, float] = {}
    for name in np.unique(truth):
        both = np.count_nonzero((truth == name) & (said == name))
        either = np.count_nonzero(truth == name) + np.count_nonzero(said == name)
        scores[int(name)] = 2.0 * float(both) / float(either)
    return scores


def macro_f1(truth: Labels, said: Labels) -> float:
    """The average of the F1 of all classes that occur in the truth; NaN without any."""
    scores = f1_by_class(truth, said)
    return float(np.mean(list(scores.values()))) if scores else float("nan")


def interval(
    truth: Labels,
    said: Labels,
    groups: Labels,
    *,
    draws: int = 400,
    seed: int = 1,
) -> tuple[float, float]:
    """The 95 % interval of the macro-F1, by drawing whole groups again (Efron 1979)."""
    names, codes = np.unique(groups, return_inverse=True)
    by_group = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes))
    members = np.split(by_group, ends[:-1])
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        rows = np.concatenate([members[i] for i in random.integers(len(names), size=len(names))])
        drawn.append(macro_f1(truth[rows], said[rows]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


BINS = 15


def is_defect(truth: Truth | None) -> bool | None:
    """Whether a turn is known to have failed; where no failure is told, whether it left somebody
    unsatisfied. None where neither is known."""
    if truth is None:
        return None
    if truth.failure is not None:
        return truth.failure is not Failure.CORRECT
    return None if truth.satisfied is None else not truth.satisfied


def of_probabilities(
    happened: npt.NDArray[np.bool_], probabilities: npt.NDArray[np.float64]
) -> dict[str, float]:
    """How good probabilities of an event are: `auc`, the area under the ROC curve (NaN when it
    always or never happened), `ece`, the expected error of calibration over 15 bins (Naeini,
    Cooper & Hauskrecht 2015), and `brier`, the mean squared error, with that of the base rate."""
    order = np.argsort(probabilities, kind="stable")
    _, codes, counts = np.unique(probabilities[order], return_inverse=True, return_counts=True)
    # Of equal probabilities each gets the mean rank.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[codes]
    positive, negative = int(happened.sum()), int((~happened).sum())
    sums = float(ranks[happened[order]].sum()) - positive * (positive + 1) / 2
    bins = np.minimum((probabilities * BINS).astype(np.intp), BINS - 1)
    apart = np.bincount(bins, happened - probabilities, BINS)
    rate = float(happened.mean())
    return {
        "n": len(happened),
        "rate": rate,
        "auc": sums / (positive * negative) if positive and negative else float("nan"),
        "ece": float(np.abs(apart).sum() / len(happened)),
        "brier": float(((happened - probabilities) ** 2).mean()),
        "base_brier": rate * (1 - rate),
    }
