"""The counts that the chain is made of, as Ibis expressions over steps.

A customer has one vote for each wording: of one who says the same thing a hundred times, the votes
are made that much lighter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from eulalia.learning.mining.steps import understood

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]

_LIKELY: Final = 0.5
"""Probability from which something is counted as having happened."""


def visits(steps: ibis.Table) -> ibis.Table:
    """A row for each customer and wording: how often, and with what success."""
    return steps.group_by(["home", "wording"]).agg(
        meaning=steps.meaning.max(),
        turns=steps.count(),
        served=steps.served.sum(),
        successes=(steps.served > _LIKELY).sum(),
    )


def wordings(visits: ibis.Table, turns_each: int) -> ibis.Table:
    """A row for each wording as it was read: how often, by how many, with what success."""
    import ibis

    served = visits.served * _weight(visits.turns, turns_each)
    return visits.group_by("wording").agg(
        meaning=visits.meaning.max(),
        turns=visits.turns.sum(),
        customers=visits.count(),
        customers_served=(served > _LIKELY).sum(),
        votes=ibis.least(visits.turns, turns_each).sum(),
        served=served.sum(),
    )


def edges(steps: ibis.Table, visits: ibis.Table, turns_each: int) -> ibis.Table:
    """A row for each wording and the one that was tried after it, perhaps the same."""
    went = steps.filter(steps.on > _LIKELY)
    went = went.group_by(["home", "wording", "next_wording"]).agg(
        on=went.on.sum(), transitions=went.count()
    )
    # Few customers say the same more than once, so that this is a join with few.
    often = visits.filter(visits.turns > turns_each).select("home", "wording", "turns")
    went = went.left_join(often, ["home", "wording"])
    weight = _weight(went.turns.fill_null(turns_each), turns_each)
    return went.group_by(["wording", "next_wording"]).agg(
        weight=(went.on * weight).sum(),
        customers=went.count(),
        transitions=went.transitions.sum(),
    )


def served(visits: ibis.Table) -> ibis.Table:
    """A row for each interpretation: how many customers it served."""
    happy = visits.filter(visits.successes > 0).select("meaning", "home").distinct()
    return happy.group_by("meaning").agg(customers=happy.count())


def texts(turns: ibis.Table) -> ibis.Table:
    """A row for each wording: what its number stands for, and how it was written."""
    # Each text is looked at once, not once a turn.
    said = understood(turns.select("locale", "state", "rewritten", "text").distinct())
    return said.group_by("wording").agg(
        **{name: said[name].max() for name in ("locale", "request", "state", "text")}
    )


def _weight(turns: ibis.Value, turns_each: int) -> ibis.Value:
    """What a turn counts of a customer who has said the wording so often."""
    import ibis

    return turns_each / ibis.greatest(turns, turns_each)
