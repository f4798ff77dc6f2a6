"""F1 by class, its average, and how sure that is."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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
