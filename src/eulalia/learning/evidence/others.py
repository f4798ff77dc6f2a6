"""What became of the same words elsewhere in the log."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from eulalia.learning.columns import Columns
from eulalia.learning.evidence.basics import Floats, agreement


def others(columns: Columns, surprise: Floats) -> dict[str, Floats]:
    """What became of the same words elsewhere in the log, and of words but one apart.

    Mishearings differ from one time to the next, so that what is heard again and again was said;
    and a text beside a much commoner one is likely that one, misheard.
    """
    codes = columns.same_texts
    counts = np.bincount(codes, minlength=1)
    again = np.exp(-np.nan_to_num(columns.gap(columns.neighbour(1)), nan=np.inf) / 20.0)
    told = columns.neighbour(1) >= 0
    sums = np.bincount(codes, np.where(told, again, 0.0), len(counts))
    known = np.bincount(codes, told, len(counts))
    # Each turn is compared with the others of its text, not with itself.
    others = known[codes] - told
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(others > 0, (sums[codes] - np.where(told, again, 0.0)) / others, np.nan)
    near, clearer = _near_texts(columns, counts, surprise)
    return {
        "elsewhere_same": np.log1p(counts[codes] - 1),
        "elsewhere_again": share,
        "elsewhere_intent": agreement(codes, columns.intents),
        "elsewhere_slots": agreement(codes, columns.slots),
        "elsewhere_near": np.log1p(near) - np.log1p(counts[codes]),
        "elsewhere_clearer": clearer,
    }


def _near_texts(
    columns: Columns, counts: npt.NDArray[np.intp], surprise: Floats
) -> tuple[Floats, Floats]:
    """For each turn how often the commonest text is heard that differs in one word, whether by
    another word or by one more or less, and how much less surprising the clearest of them is."""
    first: dict[int, int] = {}
    for place, code in enumerate(columns.same_texts):
        first.setdefault(int(code), place)
    holes: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for code, place in first.items():
        split = columns.words[place]
        if len(split) >= _LEAST_WORDS:
            for hole in range(len(split)):
                holes[(*split[:hole], "", *split[hole + 1 :])].append(code)
                holes[(*split[:hole], *split[hole + 1 :])].append(code)
            holes[split].append(code)
    near, clearest = np.zeros(len(counts)), np.full(len(counts), np.nan)
    own = np.full(len(counts), np.nan)
    for code, place in first.items():
        own[code] = surprise[place]
    for alike in holes.values():
        if len(alike) > 1:
            _note_near(np.unique(alike), counts, own, near, clearest)
    return near[columns.same_texts], (own - clearest)[columns.same_texts]


_LEAST_WORDS = 3
"""Shorter texts are too near to too many others."""


def _note_near(
    alike: npt.NDArray[np.intp],
    counts: npt.NDArray[np.intp],
    own: Floats,
    near: Floats,
    clearest: Floats,
) -> None:
    """Take note that these texts are near one another: of each, the best among the others."""
    if len(alike) < 2:
        return
    by_count = alike[np.argsort(-counts[alike])]
    best = np.where(alike == by_count[0], counts[by_count[1]], counts[by_count[0]])
    near[alike] = np.maximum(near[alike], best)
    by_surprise = alike[np.argsort(own[alike])]
    least = np.where(alike == by_surprise[0], own[by_surprise[1]], own[by_surprise[0]])
    clearest[alike] = np.fmin(clearest[alike], least)
