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

from eulalia.learning.columns import Columns
from eulalia.learning.logistic import Logistic
from eulalia.learning.similarity import letters_alike
from eulalia.learning.stored import load
from eulalia.truth import Truth
from eulalia.turn import Outcome, Turn

Floats = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.intp]

MOST_TURNS = 6
"""Later turns that are looked at."""
LATEST_SECONDS = 180.0
"""A rephrase may come so long after the request."""
SIMILARITY = 0.6
"""The baseline's threshold, where none is chosen."""

BELIEVED = Logistic(
    bias=-1.5,
    weights={
        "letters": 2.0,
        "words": 2.0,
        "sounds": 2.0,
        "shared_words": 1.5,
        "same_text": 1.0,
        "same_intent": 1.0,
        "same_slots": 0.7,
        "turns_later": -0.5,
        "seconds_later": -0.6,
        "complained": 1.5,
        "failed": 1.5,
        "asked_again": 2.0,
        "starts_like": 0.3,
        "length_ratio": 0.3,
    },
    usual={
        "letters": 0.5,
        "words": 0.5,
        "sounds": 0.5,
        "shared_words": 0.3,
        "same_text": 0.0,
        "same_intent": 0.5,
        "same_slots": 0.3,
        "turns_later": 1.0,
        "seconds_later": 3.0,
        "complained": 0.3,
        "failed": 0.3,
        "asked_again": 0.4,
        "starts_like": 0.3,
        "length_ratio": 0.7,
    },
)
"""Log-odds believed before any log was seen."""


@dataclass(frozen=True, slots=True)
class Rephrase:
    """A request, and the turns that say it again."""

    turn: str
    """Id of the request's turn."""
    later: tuple[str, ...]
    """Ids of the turns that rephrase it, in order, without gap."""
    confidence: float
    """Probability that the first of them does, at least."""


def detect(
    turns: Iterable[Turn],
    *,
    latest_seconds: float = LATEST_SECONDS,
    model: Logistic | None = None,
) -> list[Rephrase | None]:
    """For each turn the rephrase of it, or None, in the order given; sessions should be whole."""
    columns = Columns.of(turns)
    odds, later = _odds(columns, latest_seconds, model or shipped())
    return _spans(columns, odds, later)


def detect_by_similarity(
    turns: Iterable[Turn], threshold: float = SIMILARITY, *, latest_seconds: float = LATEST_SECONDS
) -> list[Rephrase | None]:
    """The baseline: later turns whose letters are alike, at least by the threshold."""
    columns = Columns.of(turns)
    later = _later(columns, latest_seconds)
    odds = np.full(later.shape, -np.inf)
    for lag in range(later.shape[1]):
        here = np.flatnonzero(later[:, lag] >= 0)
        odds[here, lag] = columns.likeness(here, later[here, lag]).letters - threshold
    return _spans(columns, odds, later)


def fit(turns: Sequence[Turn], truths: Sequence[Truth | None]) -> Logistic:
    """The model after a log whose truth tells the goals."""
    columns = Columns.of(turns)
    later = _later(columns, LATEST_SECONDS)
    names, values, here, there = _pairs(columns, later)
    goals = [truth.goal if truth is not None else None for truth in truths]
    known = np.array(
        [goals[a] is not None and goals[b] is not None for a, b in zip(here, there, strict=True)],
        bool,
    )
    same = np.array([goals[a] == goals[b] for a, b in zip(here, there, strict=True)], bool)
    return BELIEVED.fit(names, values[known], same[known])


def true_pairs(turns: Sequence[Turn], truths: Sequence[Truth | None]) -> set[tuple[str, str]]:
    """Each request with each turn that truly says it again: the same goal, right after it.

    A run of turns with one goal counts up to the limits within which a rephrase may come.
    """
    columns = Columns.of(turns)
    goals = [truth.goal if truth is not None else None for truth in truths]
    pairs = set()
    later = _later(columns, LATEST_SECONDS)
    for place, others in enumerate(later):
        for other in others:
            if other < 0 or goals[place] is None or goals[other] != goals[place]:
                break
            pairs.add((turns[place].id, turns[other].id))
    return pairs


def predicted_pairs(rephrases: Iterable[Rephrase | None]) -> set[tuple[str, str]]:
    """Each request with each turn that is said to say it again."""
    return {(found.turn, later) for found in rephrases if found for later in found.later}


