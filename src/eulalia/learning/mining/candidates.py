"""For each wording the best interpretation to take it for, where there is evidence enough."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from scipy import sparse, special  # type: ignore[import-untyped]

from eulalia.learning.mining.absorption import ATTEMPTS, Chain
from eulalia.learning.mining.graph import Graph
from eulalia.learning.mining.settings import Settings
from eulalia.rewrites import Evidence, LearnedRewrite

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_THIN: Final = 0.5
"""Evidence against a request is thin while its success may exceed this."""
_COMPARED: Final = 300
"""As many of an interpretation's wordings, those heard most, are compared with a request."""
_ROUNDING: Final = 1e-9
_PAIRS: Final = 1_000_000
"""So many pairs of texts are in memory at once."""


def candidates(graph: Graph, settings: Settings) -> list[LearnedRewrite]:
    """The rewrites with evidence enough, at most one for each wording as it was read."""
    votes, served = graph.column("votes"), graph.column("served")
    lost = np.maximum(votes - served, 0.0)
    usual = _usual(graph)
    # What a wording is taken for must have served so many customers, and be likely enough to.
    proven = special.betainc(served + 1.0, lost + 1.0, settings.lower_bound) <= 0.05
    ends = np.where(usual >= 0, usual, np.arange(len(usual)))
    proven = proven[ends] & (graph.served[graph.states] >= settings.customers)
    chain = graph.chain()
    found: list[tuple[Places, Places, Floats, Floats]] = []
    for sources, scores in chain.scores(_promising(graph, chain, proven, settings)):
        targets, best, own = _best(graph.states, sources, scores)
        good = (best >= settings.score) & (best > settings.gain * own) & proven[targets]
        found.append((sources[good], ends[targets[good]], best[good], own[good]))
    if not found:
        return []
    sources, targets, best, own = (np.concatenate(part) for part in zip(*found, strict=True))
    thin = special.betainc(served[sources] + 1.0, lost[sources] + 1.0, _THIN) <= 0.95
    thin = np.flatnonzero(thin)
    good = np.ones(len(sources), bool)
    good[thin] = ~_is_like_what_serves(graph, sources[thin], settings.alike)
    sources, targets, best, own = sources[good], targets[good], best[good], own[good]
    customers, transitions = _steps(graph, sources, targets)
    share = served / np.maximum(votes, 1e-9)
    least = special.betaincinv(served[targets] + 1.0, lost[targets] + 1.0, 0.05)
    evidence = [
        Evidence(*numbers)
        for numbers in zip(
            graph.column("turns")[sources].astype(int).tolist(),
            customers.tolist(),
            transitions.tolist(),
            np.minimum(best, 1.0).tolist(),
            np.minimum(share[sources], 1.0).tolist(),
            np.minimum(share[targets], 1.0).tolist(),
            least.tolist(),
            strict=True,
        )
    ]
    columns = (
        graph.texts("locale", sources),
        graph.texts("request", sources),
        graph.texts("text", targets),
        evidence,
        graph.texts("state", targets),
    )
    return [
        LearnedRewrite(locale, request, text, why, state=state)
        for locale, request, text, why, state in zip(*columns, strict=True)
    ]


def _promising(
    graph: Graph, chain: Chain, proven: npt.NDArray[np.bool_], settings: Settings
) -> Places:
    """The wordings that may have a rewrite: more walks from them end well at something proven than
    what is asked for, and than what succeeds at once."""
    ending = chain.success * proven
    bound = ending
    for _ in range(ATTEMPTS):
        bound = ending + chain.transitions @ bound
    enough = np.maximum(settings.score, settings.gain * chain.success) <= bound + _ROUNDING
    left = np.zeros(len(enough), bool)
    left[graph.sources] = True
    return np.flatnonzero(left & enough)


