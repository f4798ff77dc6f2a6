"""What is chosen for a wording, against a plain way to choose it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("scipy", reason="needs the extra learn")

import pyarrow as pa
from scipy import stats

from eulalia.learning.mining import Settings
from eulalia.learning.mining.candidates import candidates
from eulalia.learning.mining.graph import Graph


def graph_of(
    votes: list[float],
    served: list[float],
    states: list[int],
    customers: list[int],
    edges: dict[tuple[int, int], float],
) -> Graph:
    """A graph of wordings 0, 1, …, of interpretations that served so many customers."""
    n = len(votes)
    pairs = sorted(edges)
    ones = np.ones(len(pairs), np.intp)
    return Graph(
        wordings=pa.table(
            {
                "turns": votes,
                "customers": [1] * n,
                "customers_served": [int(some > 0) for some in served],
                "votes": votes,
                "served": served,
                "locale": ["en-US"] * n,
                "request": pa.array([_letters(place) for place in range(n)], pa.string()),
                "state": pa.array([f"intent{state}{{}}" for state in states], pa.string()),
                "text": [f"text {place}" for place in range(n)],
            }
        ),
        states=np.array(states, np.intp),
        served=np.array(customers, np.intp),
        sources=np.array([source for source, _ in pairs], np.intp),
        targets=np.array([target for _, target in pairs], np.intp),
        weights=np.array([edges[pair] for pair in pairs], float),
        customers=ones,
        transitions=ones,
    )


def _letters(place: int) -> str:
    return chr(ord("a") + place) if place < 26 else f"{place} {place}"


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to eight wordings of up to four interpretations, with loops and dead ends."""
    n = draw(st.integers(1, 8))
    places = st.integers(0, n - 1)
    edges = draw(st.dictionaries(st.tuples(places, places), st.floats(0.5, 3), max_size=14))
    served = draw(st.lists(st.floats(0, 4), min_size=n, max_size=n))
    votes = np.array(served) + draw(st.lists(st.floats(0.1, 2), min_size=n, max_size=n))
    for (source, _), weight in edges.items():
        votes[source] += weight
    named = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    states = np.unique(named, return_inverse=True)[1].tolist()
    customers = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))[: max(states) + 1]
    return graph_of(votes.tolist(), served, states, customers, edges)


def plainly(graph: Graph, settings: Settings) -> dict[str, tuple[str, float]]:
    """Request to interpretation and score, by the inverse of the whole matrix."""
    chain = graph.chain()
    n = len(graph.states)
    scores = np.linalg.inv(np.eye(n) - chain.transitions.toarray()) * chain.success
    votes, served = graph.column("votes"), graph.column("served")
    found = {}
    for source in sorted(set(graph.sources.tolist())):
        by_state = np.bincount(graph.states, scores[source], len(graph.served))
        own = by_state[graph.states[source]]
        by_state[graph.states[source]] = 0.0
        best = int(by_state.argmax())
        reached = np.where(graph.states == best, scores[source], 0.0)
        target = int(reached.argmax())
        least = stats.beta.ppf(
            0.05, served[target] + 1, max(votes[target] - served[target], 0.0) + 1
        )
        if (
            by_state[best] >= settings.score
            and by_state[best] > settings.gain * own
            and least >= settings.lower_bound
            and graph.served[best] >= settings.customers
        ):
            request = graph.wordings["request"][source].as_py()
            found[request] = (f"intent{best}{{}}", float(by_state[best]))
    return found


@settings(deadline=None, max_examples=80)
@given(graphs(), st.sampled_from([0.1, 0.3]), st.sampled_from([0.0, 0.1, 0.3]))
def test_what_is_chosen_is_what_the_inverted_matrix_says(
    graph: Graph, score: float, lower_bound: float
) -> None:
    wanted = Settings(score=score, lower_bound=lower_bound, alike=1.0)
    found = {one.request: one for one in candidates(graph, wanted)}
    # Walks are cut where they have become unlikely, so that who is near a threshold may miss it.
    surely = Settings(score=score + 0.05, gain=1.2, lower_bound=lower_bound, alike=1.0)
    perhaps = Settings(score=score - 0.05, gain=0.9, lower_bound=lower_bound, alike=1.0)
    assert set(plainly(graph, surely)) <= set(found) <= set(plainly(graph, perhaps))
    exact = plainly(graph, perhaps)
    for request, rewrite in found.items():
        assert rewrite.evidence.score <= min(exact[request][1], 1.0) + 1e-6
        assert rewrite.evidence.score >= exact[request][1] - 0.1


def test_of_equally_good_ends_the_first_is_chosen() -> None:
    edges = {(0, 1): 1.0, (0, 2): 1.0}
    graph = graph_of([4.0, 5, 5], [0.0, 5, 5], [0, 1, 2], [0, 5, 5], edges)
    (found,) = candidates(graph, Settings())
    assert found.state == "intent1{}"


def test_a_loop_with_one_way_out_leads_out() -> None:
    edges = {(0, 1): 5.0, (1, 0): 4.0, (1, 2): 1.0}
    graph = graph_of([5.0, 5, 9], [0.0, 0, 9], [0, 1, 2], [0, 0, 9], edges)
    assert {one.request: one.state for one in candidates(graph, Settings(alike=1.0))} == {
        "a": "intent2{}",
        "b": "intent2{}",
    }


def test_a_ring_of_failures_has_no_rewrite() -> None:
    n = 50
    edges = {(place, (place + 1) % n): 1.0 for place in range(n)}
    graph = graph_of([1.0] * n, [0.0] * n, list(range(n)), [9] * n, edges)
    assert candidates(graph, Settings(alike=1.0, lower_bound=0.0)) == []


def test_no_wordings_have_no_rewrites() -> None:
    graph = graph_of([], [], [], [], {})
    assert candidates(graph, Settings()) == []


def test_memory_grows_with_the_steps_and_not_with_the_square_of_the_wordings() -> None:
    import tracemalloc

    def peak(n: int) -> int:
        # All fail in their own way and then say what everybody says.
        edges = {(place, n): 1.0 for place in range(n)}
        graph = graph_of(
            [1.0] * n + [2.0 * n], [0.0] * n + [2.0 * n], [*range(n), n], [0] * n + [n], edges
        )
        tracemalloc.start()
        try:
            assert len(candidates(graph, Settings(alike=1.0))) == n
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(500), peak(2_000)
    assert many < 8 * few
    assert many < 2_000**2 * 8 / 2
