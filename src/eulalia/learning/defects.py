"""How likely each turn was a defect, judged by what the customer did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from eulalia.learning import signals
from eulalia.learning.columns import Columns
from eulalia.learning.logistic import Logistic
from eulalia.learning.stored import load
from eulalia.turn import Turn

Probabilities = npt.NDArray[np.float64]

BELIEVED = Logistic(
    bias=-1.0,
    weights={
        "barge_in": 1.0,
        "rephrase": 2.0,
        "reprompt": 1.5,
        "abandonment": 2.0,
        "correction": 3.0,
        "teaching": 2.5,
        "confirmation": -3.0,
        "denial": 3.5,
        "repeated": 0.5,
        "reworded": 0.8,
        "reread": 1.0,
        "confirmed_by_repeat": -1.0,
        "given_up": 1.5,
        "follows_alike": 0.3,
        "answered": -0.5,
        "bad_outcome": 1.5,
        "next_letters": 0.5,
        "next_words": 0.5,
        "next_sounds": 0.5,
        "next_soon": 0.5,
        "heard": -2.0,
        "understood": -2.0,
        "resolved": -1.0,
    },
    usual={
        "next_letters": 0.4,
        "next_words": 0.4,
        "next_sounds": 0.4,
        "next_soon": 0.5,
        "heard": 0.8,
        "understood": 0.8,
        "resolved": 0.8,
    },
)
"""Log-odds believed before any log was seen: what is said outright weighs more than behaviour."""


def probabilities(turns: Iterable[Turn] | Columns, model: Logistic | None = None) -> Probabilities:
    """(turns,) probability of a defect, in the order given; sessions should be whole."""
    found = signals.read(turns)
    return (model or shipped()).probabilities(found.names, found.values)


def fit(turns: Sequence[Turn], failed: Sequence[bool]) -> Logistic:
    """The model after turns of which it is known whether they failed."""
    found = signals.read(turns)
    return BELIEVED.fit(found.names, found.values, np.array(failed, dtype=bool))


@cache
def shipped() -> Logistic:
    """The shipped model, read once."""
    return load("defects")
