"""Differences that may be looked at every night: intervals that hold at all times at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from eulalia.learning.experiments.intervals import Rate

ERROR: Final = 0.05
"""Probability that the truth is ever outside of the interval, however often one looks."""
SCALE: Final = 0.25
"""Size of difference that is found soonest."""
FEWEST_CUSTOMERS: Final = 4
"""In each group; of fewer nothing is concluded."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher one rate is than another."""

    value: float
    low: float
    high: float
    """The interval from low to high holds the truth at all times at once with 95 %."""

    @property
    def is_sure(self) -> bool:
        """Whether the rates are known to differ, and which is higher."""
        return self.low > 0.0 or self.high < 0.0


def difference(treatment: Rate, control: Rate, error: float = ERROR) -> Difference:
    """By how much the treatment's rate is higher than the control's, safely under peeking.

    The confidence sequence of the mixture sequential probability ratio test with a normal mixture
    (Robbins 1970; Johari et al. 2017; for the asymptotic version Waudby-Smith et al. 2021): with
    the difference d, its variance V and the scale s of the mixture, all values within
    sqrt(V (V + s^2) / s^2 * ln((V + s^2) / (V error^2))) of d are left.
    """
    if min(treatment.customers, control.customers) < FEWEST_CUSTOMERS:
        return Difference(treatment.value - control.value, -1.0, 1.0)
    variance = _cautious(treatment) + _cautious(control)
    spread = variance + SCALE * SCALE
    squared = variance * spread / SCALE**2 * math.log(spread / (variance * error * error))
    value, radius = treatment.value - control.value, math.sqrt(squared)
    return Difference(value, max(-1.0, value - radius), min(1.0, value + radius))


def _cautious(rate: Rate) -> float:
    """The variance, and what it would gain from two customers more who differ as far as they can.

    A few customers may agree by chance, most of all when one looks often.
    """
    return rate.variance + 0.5 / (rate.customers + 2.0) ** 2
