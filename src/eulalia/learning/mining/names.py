"""No rewrite tells of one home: its words and names are known from several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eulalia.learning.state import normalize
from eulalia.rewrites import LearnedRewrite

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]


def without_names(
    rewrites: list[LearnedRewrite], votes: ibis.Table, customers: int
) -> list[LearnedRewrite]:
    """Those of which every word occurs in the requests of so many customers of the locale."""
    if customers < 2 or not rewrites:
        return rewrites
    said = votes.select("locale", "customer", word=votes.request.split(" ").unnest()).distinct()
    homes = said.group_by(["locale", "word"]).agg(customers=said.customer.nunique())
    known = homes.filter(homes.customers >= customers).to_pyarrow()
    words = set(zip(known["locale"].to_pylist(), known["word"].to_pylist(), strict=True))
    return [r for r in rewrites if all((r.locale, word) in words for word in _words(r))]


def _words(rewrite: LearnedRewrite) -> list[str]:
    return rewrite.request.split() + normalize(rewrite.text).split()
