"""No rewrite tells of one home: its words are known from several.

Names in slots are held to the same by what a rewrite means having served as many customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from eulalia.learning.mining.graph import Graph
from eulalia.learning.state import normalize
from eulalia.rewrites import LearnedRewrite

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]

Word = tuple[str, str]
"""A locale and a word of it."""


def without_names(
    rewrites: list[LearnedRewrite],
    graph: Graph,
    visits: ibis.Table,
    texts: ibis.Table,
    customers: int,
) -> list[LearnedRewrite]:
    """Those of which every word was said by so many customers of the locale."""
    used = {word for one in rewrites for word in _words(one)}
    known = _in_common_wordings(graph, customers)
    known |= _said_by(used - known, visits, texts, customers)
    return [one for one in rewrites if known.issuperset(_words(one))]


def _words(rewrite: LearnedRewrite) -> list[Word]:
    words = rewrite.request.split() + normalize(rewrite.text).split()
    return [(rewrite.locale, word) for word in words]


def _in_common_wordings(graph: Graph, customers: int) -> set[Word]:
    """The words of wordings that so many customers used."""
    common = graph.wordings.filter(pc.greater_equal(graph.wordings["customers"], customers))
    split = pc.split_pattern(common["request"], " ").combine_chunks()
    words = pa.table(
        {"locale": common["locale"].take(split.value_parent_indices()), "word": split.flatten()}
    )
    words = words.group_by(["locale", "word"]).aggregate([])
    return set(zip(words["locale"].to_pylist(), words["word"].to_pylist(), strict=True))


def _said_by(words: set[Word], visits: ibis.Table, texts: ibis.Table, customers: int) -> set[Word]:
    """Those of the words that so many customers used, in whatever wordings."""
    if not words:
        return set()
    import ibis

    locales, texts_of = zip(*sorted(words), strict=True)
    wanted = ibis.memtable(pa.table({"locale": locales, "word": texts_of}))
    said = texts.select("wording", "locale", word=texts.request.split(" ").unnest())
    said = said.semi_join(wanted, ["locale", "word"]).join(visits, "wording")
    homes = said.group_by(["locale", "word"]).agg(customers=said.home.nunique())
    known = homes.filter(homes.customers >= customers).to_pyarrow()
    return set(zip(known["locale"].to_pylist(), known["word"].to_pylist(), strict=True))
