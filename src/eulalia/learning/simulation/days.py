"""What a household wants on a day, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import exp
from random import Random
from zoneinfo import ZoneInfo

from eulalia.learning.simulation.households import Household, Neighbourhood
from eulalia.learning.simulation.phrasebook import Wish

_APART = timedelta(minutes=10)
"""The least time between the beginnings of two sessions."""
_TURNS_A_SESSION = 1.5
"""Roughly; false wakes are given as a share of turns, and come by sessions."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A session that will begin."""

    time: datetime
    """UTC."""
    wish: Wish | None
    """None when nobody speaks to the assistant, which wakes all the same."""
    habit: int | None = None
    """Number of the household's habit, if the wish is one."""


def occasions(
    household: Household,
    neighbourhood: Neighbourhood,
    day: date,
    false_wake: float,
    rng: Random,
) -> list[Occasion]:
    """The sessions of a household on a day of its own time zone, in order."""
    hours: list[tuple[float, Wish | None, int | None]] = []
    weekday = day.weekday()
    for number, habit in enumerate(household.habits):
        if weekday in habit.weekdays and rng.random() < habit.chance:
            hours.append((habit.hour + rng.gauss(0.0, 0.4), habit.wish, number))
    for _ in range(_poisson(household.spontaneous, rng)):
        hour = household.wakes + rng.uniform(0.0, 15.0)
        hours.append((hour, neighbourhood.wish(household.names, rng), None))
    share = false_wake / (1 - false_wake)
    for _ in range(_poisson(len(hours) * _TURNS_A_SESSION * share, rng)):
        hours.append((household.wakes + rng.uniform(0.0, 16.0), None, None))
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(household.timezone))
    start = midnight.astimezone(UTC)
    planned: list[Occasion] = []
    for hour, wish, habit_number in sorted(hours, key=lambda item: item[0]):
        time = start + timedelta(seconds=round(min(max(hour, 0.0), 23.99) * 3600, 3))
        if planned:
            time = max(time, planned[-1].time + _APART)
        planned.append(Occasion(time, wish, habit_number))
    return planned


def _poisson(mean: float, rng: Random) -> int:
    """A draw from the Poisson distribution (Knuth 1969)."""
    limit, product, count = exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
