"""What customers let us know about turns, in words or by behaviour, without being asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.learning.columns import Columns
from eulalia.turn import Outcome, Turn

Floats = npt.NDArray[np.floating[Any]]

SOON_SECONDS = 60.0
"""Within it a request that is alike is taken for the same wish said again."""
ALIKE = 0.6
"""Likeness in letters, words or sounds from which a request is."""
_KINDS = (
    "barge_in", "rephrase", "reprompt", "abandonment", "correction", "teaching", "confirmation",
    "denial",
)  # fmt: skip
_COMPLAINTS = {"barge_in", "rephrase", "reprompt", "correction", "denial"}
_BAD = (Outcome.NOT_UNDERSTOOD, Outcome.UNAVAILABLE, Outcome.FAILED, Outcome.NOT_HEARD)


@dataclass(frozen=True, slots=True)
class Signals:
    """A row a turn, a column a signal: 0 or 1, a share, or NaN where a turn does not tell."""

    names: tuple[str, ...]
    values: Floats

    def __getitem__(self, name: str) -> Floats:
        column: Floats = self.values[:, self.names.index(name)]
        return column


def read(turns: Iterable[Turn] | Columns) -> Signals:
    """The signals of all turns of a log, whatever their order; sessions should be whole.

    Behaviour that the assistant did not note is read off the turns: the same words again soon
    (`repeated`), other words for what is alike (`reworded`), the same wish understood otherwise
    (`reread`), and a session that ends with a bad outcome (`given_up`).
    """
    columns = turns if isinstance(turns, Columns) else Columns.of(turns)
    following, earlier = columns.neighbour(1), columns.neighbour(-1)
    here = np.arange(len(columns))
    after, before = columns.likeness(here, following), columns.likeness(here, earlier)
    gap = columns.gap(following)
    soon = (following >= 0) & (gap <= SOON_SECONDS)
    alike = soon & (after.most >= ALIKE)
    same_text = soon & (columns.same_texts == columns.same_texts[following])
    same_meaning = (columns.intents == columns.intents[following]) & (
        columns.slots == columns.slots[following]
    )
    bad = np.array([turn.outcome in _BAD for turn in columns.turns], bool)
    noted = [{feedback.kind for feedback in turn.feedback} for turn in columns.turns]
    signals: dict[str, npt.NDArray[Any]] = {
        kind: np.array([kind in kinds for kinds in noted], bool) for kind in _KINDS
    }
    signals |= {
        "repeated": same_text,
        "reworded": alike & ~same_text,
        "reread": alike & ~same_meaning,
        "confirmed_by_repeat": alike & same_meaning,
        "given_up": bad & (following < 0),
        "follows_alike": (earlier >= 0)
        & (columns.gap(earlier) <= SOON_SECONDS)
        & (before.most >= ALIKE),
        "answered": np.array([turn.outcome is Outcome.ANSWERED for turn in columns.turns], bool),
        "bad_outcome": bad,
        "next_letters": np.where(soon, after.letters, np.nan),
        "next_words": np.where(soon, after.words, np.nan),
        "next_sounds": np.where(soon, after.sounds, np.nan),
        "next_soon": np.where(following >= 0, np.exp(-gap / SOON_SECONDS), np.nan),
        "next_seconds": gap,
        "last_seconds": columns.gap(earlier),
        "next_bad": np.where(following >= 0, bad[following], np.nan),
        "last_bad": np.where(earlier >= 0, bad[earlier], np.nan),
        "last_complained": np.array([bool(kinds & _COMPLAINTS) for kinds in noted], bool)[earlier]
        & (earlier >= 0),
        "words": np.array([len(text) for text in columns.words], float),
        "not_understood": np.array(
            [turn.outcome is Outcome.NOT_UNDERSTOOD for turn in columns.turns], bool
        ),
        "unavailable": np.array(
            [turn.outcome is Outcome.UNAVAILABLE for turn in columns.turns], bool
        ),
        "woken": _notes(columns.turns, "wake", "score"),
        "loudness": _notes(columns.turns, "vad", "peak"),
        "skill_seconds": np.array(
            [span.duration if (span := turn.span("skill")) else np.nan for turn in columns.turns],
            float,
        ),
        "heard": _confidences(columns.turns, "asr"),
        "understood": _confidences(columns.turns, "nlu"),
        "resolved": _confidences(columns.turns, "resolution"),
    }
    values = np.stack([np.asarray(v, np.float32) for v in signals.values()], axis=1)
    return Signals(tuple(signals), values)


def _confidences(turns: Iterable[Turn], stage: str) -> Floats:
    """Of the stage's best reading; NaN where the stage did not run."""
    spans = (turn.span(stage) for turn in turns)
    return np.array(
        [span.hypotheses[0].confidence if span and span.hypotheses else np.nan for span in spans],
        float,
    )


def _notes(turns: Iterable[Turn], stage: str, name: str) -> Floats:
    """A number among the stage's notes; NaN where there is none."""
    notes = [span.notes.get(name) if (span := turn.span(stage)) else None for turn in turns]
    return np.array([n if isinstance(n, int | float) else np.nan for n in notes], float)
