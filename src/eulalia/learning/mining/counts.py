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

    wording = ["locale", "customer", "request", "state"]
    by_next = steps.group_by([*wording, "next_request", "next_state"]).agg(
        turns=steps.count(),
        text=steps.text.max(),
        on=steps.on.sum(),
        went=(steps.on > _LIKELY).sum(),
        served=steps.served.sum(),
        failed=steps.failed.sum(),
    )
    turns = by_next.turns.sum().over(ibis.window(group_by=[by_next[name] for name in wording]))
    weighed = by_next.mutate(weight=turns_each / ibis.greatest(turns, turns_each))
    return weighed.mutate(
        on=weighed.on * weighed.weight,
        served=weighed.served * weighed.weight,
        failed=weighed.failed * weighed.weight,
    )


def wordings(votes: ibis.Table) -> ibis.Table:
    """A row for each wording as it was read: how often, by how many, with what success."""
    of_customer = votes.group_by(["locale", "customer", "request", "state"]).agg(
        turns=votes.turns.sum(),
        text=votes.text.max(),
        votes=(votes.on + votes.served + votes.failed).sum(),
        served=votes.served.sum(),
    )
    return of_customer.group_by(["locale", "request", "state"]).agg(
        text=of_customer.text.max(),
        turns=of_customer.turns.sum(),
        customers=of_customer.count(),
        customers_served=(of_customer.served > _LIKELY).sum(),
        votes=of_customer.votes.sum(),
        served=of_customer.served.sum(),
    )


def edges(votes: ibis.Table) -> ibis.Table:
    """A row for each wording and the one that was tried after it, perhaps the same."""
    went = votes.filter(votes.went > 0)
    return went.group_by(["locale", "request", "state", "next_request", "next_state"]).agg(
        weight=went.on.sum(),
        customers=went.count(),
        transitions=went.went.sum(),
    )


def served(votes: ibis.Table) -> ibis.Table:
    """A row for each interpretation: how many customers it served."""
    happy = votes.filter(votes.served > _LIKELY * votes.turns * votes.weight)
    return happy.group_by(["locale", "state"]).agg(customers=happy.customer.nunique())
