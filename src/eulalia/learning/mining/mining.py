"""From a log's turns to rewrites: requests that fail, and what its customers said instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eulalia.learning.mining import counts
from eulalia.learning.mining.candidates import candidates
from eulalia.learning.mining.engine import kept
from eulalia.learning.mining.graph import Graph
from eulalia.learning.mining.names import without_names
from eulalia.learning.mining.settings import Settings
from eulalia.learning.mining.steps import heard, steps
from eulalia.learning.state import normalize
from eulalia.rewrites import LearnedRewrite

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]


def rewrites(turns: ibis.Table, settings: Settings | None = None) -> list[LearnedRewrite]:
    """The rewrites that a log's turns speak for, best first.

    `turns` has the columns of a Parquet log (`learning.logs.table`) and may be of any engine of
    Ibis; DuckDB and Spark are tested. The truth is not looked at. Raises MiningError for settings
    that make no sense.
    """
    settings = settings or Settings()
    with (
        kept(counts.texts(turns)) as texts,
        kept(steps(heard(turns))) as tried,
        kept(counts.visits(tried)) as visits,
    ):
        graph = Graph.of(
            counts.wordings(visits, settings.turns_each).join(texts, "wording"),
            counts.edges(tried, visits, settings.turns_each),
            counts.served(visits),
        )
        found = candidates(graph, settings)
        found = without_names(found, graph, visits, texts, settings.customers)
    return sorted(_one_each(found), key=_by_worth)


def _one_each(found: list[LearnedRewrite]) -> list[LearnedRewrite]:
    """Of requests that were read in several ways, the rewrite of the most turns."""
    best: dict[tuple[str, str], LearnedRewrite] = {}
    for rewrite in sorted(found, key=lambda one: (-one.evidence.turns, *_by_worth(one))):
        best.setdefault((rewrite.locale, normalize(rewrite.request)), rewrite)
    return list(best.values())


def _by_worth(rewrite: LearnedRewrite) -> Any:
    return -rewrite.evidence.score, rewrite.locale, rewrite.request, rewrite.text
