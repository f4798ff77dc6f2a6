"""The chain's algebra, against plain ways to work it out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("scipy", reason="needs the extra learn")

from eulalia.learning.mining.absorption import Chain

Floats = npt.NDArray[np.float64]


@st.composite
def counts(draw: st.DrawFn) -> dict[str, Any]:
    """What was counted of up to seven wordings: loops, dead ends and lone ones among them."""
    n = draw(st.integers(1, 7))
    pairs = draw(
        st.lists(st.tuples(*[st.integers(0, n - 1)] * 2), max_size=12, unique=True).map(sorted)
    )
    weights = draw(st.lists(st.floats(0.5, 3), min_size=len(pairs), max_size=len(pairs)))
    served = np.array(draw(st.lists(st.floats(0, 3), min_size=n, max_size=n)))
    lost = np.array(draw(st.lists(st.floats(0.1, 1), min_size=n, max_size=n)))
    sources = np.array([a for a, _ in pairs], np.intp)
    left = np.bincount(sources, weights, n) if pairs else np.zeros(n)
    return {
        "votes": served + lost + left,
        "served": served,
        "sources": sources,
        "targets": np.array([b for _, b in pairs], np.intp),
        "weights": np.array(weights, float),
    }


def all_scores(chain: Chain, **limits: Any) -> Floats:
    n = len(chain.success)
    return np.vstack([part.toarray() for _, part in chain.scores(np.arange(n), **limits)])


@settings(deadline=None, max_examples=40)
@given(counts())
def test_scores_are_those_of_the_inverted_matrix(counted: dict[str, Any]) -> None:
    chain = Chain.of(**counted)
    dense = chain.transitions.toarray()
    visits = np.linalg.inv(np.eye(len(dense)) - dense)
    found = all_scores(chain, least=1e-7, attempts=10_000, rows=3)
    np.testing.assert_allclose(found, visits * chain.success, atol=1e-4)


@settings(deadline=None, max_examples=40)
@given(counts())
def test_all_walks_end_in_success_or_failure_and_none_is_counted_twice(
    counted: dict[str, Any],
) -> None:
    chain = Chain.of(**counted)
    n = len(chain.success)
    failure = 1 - chain.success - chain.transitions.toarray().sum(axis=1)
    assert (failure > 0).all()
    # Step by step from every wording, with success and failure as places that nobody leaves.
    whole = np.zeros((n + 2, n + 2))
    whole[:n, :n] = chain.transitions.toarray()
    whole[:n, n], whole[:n, n + 1] = chain.success, failure
    whole[n, n] = whole[n + 1, n + 1] = 1
    ended = np.linalg.matrix_power(whole, 2**14)[:n, n]
    found = all_scores(chain, least=1e-7, attempts=10_000)
    np.testing.assert_allclose(found.sum(axis=1), ended, atol=1e-4)


@settings(deadline=None, max_examples=40)
@given(counts())
def test_walks_that_are_cut_short_never_score_too_high(counted: dict[str, Any]) -> None:
    chain = Chain.of(**counted)
    full = all_scores(chain, least=1e-7, attempts=10_000)
    assert (all_scores(chain) <= full + 1e-5).all()


def test_simulated_customers_end_where_the_chain_says() -> None:
    votes, served = np.array([10.0, 8.0, 6.0]), np.array([1.0, 2.0, 5.0])
    chain = Chain.of(
        votes, served, np.array([0, 0, 1, 1]), np.array([1, 2, 0, 2]), np.array([5.0, 3, 3, 2])
    )
    step = np.hstack([chain.transitions.toarray(), chain.success[:, None]])
    rng = np.random.default_rng(3)
    ends = np.zeros(3)
    for _ in range(20_000):
        at = 0
        while at >= 0:
            came = int(np.searchsorted(np.cumsum(step[at]), rng.random()))
            if came == 3:
                ends[at] += 1
            at = came if came < 3 else -1
    np.testing.assert_allclose(all_scores(chain, least=1e-7)[0], ends / 20_000, atol=0.015)


def test_a_loop_that_nobody_leaves_ends_and_scores_nothing() -> None:
    chain = Chain.of(
        np.array([1e6, 1e6]), np.zeros(2), np.array([0, 1]), np.array([1, 0]), np.full(2, 1e6)
    )
    assert all_scores(chain).sum() == 0


def test_an_empty_chain_has_no_scores() -> None:
    none = np.zeros(0)
    places = np.zeros(0, np.intp)
    assert list(Chain.of(none, none, places, places, none).scores(places)) == []
