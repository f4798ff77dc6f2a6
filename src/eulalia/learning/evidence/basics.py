"""What every kind of evidence needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.learning.columns import Columns
from eulalia.turn import Turn

Floats = npt.NDArray[np.floating[Any]]
LANGUAGE = "en"
"""The language that the shipped wording and reader know."""


def is_known(turns: Sequence[Turn]) -> npt.NDArray[np.bool_]:
    """(turns,): whether each is in the language that the shipped models know."""
    return np.array([turn.locale.partition("-")[0] == LANGUAGE for turn in turns], dtype=bool)


def changed(
    columns: Columns, here: npt.NDArray[np.intp], there: npt.NDArray[np.intp]
) -> tuple[list[list[str]], list[list[str]]]:
    """Of each pair the words that only the first has, and those that only the second has."""
    pairs = [(columns.words[a], columns.words[b]) for a, b in zip(here, there, strict=True)]
    lost = [[word for word in first if word not in second] for first, second in pairs]
    new = [[word for word in second if word not in first] for first, second in pairs]
    return lost, new


def agreement(groups: npt.NDArray[np.intp], values: npt.NDArray[np.intp]) -> Floats:
    """Of the others in each one's group, the share with the same value; NaN without others."""
    pairs = groups.astype(np.int64) * (int(values.max(initial=0)) + 1) + values
    _, codes, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    same = counts[codes] - 1
    others = np.bincount(groups, minlength=1)[groups] - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(others > 0, same / others, np.nan)
