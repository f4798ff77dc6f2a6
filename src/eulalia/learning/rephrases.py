"""Which later turns of a session say a request again: a span of them, or none.

Each later turn gets log-odds of being a rephrase; the span with the largest sum is predicted,
and the empty span, whose sum is zero, stands for none (span prediction with null, as in extractive
question answering; Devlin et al. 2019).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.learning import retellings
from eulalia.learning.boosted import MODELS, Boosted, sigmoid
from eulalia.learning.columns import Columns
from eulalia.learning.pairs import LATEST_SECONDS, features, later_turns
from eulalia.learning.similarity import cosines
from eulalia.truth import Truth
from eulalia.turn import Turn

Floats = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.intp]
Pairs = set[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Rephrase:
    """A request, and the turns that say it again."""

    turn: str
    """Id of the request's turn."""
    later: tuple[str, ...]
    """Ids of the turns that rephrase it, in order, without gap."""
    confidence: float
    """Probability that the surest of them does."""


def detect(
    turns: Iterable[Turn],
    *,
    latest_seconds: float = LATEST_SECONDS,
    model: Boosted | None = None,
) -> list[Rephrase | None]:
    """For each turn the rephrase of it, or None, in the order given; sessions should be whole."""
    columns = Columns.of(turns)
    later = later_turns(columns, latest_seconds)
    here, lags = np.nonzero(later >= 0)
    odds = np.full(later.shape, -np.inf)
    if len(here):
        odds[here, lags] = (model or shipped()).log_odds(
            *features(columns, here, later[here, lags])
        )
    return _spans(columns, odds, later)


def similarities(
    turns: Iterable[Turn], *, latest_seconds: float = LATEST_SECONDS
) -> tuple[Columns, Places, Floats]:
    """What the baseline goes by: the turns, those that may rephrase each, and (turns, lags) the
    cosine of the two texts' letters in threes to fives, weighted by TF-IDF."""
    columns = Columns.of(turns)
    later = later_turns(columns, latest_seconds)
    here, lags = np.nonzero(later >= 0)
    alike = np.full(later.shape, -np.inf)
    alike[here, lags] = cosines(columns.texts, here, later[here, lags])
    return columns, later, alike


def detect_by_similarity(
    turns: Iterable[Turn], threshold: float, *, latest_seconds: float = LATEST_SECONDS
) -> list[Rephrase | None]:
    """The baseline: later turns whose texts are alike, at least by the threshold."""
    columns, later, alike = similarities(turns, latest_seconds=latest_seconds)
    return _spans(columns, alike - threshold, later)


def best_similarity(turns: Sequence[Turn], truths: Sequence[Truth | None]) -> tuple[float, float]:
    """The best F1 over pairs that the baseline can reach, and the threshold for it, which is chosen
    with a look at the truth of these very turns."""
    truth = true_pairs(turns, truths)
    columns, later, alike = similarities(turns)
    tried = [
        (pair_f1(truth, predicted_pairs(_spans(columns, alike - step / 40, later))), step / 40)
        for step in range(1, 40)
    ]
    return max(tried)


def true_pairs(turns: Sequence[Turn], truths: Sequence[Truth | None]) -> Pairs:
    """Each request with each turn of the span that truly says it again (`retellings`)."""
    later = later_turns(Columns.of(turns))
    return {
        (turns[place].id, turns[other].id)
        for place, run in enumerate(retellings.spans(later.tolist(), truths))
        for other in run
    }


def predicted_pairs(rephrases: Iterable[Rephrase | None]) -> Pairs:
    """Each request with each turn that is said to say it again."""
    return {(found.turn, later) for found in rephrases if found for later in found.later}


def pair_f1(truth: Pairs, said: Pairs) -> float:
    """F1 over pairs of a request and a turn that says it again; 1 when there are none at all."""
    total = len(truth) + len(said)
    return 2 * len(truth & said) / total if total else 1.0


@cache
def shipped() -> Boosted:
    """The shipped model, read once."""
    return Boosted.open(MODELS / "rephrases")


def _spans(columns: Columns, odds: Floats, later: Places) -> list[Rephrase | None]:
    """For each turn the span of later turns with the largest sum of log-odds, if above zero."""
    count, width = odds.shape
    sums = np.zeros((count, width + 1))
    # A turn that cannot be a rephrase ends every span.
    sums[:, 1:] = np.cumsum(np.where(np.isfinite(odds), odds, -1e6), axis=1)
    best = np.zeros(count)
    bounds = np.zeros((count, 2), np.intp)
    for first in range(width):
        for last in range(first + 1, width + 1):
            total = sums[:, last] - sums[:, first]
            better = total > best
            best[better] = total[better]
            bounds[better] = first, last
    found: list[Rephrase | None] = [None] * count
    for place in np.flatnonzero(bounds[:, 1]):
        first, last = bounds[place]
        ids = tuple(columns.turns[other].id for other in later[place, first:last])
        surest = float(sigmoid(odds[place, first:last].max(keepdims=True))[0])
        found[place] = Rephrase(columns.turns[place].id, ids, surest)
    return found
