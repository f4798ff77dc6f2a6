"""Evenly spaced items."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.datasets import DatasetError, evenly_spaced


def test_a_limit_spreads_over_the_whole() -> None:
    assert evenly_spaced(range(9), 3) == [0, 3, 6]
    assert evenly_spaced(range(10), 4) == [0, 2, 5, 7]


@given(st.integers(0, 200), st.integers(1, 250))
def test_it_takes_as_many_as_asked_in_order_at_even_distances(size: int, count: int) -> None:
    taken = evenly_spaced(range(size), count)
    assert len(taken) == min(size, count)
    steps = {after - before for before, after in itertools.pairwise(taken)}
    assert all(step >= 1 for step in steps)
    assert not steps or max(steps) - min(steps) <= 1


def test_no_limit_takes_all_and_a_limit_of_none_is_refused() -> None:
    assert evenly_spaced("abc", None) == ["a", "b", "c"]
    with pytest.raises(DatasetError, match="limit of -1"):
        evenly_spaced("abc", -1)
