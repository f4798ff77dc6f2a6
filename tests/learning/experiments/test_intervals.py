"""Rates: their intervals hold what they promise, and treat a customer as one observation."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning.experiments import rate

TURNS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5)), min_size=1, max_size=40)


@given(TURNS)
def test_the_interval_lies_within_0_and_1_around_the_mean(turns: list[tuple[float, int]]) -> None:
    values, customers = np.array([v for v, _ in turns]), np.array([c for _, c in turns])
    found = rate(values, customers)
    assert 0.0 <= found.low <= found.high <= 1.0
    assert found.low - 1e-9 <= found.value <= found.high + 1e-9
    assert found.value == pytest.approx(values.mean())
    assert found.variance > 0.0


def test_without_turns_nothing_is_known() -> None:
    found = rate(np.zeros(0), np.zeros(0, int))
    assert math.isnan(found.value)
    assert (found.low, found.high, found.turns, found.customers) == (0.0, 1.0, 0, 0)


def test_few_turns_that_agree_are_no_certainty() -> None:
    found = rate(np.zeros(3), np.arange(3))
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high > 0.4


@pytest.mark.parametrize(
    ("customers", "turns", "beta"),
    [(80, 20, (5, 5)), (20, 5, (0.5, 0.5)), (8, 5, (2, 3)), (200, 1, (1, 20))],
)
def test_the_interval_misses_the_truth_about_once_in_twenty(
    customers: int, turns: int, beta: tuple[float, float]
) -> None:
    rng = np.random.default_rng(1)
    truth = beta[0] / sum(beta)
    hits = 0
    for _ in range(400):
        made = np.repeat(np.arange(customers), rng.poisson(turns, customers) + 1)
        values = (rng.random(len(made)) < rng.beta(*beta, customers)[made]).astype(float)
        found = rate(values, made)
        hits += found.low <= truth <= found.high
    assert hits / 400 > 0.9


def test_many_turns_of_one_customer_are_one_observation() -> None:
    values = np.tile([0.0, 0.0, 0.0, 0.0, 1.0], 200)
    apart = rate(values, np.arange(1_000))
    together = rate(values, np.tile(np.arange(5), 200))
    assert together.high - together.low > 5 * (apart.high - apart.low)


def test_a_customer_who_floods_counts_for_no_more_than_the_limit() -> None:
    values = np.append(np.zeros(30), np.ones(100_000))
    customers = np.append(np.arange(30), np.full(100_000, 99))
    assert rate(values, customers).value > 0.99
    assert rate(values, customers, most_turns=3).value == pytest.approx(3 / 33)


def test_a_million_turns_take_a_moment() -> None:
    rng = np.random.default_rng(0)
    values, customers = rng.random(1_000_000), rng.integers(0, 50_000, 1_000_000)
    start = time.process_time()
    rate(values, customers)
    assert time.process_time() - start < 3.0