def _best(states: Places, sources: Places, scores: Any) -> tuple[Places, Floats, Floats]:
    """(k,) For each source the wording that is likeliest to serve, of the interpretation that is
    likeliest to serve and is not the source's own; that interpretation's probability, 0 if there
    is none, and that of the source's own."""
    rows = np.repeat(np.arange(len(sources)), np.diff(scores.indptr))
    of_state = states[scores.indices]
    by_state = sparse.coo_array(
        (scores.data, (rows, of_state)), shape=(len(sources), int(states.max(initial=0)) + 1)
    ).tocsr()
    is_own = by_state.indices == np.repeat(states[sources], np.diff(by_state.indptr))
    # A walk begins where it is, so that no row is empty and each has its own state.
    own = by_state.data[is_own]
    by_state.data[is_own] = 0.0
    best, chosen = _largest(by_state)
    scores.data[of_state != chosen[rows]] = 0.0
    return _largest(scores)[1], best, own


def _largest(rows: Any) -> tuple[Floats, Places]:
    """(k,) The largest value of each row of a sparse matrix of which none is empty, and its place,
    of equals the first."""
    largest = np.maximum.reduceat(rows.data, rows.indptr[:-1])
    is_largest = np.flatnonzero(rows.data == np.repeat(largest, np.diff(rows.indptr)))
    first = is_largest[np.searchsorted(is_largest, rows.indptr[:-1])]
    return largest, rows.indices[first]


def _usual(graph: Graph) -> Places:
    """(n,) For each wording the one that served most customers with the same interpretation; -1
    where the interpretation has no slots, since it may then not say all that was wanted."""
    order = np.lexsort((graph.column("served"), graph.column("customers_served"), graph.states))
    best = np.zeros(len(graph.served), np.intp)
    best[graph.states[order]] = order
    read = graph.wordings["state"].take(pa.array(best, pa.int64()))
    has_slots = np.asarray(pc.match_substring(read, "="), bool)
    return np.where(has_slots[graph.states], best[graph.states], -1)


def _is_like_what_serves(graph: Graph, sources: Places, alike: float) -> npt.NDArray[np.bool_]:
    """(k,) Whether a wording nearly like the source was read as the source is, and served."""
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cpdist

    # The wordings that served, by interpretation, those heard most before the others.
    serving = np.flatnonzero(graph.column("customers_served") > 0)
    serving = serving[np.lexsort((-graph.column("votes")[serving], graph.states[serving]))]
    starts = np.searchsorted(graph.states[serving], np.arange(len(graph.served) + 1))
    first = starts[graph.states[sources]]
    many = np.minimum(starts[graph.states[sources] + 1] - first, _COMPARED)
    ends = np.cumsum(many)
    length = np.array(pc.utf8_length(graph.wordings["request"]), np.float64)
    result = np.zeros(len(sources), bool)
    for chunk in np.array_split(np.arange(len(sources)), int(many.sum()) // _PAIRS + 1):
        if not many[chunk].sum():
            continue
        rows = np.repeat(chunk, many[chunk])
        nth = np.arange(len(rows)) + (ends - many)[chunk[0]] - (ends - many)[rows]
        others = serving[first[rows] + nth]
        shorter = np.minimum(length[others], length[sources[rows]])
        possible = shorter >= alike * np.maximum(length[others], length[sources[rows]])
        possible &= others != sources[rows]
        rows, others = rows[possible], others[possible]
        likeness = cpdist(
            graph.texts("request", sources[rows]),
            graph.texts("request", others),
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=alike,
            dtype=np.float32,
        )
        result[rows[np.asarray(likeness) >= alike]] = True
    return result


def _steps(graph: Graph, sources: Places, targets: Places) -> tuple[Places, Places]:
    """(k,) How many customers went straight from each source to its target, and how often."""
    n = len(graph.states)
    keys, wanted = graph.sources * n + graph.targets, sources * n + targets
    places = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    there = keys[places] == wanted
    return np.where(there, graph.customers[places], 0), np.where(
        there, graph.transitions[places], 0
    )
