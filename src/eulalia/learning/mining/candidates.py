"""For each wording the best interpretation to take it for, where there is evidence enough."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc  # type: ignore[import-untyped]
from scipy import sparse, stats  # type: ignore[import-untyped]

from eulalia.learning.mining.graph import Graph
from eulalia.learning.mining.settings import Settings
from eulalia.rewrites import Evidence, LearnedRewrite

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_THIN: Final = 0.5
"""Evidence against a request is thin while its success may exceed this."""
_COMPARED: Final = 300
"""As many of an interpretation's wordings, those heard most, are compared with a request."""
_PAIRS: Final = 1_000_000
"""So many pairs of texts are in memory at once."""


def candidates(graph: Graph, settings: Settings) -> list[LearnedRewrite]:
    """The rewrites with evidence enough, at most one for each wording as it was read."""
    votes, served = graph.column("votes"), graph.column("served")
    lost = np.maximum(votes - served, 0.0)
    least = stats.beta.ppf(0.05, served + 1.0, lost + 1.0)
    usual = _usual(graph)
    found: list[tuple[Places, Places, Floats, Floats]] = []
    for sources, scores in graph.chain().scores(np.unique(graph.sources)):
        targets, best, own = _best(graph.states, sources, scores)
        targets = np.where(usual[targets] >= 0, usual[targets], targets)
        good = (
            (best >= settings.score)
            & (best > settings.gain * own)
            & (least[targets] >= settings.lower_bound)
            & (graph.served[graph.states[targets]] >= settings.customers)
        )
        found.append((sources[good], targets[good], best[good], own[good]))
    if not found:
        return []
    sources, targets, best, own = (np.concatenate(part) for part in zip(*found, strict=True))
    most = stats.beta.ppf(0.95, served[sources] + 1.0, lost[sources] + 1.0)
    thin = np.flatnonzero(most >= _THIN)
    good = np.ones(len(sources), bool)
    good[thin] = ~_is_like_what_serves(graph, sources[thin], settings.alike)
    sources, targets, best, own = sources[good], targets[good], best[good], own[good]
    customers, transitions = _steps(graph, sources, targets)
    share = served / np.maximum(votes, 1e-9)
    evidence = [
        Evidence(*numbers)
        for numbers in zip(
            graph.column("turns")[sources].astype(int).tolist(),
            customers.tolist(),
            transitions.tolist(),
            np.minimum(best, 1.0).tolist(),
            np.minimum(share[sources], 1.0).tolist(),
            np.minimum(share[targets], 1.0).tolist(),
            least[targets].tolist(),
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


def _best(states: Places, sources: Places, scores: Any) -> tuple[Places, Floats, Floats]:
    """(k,) For each source the wording that is likeliest to serve, of the interpretation that is
    likeliest to serve and is not the source's own; that interpretation's probability, 0 if there
    is none, and that of the source's own."""
    rows, targets = scores.nonzero()
    values = np.asarray(scores.data[scores.data != 0.0], np.float64)
    m = int(states.max(initial=0)) + 1
    by_state = sparse.csr_array((values, (rows, states[targets])), shape=(len(sources), m))
    by_state.sum_duplicates()
    pair_rows, pair_states = by_state.nonzero()
    is_own = pair_states == states[sources][pair_rows]
    own, best = np.zeros(len(sources)), np.zeros(len(sources))
    own[pair_rows[is_own]] = by_state.data[is_own]
    chosen = np.full(len(sources), -1, np.intp)
    # The last one written stays: the likeliest, and of equals the first.
    order = np.lexsort((-pair_states, by_state.data, pair_rows))
    order = order[~is_own[order]]
    chosen[pair_rows[order]] = pair_states[order]
    best[pair_rows[order]] = by_state.data[order]
    inside = states[targets] == chosen[rows]
    rows, targets, values = rows[inside], targets[inside], values[inside]
    order = np.lexsort((-targets, values, rows))
    wordings = np.zeros(len(sources), np.intp)
    wordings[rows[order]] = targets[order]
    return wordings, best, own


def _usual(graph: Graph) -> Places:
    """(n,) For each wording the one that served most customers with the same interpretation; -1
    where the interpretation has no slots, since it may then not say all that was wanted."""
    order = np.lexsort((graph.column("served"), graph.column("customers_served"), graph.states))
    best = np.zeros(len(graph.served), np.intp)
    best[graph.states[order]] = order
    has_slots = np.array(["=" in state for state in graph.texts("state", best)], bool)
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