def pair_f1(truth: set[tuple[str, str]], said: set[tuple[str, str]]) -> float:
    """F1 over pairs of a request and a turn that says it again; 1 when there are none at all."""
    total = len(truth) + len(said)
    return 2 * len(truth & said) / total if total else 1.0


@cache
def shipped() -> Logistic:
    """The shipped model, read once."""
    return load("rephrases")


def _later(columns: Columns, latest_seconds: float) -> Places:
    """(turns, lags) the turns that may be rephrases; -1 for none."""
    later = np.stack([columns.neighbour(lag) for lag in range(1, MOST_TURNS + 1)], axis=1)
    for lag in range(MOST_TURNS):
        late = columns.gap(later[:, lag]) > latest_seconds
        later[late, lag] = -1
    return later


def _odds(columns: Columns, latest_seconds: float, model: Logistic) -> tuple[Floats, Places]:
    later = _later(columns, latest_seconds)
    names, values, here, there = _pairs(columns, later)
    odds = np.full(later.shape, -np.inf)
    lags = columns.ranks[there] - columns.ranks[here] - 1
    odds[here, lags] = model.log_odds(names, values)
    return odds, later


def _pairs(columns: Columns, later: Places) -> tuple[tuple[str, ...], Floats, Places, Places]:
    """The features of each pair of a request and a later turn, and the places of the two."""
    here, lags = np.nonzero(later >= 0)
    there = later[here, lags]
    likeness = columns.likeness(here, there)
    turns = columns.turns
    complained = np.array([bool({f.kind for f in turn.feedback} & _COMPLAINTS) for turn in turns])
    failed = np.array([float(t.outcome not in (None, Outcome.ANSWERED)) for t in turns])
    failed[[turn.outcome is None for turn in turns]] = np.nan
    read = np.array([turn.interpretation is not None for turn in turns], bool)
    both_read = read[here] & read[there]
    sizes = np.array([max(len(split), 1) for split in columns.words], float)
    features: dict[str, npt.NDArray[Any]] = {
        "letters": likeness.letters,
        "words": likeness.words,
        "sounds": likeness.sounds,
        "shared_words": _shared(columns, here, there),
        "same_text": columns.same_texts[here] == columns.same_texts[there],
        "same_intent": np.where(both_read, columns.intents[here] == columns.intents[there], np.nan),
        "same_slots": np.where(both_read, columns.slots[here] == columns.slots[there], np.nan),
        "turns_later": lags + 1.0,
        "seconds_later": np.log1p(np.abs(columns.times[there] - columns.times[here])),
        "complained": complained[here],
        "failed": failed[here],
        "asked_again": _asked_again(columns, here, there),
        "starts_like": np.array(
            [
                columns.words[a][:1] == columns.words[b][:1]
                for a, b in zip(here, there, strict=True)
            ],
            bool,
        ),
        "length_ratio": np.minimum(sizes[here], sizes[there])
        / np.maximum(sizes[here], sizes[there]),
    }
    values = np.stack([np.asarray(v, np.float64) for v in features.values()], axis=1)
    return tuple(features), values, here, there


_COMPLAINTS = {"barge_in", "rephrase", "reprompt", "correction", "denial"}


def _shared(columns: Columns, here: Places, there: Places) -> Floats:
    """Of the words of the shorter request, the share that the other has too."""
    sets = [frozenset(split) for split in columns.words]
    return np.array(
        [
            len(sets[a] & sets[b]) / max(min(len(sets[a]), len(sets[b])), 1)
            for a, b in zip(here, there, strict=True)
        ],
        float,
    )


def _asked_again(columns: Columns, here: Places, there: Places) -> Floats:
    """How alike the answers are that stood before the two requests: who is asked the same again
    has not been understood. NaN without both."""
    earlier = columns.neighbour(-1)
    said = [turn.answer.text if turn.answer else "" for turn in columns.turns]
    before = ["" if place < 0 else said[place] for place in earlier]
    first, second = [before[place] for place in here], [before[place] for place in there]
    known = np.array([bool(a and b) for a, b in zip(first, second, strict=True)], bool)
    return np.where(known, letters_alike(first, second), np.nan)


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
    found: list[Rephrase | None] = []
    for place, (first, last) in enumerate(bounds):
        if first == last:
            found.append(None)
            continue
        ids = tuple(columns.turns[other].id for other in later[place, first:last])
        surest = float(odds[place, first:last].max())
        found.append(Rephrase(columns.turns[place].id, ids, float(1 / (1 + np.exp(-surest)))))
    return found
