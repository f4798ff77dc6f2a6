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
    import ibis

    used = sorted({(one.locale, word) for one in rewrites for word in _words(one)})
    wanted = ibis.memtable(used, columns=["locale", "word"])
    said = votes.select("locale", "customer", word=votes.request.split(" ").unnest())
    said = said.semi_join(wanted, ["locale", "word"])
    homes = said.group_by(["locale", "word"]).agg(customers=said.customer.nunique())
    known = homes.filter(homes.customers >= customers).to_pyarrow()
    words = set(zip(known["locale"].to_pylist(), known["word"].to_pylist(), strict=True))
    return [one for one in rewrites if all((one.locale, word) in words for word in _words(one))]


def _words(rewrite: LearnedRewrite) -> list[str]:
    return rewrite.request.split() + normalize(rewrite.text).split()
