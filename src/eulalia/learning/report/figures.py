"""The figures of a report."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eulalia.learning.experiments import (
    Decision,
    Difference,
    Exposures,
    Group,
    Rate,
    decide,
    difference,
    group,
    rate,
)
from eulalia.learning.failures import Verdict
from eulalia.memory.rewrites import Revision, Standing
from eulalia.rewrites import LearnedRewrite, Status
from eulalia.truth import Failure
from eulalia.turn import Turn

Floats = npt.NDArray[np.floating[Any]]
_NEW: Final = timedelta(days=7)
"""For so long after their first turn customers are new."""
_MOST_POINTS: Final = 60
"""Days in a plot; of longer times weeks are told."""
_MOST_COHORTS: Final = 12


@dataclass(frozen=True, slots=True)
class Cohort:
    """Turns that have something in common, and where they failed."""

    kind: str
    name: str
    turns: int
    failures: Mapping[Failure, Rate]
    """For every kind of failure its share of the turns."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a report tells."""

    first: datetime
    last: datetime
    turns: int
    customers: int
    defects: Rate
    groups: Mapping[Group, Rate]
    over_time: Mapping[Group, Sequence[tuple[date, Rate]]]
    """Of each group's days (or weeks, by their first day) with turns, in order."""
    by_week: bool
    effect: Difference
    """Of the treatment group's defect rate from the control group's."""
    everybody: Cohort
    cohorts: Sequence[Cohort]
    in_use: Mapping[Status, int]
    rewrites: Sequence[Decision | LearnedRewrite]
    """Decisions on what is in use, then the others as they stand."""
    history: Sequence[Revision]
    revision: int


def find_figures(
    turns: Sequence[Turn],
    defects: Floats,
    verdicts: Sequence[Verdict],
    standings: Sequence[Standing],
    history: Sequence[Revision],
    revision: int,
) -> Figures:
    """The figures of a log with (turns,) defect probabilities and verdicts, one turn or more."""
    times = [turn.time for turn in turns]
    customers = np.array([turn.customer for turn in turns], dtype=np.str_)
    groups = _groups(turns)
    of_group = {one: groups == one for one in Group}
    by_week = (max(times) - min(times)).days > _MOST_POINTS
    rates = {one: rate(defects[chosen], customers[chosen]) for one, chosen in of_group.items()}
    capped = {
        one: rate(defects[of_group[one]], customers[of_group[one]], most_turns=100)
        for one in (Group.TREATMENT, Group.CONTROL)
    }
    failures = np.array([verdict.failure for verdict in verdicts], dtype=np.str_)
    return Figures(
        first=min(times),
        last=max(times),
        turns=len(turns),
        customers=len(set(customers)),
        defects=rate(defects, customers),
        groups=rates,
        over_time=_over_time(turns, defects, customers, of_group, by_week),
        by_week=by_week,
        effect=difference(capped[Group.TREATMENT], capped[Group.CONTROL]),
        everybody=_cohort("all", "all", np.ones(len(turns), bool), failures, customers),
        cohorts=_cohorts(turns, failures, customers),
        in_use=Counter(standing.rewrite.status for standing in standings),
        rewrites=_judged(standings, turns, defects),
        history=history,
        revision=revision,
    )


def _groups(turns: Sequence[Turn]) -> npt.NDArray[np.str_]:
    known: dict[str, Group] = {}
    for turn in turns:
        if turn.customer not in known:
            known[turn.customer] = group(turn.customer)
    return np.array([known[turn.customer] for turn in turns], dtype=np.str_)


def _over_time(
    turns: Sequence[Turn],
    defects: Floats,
    customers: npt.NDArray[np.str_],
    of_group: Mapping[Group, npt.NDArray[np.bool_]],
    by_week: bool,
) -> dict[Group, list[tuple[date, Rate]]]:
    days = np.array([turn.time.date().toordinal() for turn in turns])
    if by_week:
        days -= (days - 1) % 7  # the ordinal of a Monday is 1 more than a multiple of 7
    return {
        one: [
            (
                date.fromordinal(int(day)),
                rate(defects[chosen & (days == day)], customers[chosen & (days == day)]),
            )
            for day in np.unique(days[chosen])
        ]
        for one, chosen in of_group.items()
    }


def _cohorts(
    turns: Sequence[Turn], failures: npt.NDArray[np.str_], customers: npt.NDArray[np.str_]
) -> list[Cohort]:
    """The turns by locale, by kind of device and by how new the customer is."""
    began: dict[str, datetime] = {}
    for turn in turns:
        began[turn.customer] = min(turn.time, began.get(turn.customer, turn.time))
    kinds: dict[str, Callable[[Turn], str]] = {
        "locale": lambda turn: turn.locale,
        "device": lambda turn: turn.context.device_type,
        "customer": lambda turn: (
            "in the first week" if turn.time - began[turn.customer] < _NEW else "later"
        ),
    }
    cohorts = []
    for kind, name_of in kinds.items():
        places: dict[str, list[int]] = defaultdict(list)
        for place, turn in enumerate(turns):
            places[name_of(turn)].append(place)
        largest = sorted(places, key=lambda name: (-len(places[name]), name))[:_MOST_COHORTS]
        for name in largest:
            chosen = np.zeros(len(turns), bool)
            chosen[places[name]] = True
            cohorts.append(_cohort(kind, name, chosen, failures, customers))
    return cohorts


def _cohort(
    kind: str,
    name: str,
    chosen: npt.NDArray[np.bool_],
    failures: npt.NDArray[np.str_],
    customers: npt.NDArray[np.str_],
) -> Cohort:
    shares: dict[Failure, Rate] = {
        failure: rate((failures[chosen] == failure).astype(np.float64), customers[chosen])
        for failure in Failure
        if failure is not Failure.CORRECT
    }
    return Cohort(kind, name, int(chosen.sum()), shares)


def _judged(
    standings: Sequence[Standing], turns: Sequence[Turn], defects: Floats
) -> list[Decision | LearnedRewrite]:
    """What is in use with its judgement, surest effects first, then the rest."""
    pairs = [(standing.rewrite, standing.since) for standing in standings]
    now = max(turn.time for turn in turns)
    decisions = decide(pairs, Exposures.of(turns, defects), now)
    decisions.sort(key=lambda decision: decision.judgement.losses - decision.judgement.wins)
    in_use = {id(decision.before) for decision in decisions}
    return [*decisions, *(rewrite for rewrite, _ in pairs if id(rewrite) not in in_use)]
