"""A request and a later turn of its session side by side: what speaks for the same wish."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.learning.columns import Columns
from eulalia.learning.similarity import letters_alike
from eulalia.turn import Outcome

Floats = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.intp]

MOST_TURNS = 6
"""Later turns that are looked at."""
LATEST_SECONDS = 180.0
"""A rephrase may come so long after the request."""
KINDS = (
    "barge_in", "rephrase", "reprompt", "abandonment", "correction", "teaching", "confirmation",
    "denial",
)  # fmt: skip


def later_turns(columns: Columns, latest_seconds: float = LATEST_SECONDS) -> Places:
    """(turns, lags) the turns that may say each one again, in order; -1 for none."""
    later = np.stack([columns.neighbour(lag) for lag in range(1, MOST_TURNS + 1)], axis=1)
    for lag in range(MOST_TURNS):
        late = columns.gap(later[:, lag]) > latest_seconds
        later[late, lag] = -1
    return later


def features(columns: Columns, here: Places, there: Places) -> tuple[tuple[str, ...], Floats]:
    """The names of the columns, and (pairs, columns) of the turns at these places."""
    before = columns.neighbour(-1)[there]
    found: dict[str, npt.NDArray[Any]] = {
        **_words(columns, here, there),
        **_meanings(columns, here, there),
        **_times(columns, here, there, before),
        **_answers(columns, here, there, before),
    }
    for kind in KINDS:
        noted = np.array([any(f.kind == kind for f in t.feedback) for t in columns.turns], bool)
        found[f"first_{kind}"] = noted[here]
        found[f"before_{kind}"] = noted[before]
    values = np.stack([np.asarray(v, np.float32) for v in found.values()], axis=1)
    return tuple(found), values


def _words(columns: Columns, here: Places, there: Places) -> dict[str, npt.NDArray[Any]]:
    likeness = columns.likeness(here, there)
    sets = [frozenset(split) for split in columns.words]
    sizes = np.array([len(words) for words in sets], float)
    firsts = [columns.words[place][:1] for place in range(len(columns))]
    rarity = _rarity(sets)
    shared, rarest = np.zeros(len(here)), np.zeros(len(here))
    for row, (first, second) in enumerate(zip(here, there, strict=True)):
        both = sets[first] & sets[second]
        shared[row] = len(both)
        rarest[row] = max((rarity[word] for word in both), default=0.0)
    return {
        "letters": likeness.letters,
        "words": likeness.words,
        "sounds": likeness.sounds,
        "shared": shared,
        "shared_of_first": shared / np.maximum(sizes[here], 1),
        "shared_of_second": shared / np.maximum(sizes[there], 1),
        "shared_rarest": rarest,
        "same_text": columns.same_texts[here] == columns.same_texts[there],
        "starts_like": np.array(
            [firsts[a] == firsts[b] for a, b in zip(here, there, strict=True)], bool
        ),
        "first_size": sizes[here],
        "second_size": sizes[there],
    }


def _rarity(sets: list[frozenset[str]]) -> dict[str, float]:
    """Of each word the share of turns without it, on the scale of information, from 0 to 1."""
    counts: dict[str, int] = {}
    for words in sets:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    whole = np.log(len(sets) + 1)
    return {word: 1 - float(np.log(count) / whole) for word, count in counts.items()}


def _meanings(columns: Columns, here: Places, there: Places) -> dict[str, npt.NDArray[Any]]:
    turns = columns.turns
    confidence = np.array(
        [t.interpretation.confidence if t.interpretation else np.nan for t in turns], float
    )
    known = ~np.isnan(confidence[here] + confidence[there])

    def equal(codes: npt.NDArray[np.intp]) -> Floats:
        return np.where(known, codes[here] == codes[there], np.nan)

    return {
        "same_intent": equal(columns.intents),
        "same_slots": equal(columns.slots),
        "same_things": equal(columns.entities),
        "first_confidence": confidence[here],
        "second_confidence": confidence[there],
    }


def _times(
    columns: Columns, here: Places, there: Places, before: Places
) -> dict[str, npt.NDArray[Any]]:
    ends = np.bincount(columns.groups, minlength=1)
    starts = np.full(len(ends), len(columns))
    np.minimum.at(starts, columns.groups, columns.ranks)
    lengths = ends[columns.groups[there]]
    return {
        "turns_later": columns.ranks[there] - columns.ranks[here],
        "seconds_later": np.log1p(np.abs(columns.times[there] - columns.times[here])),
        "seconds_before": np.log1p(np.abs(columns.times[there] - columns.times[before])),
        "turns_behind": starts[columns.groups[there]] + lengths - 1 - columns.ranks[there],
    }


def _answers(
    columns: Columns, here: Places, there: Places, before: Places
) -> dict[str, npt.NDArray[Any]]:
    turns = columns.turns
    said = [turn.answer.text if turn.answer else "" for turn in turns]
    earlier = columns.neighbour(-1)
    asked = ["" if place < 0 else said[place] for place in earlier]
    failed = np.array([float(turn.outcome is not Outcome.ANSWERED) for turn in turns])
    failed[[turn.outcome is None for turn in turns]] = np.nan

    def alike(first: list[str], second: list[str]) -> Floats:
        known = np.array([bool(a and b) for a, b in zip(first, second, strict=True)], bool)
        return np.where(known, letters_alike(first, second), np.nan)

    return {
        "failed": failed[here],
        "failed_before": failed[before],
        # Who is asked the same again has not been understood.
        "asked_again": alike([asked[place] for place in here], [asked[place] for place in there]),
        "asked_for_more": alike([said[place] for place in here], [asked[place] for place in there]),
        "answered_alike": alike([said[place] for place in here], [said[place] for place in there]),
    }
