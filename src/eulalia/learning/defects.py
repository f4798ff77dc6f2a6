"""How likely each turn was a defect: that the customer was not served, judged by behaviour."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import numpy.typing as npt

from eulalia.learning import signals
from eulalia.learning.boosted import MODELS, Boosted
from eulalia.learning.columns import Columns
from eulalia.turn import Turn

Probabilities = npt.NDArray[np.float64]


def probabilities(turns: Iterable[Turn] | Columns, model: Boosted | None = None) -> Probabilities:
    """(turns,) probability of a defect, in the order given; sessions should be whole."""
    found = signals.read(turns)
    return (model or shipped()).probabilities(found.names, found.values)


@cache
def shipped() -> Boosted:
    """The shipped model, read once."""
    return Boosted.open(MODELS / "defects")
