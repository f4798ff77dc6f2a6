"""The same request said again in the session, before or after, and what became of it then."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.learning.columns import Columns
from eulalia.learning.evidence.basics import Floats, changed
from eulalia.learning.similarity import sounds, sounds_alike

LAGS = (-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6)
"""Neighbours in the session that are looked at."""
ALIKE = 0.55
"""Likeness from which a neighbour counts as the same request said again."""
NEAR_SECONDS = 600.0
"""Time within which it does."""


def sessions(columns: Columns, surprise: Floats, agrees: Floats) -> dict[str, Floats]:
    """The same request said again, before or after, and what became of it then."""
    count = len(columns)
    before, after = np.zeros(count), np.zeros(count)
    sums = {
        name: np.zeros(count)
        for name in ("letters", "sounds", "text", "intent", "slots", "entities")
    }
    least_like, most_like = np.full(count, np.nan), np.full(count, np.nan)
    best = surprise.copy()
    best_place = np.arange(count)
    most_agreed = agrees.copy()
    for lag in LAGS:
        other = columns.neighbour(lag)
        here = np.flatnonzero((other >= 0) & (columns.gap(other) <= NEAR_SECONDS))
        there = other[here]
        likeness = columns.likeness(here, there)
        alike = likeness.most >= ALIKE
        here, there = here[alike], there[alike]
        letters, heard = likeness.letters[alike], likeness.sounds[alike]
        (before if lag < 0 else after)[here] += 1
        sums["letters"][here] += letters
        sums["sounds"][here] += heard
        sums["text"][here] += columns.same_texts[here] == columns.same_texts[there]
        sums["intent"][here] += columns.intents[here] == columns.intents[there]
        sums["slots"][here] += columns.slots[here] == columns.slots[there]
        sums["entities"][here] += columns.entities[here] == columns.entities[there]
        least_like[here] = np.fmin(least_like[here], letters)
        most_like[here] = np.fmax(most_like[here], letters)
        better = surprise[there] < best[here]
        best[here[better]] = surprise[there[better]]
        best_place[here[better]] = there[better]
        most_agreed[here] = np.fmax(most_agreed[here], agrees[there])
    said = before + after
    with np.errstate(invalid="ignore"):
        shares = {f"again_{name}": total / said for name, total in sums.items()}
    is_best = best_place == np.arange(count)
    likeness = columns.likeness(np.arange(count), best_place)

    def unless_best(values: npt.NDArray[np.bool_] | Floats) -> Floats:
        return np.where(is_best, np.nan, np.asarray(values, float))

    return {
        "said_before": before,
        "said_after": after,
        **shares,
        "again_least_letters": least_like,
        "again_most_letters": most_like,
        "again_clearer": surprise - best,
        "clearest_letters": unless_best(likeness.letters),
        "clearest_sounds": unless_best(likeness.sounds),
        "clearest_intent": unless_best(columns.intents == columns.intents[best_place]),
        "clearest_slots": unless_best(columns.slots == columns.slots[best_place]),
        "again_agreed_more": most_agreed - agrees,
        **_step(columns, 1),
        **_step(columns, -1),
    }


def _step(columns: Columns, lag: int) -> dict[str, Floats]:
    """The turn right before or after in the session, and how its words differ."""
    name = "next" if lag > 0 else "last"
    other = columns.neighbour(lag)
    is_there = other >= 0
    here = np.flatnonzero(is_there)
    likeness = columns.likeness(here, other[here])
    lost, new = changed(columns, here, other[here])
    lost_words, new_words = [" ".join(split) for split in lost], [" ".join(split) for split in new]
    misheard = sounds_alike([sounds(text) for text in lost_words], [sounds(t) for t in new_words])
    swapped = np.array([bool(a and b) for a, b in zip(lost, new, strict=True)], bool)

    def spread(values: npt.NDArray[Any]) -> Floats:
        column = np.full(len(columns), np.nan)
        column[here] = values
        return column

    return {
        f"{name}_letters": spread(likeness.letters),
        f"{name}_words": spread(likeness.words),
        f"{name}_sounds": spread(likeness.sounds),
        f"{name}_text": spread(columns.same_texts[here] == columns.same_texts[other[here]]),
        f"{name}_intent": spread(columns.intents[here] == columns.intents[other[here]]),
        f"{name}_slots": spread(columns.slots[here] == columns.slots[other[here]]),
        f"{name}_entities": spread(columns.entities[here] == columns.entities[other[here]]),
        f"{name}_lost_words": spread(np.array([len(split) for split in lost], float)),
        f"{name}_new_words": spread(np.array([len(split) for split in new], float)),
        f"{name}_change_sounds": spread(np.where(swapped, misheard, np.nan)),
        f"{name}_gap": columns.gap(other),
    }
