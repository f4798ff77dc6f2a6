"""Logistic regression around what is believed beforehand, small enough to read as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Logistic:
    """Log-odds of an event as a sum over named columns; NaN counts as the column's usual value."""

    bias: float
    weights: Mapping[str, float]
    usual: Mapping[str, float]

    def log_odds(self, names: tuple[str, ...], values: Floats) -> npt.NDArray[np.float64]:
        """For each row of values, whose columns have these names; unknown columns do not count."""
        odds = np.full(len(values), self.bias)
        for column, name in enumerate(names):
            if name in self.weights:
                usual = self.usual.get(name, 0.0)
                shift = np.nan_to_num(values[:, column].astype(np.float64) - usual, nan=0.0)
                odds += self.weights[name] * shift
        return odds

    def probabilities(self, names: tuple[str, ...], values: Floats) -> npt.NDArray[np.float64]:
        """The same as probabilities."""
        return sigmoid(self.log_odds(names, values))

    def fit(
        self,
        names: tuple[str, ...],
        values: Floats,
        labels: npt.NDArray[np.bool_],
        *,
        spread: float = 1.0,
    ) -> Logistic:
        """The weights most probable after these observations, this being what is believed before.

        Each weight is believed to lie around its present value with standard deviation `spread`,
        so that a signal which never occurs in the observations keeps its weight. Newton's method
        (Bishop 2006, section 4.3.3).
        """
        known = [column for column, name in enumerate(names) if name in self.weights]
        kept = [names[column] for column in known]
        usual = np.array([self.usual.get(name, 0.0) for name in kept])
        shifts = np.nan_to_num(values[:, known].astype(np.float64) - usual, nan=0.0)
        design = np.hstack([np.ones((len(values), 1)), shifts])
        before = np.array([self.bias, *(self.weights[name] for name in kept)])
        # The bias is left free: how often turns fail differs from log to log.
        precision = np.diag([1e-3] + [1 / spread**2] * len(kept))
        weights = before.copy()
        for _ in range(50):
            expected = sigmoid(design @ weights)
            slope = design.T @ (labels - expected) - precision @ (weights - before)
            curve = (design * (expected * (1 - expected))[:, None]).T @ design + precision
            step = np.linalg.solve(curve, slope)
            weights += np.clip(step, -2.0, 2.0)
            if np.abs(step).max() < 1e-8:
                break
        fitted = dict(self.weights) | dict(zip(kept, map(float, weights[1:]), strict=True))
        return Logistic(float(weights[0]), fitted, dict(self.usual))


def sigmoid(odds: Floats) -> npt.NDArray[np.float64]:
    """Probabilities of log-odds, without overflow."""
    probabilities: npt.NDArray[np.float64] = np.exp(-np.logaddexp(0.0, -odds.astype(np.float64)))
    return probabilities
