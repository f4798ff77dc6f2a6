"""The counts that the chain is made of, as Ibis expressions over steps.

A customer has one vote for each wording: of one who says the same thing a hundred times, the votes
are made that much lighter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]

_LIKELY: Final = 0.5
"""Probability from which something is counted as having happened."""


def votes(steps: ibis.Table, turns_each: int) -> ibis.Table:
    """A row for each customer, wording and what came next of it."""
    import ibis

    by_next = steps.group_by(["home", "wording", "next_wording"]).agg(
        meaning=steps.meaning.max(),
        turns=steps.count(),
        on=steps.on.sum(),
        went=(steps.on > _LIKELY).sum(),
        served=steps.served.sum(),
        failed=steps.failed.sum(),
    )
    turns = by_next.turns.sum().over(ibis.window(group_by=[by_next.home, by_next.wording]))
    weighed = by_next.mutate(weight=turns_each / ibis.greatest(turns, turns_each))
    return weighed.mutate(
        on=weighed.on * weighed.weight,
        served=weighed.served * weighed.weight,
        failed=weighed.failed * weighed.weight,
    )


def wordings(votes: ibis.Table) -> ibis.Table:
    """A row for each wording as it was read: how often, by how many, with what success."""
    of_customer = votes.group_by(["home", "wording"]).agg(
        meaning=votes.meaning.max(),
        turns=votes.turns.sum(),
        votes=(votes.on + votes.served + votes.failed).sum(),
        served=votes.served.sum(),
    )
    return of_customer.group_by("wording").agg(
        meaning=of_customer.meaning.max(),
        turns=of_customer.turns.sum(),
        customers=of_customer.count(),
        customers_served=(of_customer.served > _LIKELY).sum(),
        votes=of_customer.votes.sum(),
        served=of_customer.served.sum(),
    )


def edges(votes: ibis.Table) -> ibis.Table:
    """A row for each wording and the one that was tried after it, perhaps the same."""
    went = votes.filter(votes.went > 0)
    return went.group_by(["wording", "next_wording"]).agg(
        weight=went.on.sum(),
        customers=went.count(),
        transitions=went.went.sum(),
    )


def served(votes: ibis.Table) -> ibis.Table:
    """A row for each interpretation: how many customers it served."""
    happy = votes.filter(votes.served > _LIKELY * votes.turns * votes.weight)
    return happy.group_by("meaning").agg(customers=happy.home.nunique())


def texts(heard: ibis.Table) -> ibis.Table:
    """A row for each wording: what its number stands for, and how it was written."""
    return heard.group_by("wording").agg(
        locale=heard.locale.max(),
        request=heard.request.max(),
        state=heard.state.max(),
        text=heard.text.max(),
    )
