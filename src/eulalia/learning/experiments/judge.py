"""What a rewrite has come to: how often it won and lost, and whether that is more than chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eulalia.learning.experiments.exposures import Exposure
from eulalia.learning.experiments.intervals import Rate, rate
from eulalia.learning.experiments.sequential import Difference, difference

Floats = npt.NDArray[np.floating[Any]]
MOST_TURNS: Final = 3
"""Turns of one request that a customer counts for, so that nobody decides by asking all day."""
MOST_TURNS_IN_ALL: Final = 10
"""Turns of all requests together that a customer counts for."""
_BELIEVED: Final = 2.0
"""Turns that what was seen before the trial counts for."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The turns to which a rewrite, or several, would apply, compared by whether it did."""

    treatment: Rate
    """Defects where it was in use."""
    control: Rate
    """Defects where it was not."""
    difference: Difference
    """Of the treatment's from the control's; below 0 where the rewrite helps."""
    changed: int
    """Turns that it was applied to."""
    wins: float
    """Of those, how many are expected to have gone well that would have gone wrong without it."""
    losses: float
    """The other way round; all other changed turns are ties."""

    @property
    def ties(self) -> float:
        """Changed turns that the rewrite made no difference to."""
        return self.changed - self.wins - self.losses


@dataclass(frozen=True, slots=True)
class Trial:
    """A rewrite's turns on either side of its trial."""

    treated: Sequence[Exposure]
    untreated: Sequence[Exposure]
    success_before: float
    """Share of its request's turns that went well before there was a rewrite."""
    is_personal: bool = False


def judge(trials: Sequence[Trial]) -> Judgement:
    """Judge a trial, or several as if they were one.

    Nobody knows what would have become of a changed turn without its rewrite. It is taken to have
    failed as often as the same request did where the rewrite was not in use, to which what was
    seen before adds two turns. Turns of a customer are one observation, of whom at most three turns
    of a request count; of a rewrite that is one customer's own, so are the turns of a session.
    """
    of_treated = _rate([(trial, turn) for trial in trials for turn in _few(trial, trial.treated)])
    of_untreated = _rate(
        [(trial, turn) for trial in trials for turn in _few(trial, trial.untreated)]
    )
    changed, wins, losses = 0, 0.0, 0.0
    for trial in trials:
        failing = _failing(trial)
        defects = np.array([turn.defect for turn in trial.treated if turn.is_changed])
        changed += len(defects)
        wins += float(failing * (1.0 - defects).sum())
        losses += float((1.0 - failing) * defects.sum())
    return Judgement(
        treatment=of_treated,
        control=of_untreated,
        difference=difference(of_treated, of_untreated),
        changed=changed,
        wins=wins,
        losses=losses,
    )


def _unit(trial: Trial, turn: Exposure) -> str:
    return turn.session if trial.is_personal else turn.customer


def _few(trial: Trial, turns: Sequence[Exposure]) -> list[Exposure]:
    """The first turns of each customer."""
    seen: Counter[str] = Counter()
    chosen = []
    for turn in turns:
        seen[_unit(trial, turn)] += 1
        if seen[_unit(trial, turn)] <= MOST_TURNS:
            chosen.append(turn)
    return chosen


def _rate(turns: Sequence[tuple[Trial, Exposure]]) -> Rate:
    defects = np.array([turn.defect for _, turn in turns], np.float64)
    units = np.array([_unit(trial, turn) for trial, turn in turns], dtype=np.str_)
    return rate(defects, units, most_turns=MOST_TURNS_IN_ALL)


def _failing(trial: Trial) -> float:
    """Probability that a turn of the trial's request fails without the rewrite."""
    defects = [turn.defect for turn in trial.untreated]
    believed = (1.0 - trial.success_before) * _BELIEVED
    return (sum(defects) + believed) / (len(defects) + _BELIEVED)
