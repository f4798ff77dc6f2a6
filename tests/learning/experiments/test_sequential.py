"""Looking every night does not make differences out of chance, and finds those that there are."""

from __future__ import annotations

import numpy as np
import pytest

from eulalia.learning.experiments import difference, rate
from eulalia.learning.experiments.intervals import Rate

NIGHTS = 40


def first_sure_night(
    rng: np.random.Generator, customers: int, beta: tuple[float, float], turns: int, helped: float
) -> int | None:
    """The first of 40 nights on which the difference of two groups is sure.

    Customers fail at rates of their own; some ask far more than others (a Pareto distribution).
    """
    rates = rng.beta(*beta, 2 * customers)
    treated = rng.permutation(2 * customers) % 2 == 0
    rates = np.where(treated, (1.0 - helped) * rates, rates)
    weights = rng.pareto(1.3, 2 * customers) + 0.1
    made, failed = np.zeros(0, int), np.zeros(0)
    for night in range(NIGHTS):
        asking = rng.choice(2 * customers, rng.poisson(turns), p=weights / weights.sum())
        made = np.append(made, asking)
        failed = np.append(failed, rng.random(len(asking)) < rates[asking])
        of_treated = treated[made]
        found = difference(
            rate(failed[of_treated], made[of_treated], most_turns=3),
            rate(failed[~of_treated], made[~of_treated], most_turns=3),
        )
        if found.is_sure:
            return night
    return None


@pytest.mark.parametrize(
    ("customers", "beta", "turns"),
    [(6, (0.5, 0.5), 3), (20, (0.2, 0.2), 10), (20, (5, 5), 10), (60, (0.3, 0.3), 30)],
)
def test_peeking_every_night_finds_a_difference_that_is_not_there_once_in_twenty_at_most(
    customers: int, beta: tuple[float, float], turns: int
) -> None:
    rng = np.random.default_rng(7)
    wrong = sum(first_sure_night(rng, customers, beta, turns, 0.0) is not None for _ in range(150))
    assert wrong / 150 <= 0.05 + 2 * 0.018  # two standard errors of 150 trials


def test_a_naive_interval_would_be_fooled_by_the_same_peeking() -> None:
    rng = np.random.default_rng(7)
    fooled = 0
    for _ in range(100):
        values = rng.random((2, 400)) < 0.5
        for n in range(20, 401, 10):
            one, other = (rate(side[:n].astype(float), np.arange(n)) for side in values)
            if abs(one.value - other.value) > 1.96 * np.sqrt(one.variance + other.variance):
                fooled += 1
                break
    assert fooled / 100 > 0.15


def test_a_large_effect_is_found_within_days_and_a_small_one_later() -> None:
    rng = np.random.default_rng(3)
    large = [first_sure_night(rng, 100, (1, 1), 30, 0.8) for _ in range(20)]
    small = [first_sure_night(rng, 100, (1, 1), 30, 0.4) for _ in range(20)]
    assert all(night is not None for night in large)
    assert np.median([night for night in large if night is not None]) <= 8
    found = [night for night in small if night is not None]
    assert len(found) >= 8
    assert np.median(found) > np.median([night for night in large if night is not None])


def test_of_few_customers_nothing_is_concluded() -> None:
    failing = rate(np.ones(300), np.repeat(np.arange(3), 100))
    fine = rate(np.zeros(300), np.arange(300))
    assert not difference(fine, failing).is_sure
    nobody = rate(np.zeros(0), np.zeros(0, int))
    assert (difference(nobody, fine).low, difference(nobody, fine).high) == (-1.0, 1.0)


def test_the_interval_shrinks_around_the_difference() -> None:
    def of(turns: int, value: float) -> Rate:
        values = (np.arange(turns) < value * turns).astype(float)
        return rate(values, np.arange(turns))

    wide, narrow = (difference(of(n, 0.2), of(n, 0.5)) for n in (50, 5_000))
    assert wide.value == pytest.approx(narrow.value) == pytest.approx(-0.3)
    assert wide.low < narrow.low < -0.3 < narrow.high < wide.high
    assert narrow.is_sure
