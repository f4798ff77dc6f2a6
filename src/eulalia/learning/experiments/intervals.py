"""Rates over turns of which those of one customer are alike."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Rate:
    """The mean of a figure between 0 and 1 over turns, and what it may really be."""

    value: float
    """NaN where there are no turns."""
    low: float
    high: float
    variance: float
    """Of the value, counting a customer's turns as one observation."""
    turns: int
    customers: int


def rate(
    values: Floats,
    customers: npt.NDArray[Any],
    *,
    most_turns: float = math.inf,
    error: float = 0.05,
) -> Rate:
    """The mean of (turns,) values from 0 to 1, with the interval that misses it with
    probability `error`; no customer counts for more than `most_turns`.

    Customers are the sampling unit: the variance is the ratio estimator's (delta method, Cochran
    1977), with two turns more, a success and a failure, so that agreement is not taken for
    certainty (Agresti and Coull 1998). The interval is Wilson's (1927) for the
    number of independent turns that would have this variance (Korn and Graubard 1998).
    """
    if not len(values):
        return Rate(math.nan, 0.0, 1.0, math.inf, 0, 0)
    _, numbers = np.unique(customers, return_inverse=True)
    made = np.bincount(numbers)
    turns = np.minimum(made, most_turns).astype(np.float64)
    sums = np.bincount(numbers, weights=np.asarray(values, np.float64)) * turns / made
    mean = float(sums.sum() / turns.sum())
    variance = _variance(sums, turns)
    moved = (sums.sum() + 1.0) / (turns.sum() + 2.0)
    independent = max(moved * (1.0 - moved) / variance, 1.0)
    low, high = _wilson(mean, independent, _quantile(len(turns), error))
    return Rate(mean, float(low), float(high), variance, len(values), len(turns))


def _variance(sums: Floats, turns: Floats) -> float:
    """Of the sum of `sums` by that of `turns`, an entry a customer."""
    sums, turns = np.append(sums, [1.0, 0.0]), np.append(turns, [1.0, 1.0])
    residuals = sums - sums.sum() / turns.sum() * turns
    count = len(turns)
    return float(count / (count - 1) * np.square(residuals).sum() / turns.sum() ** 2)


def _quantile(customers: int, error: float) -> float:
    """Student's t for as many degrees of freedom, nearly (Abramowitz and Stegun 1964, 26.7.5)."""
    z = NormalDist().inv_cdf(1.0 - error / 2.0)
    return z + (z**3 + z) / (4.0 * customers)


def _wilson(mean: float, count: float, z: float) -> tuple[float, float]:
    centre = (mean + z * z / (2.0 * count)) / (1.0 + z * z / count)
    spread = math.sqrt(mean * (1.0 - mean) / count + z * z / (4.0 * count * count))
    radius = z * spread / (1.0 + z * z / count)
    return max(0.0, min(mean, centre - radius)), min(1.0, max(mean, centre + radius))
