"""The split of customers: fixed, even, and anew for each experiment."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning.experiments import REWRITES, Group, group, is_applied
from eulalia.rewrites import Status

CUSTOMERS = [f"customer {n}" for n in range(20_000)]


@given(st.text(), st.text())
def test_any_customer_is_always_in_the_same_group(customer: str, experiment: str) -> None:
    assert group(customer, experiment) is group(customer, experiment)


def test_the_split_of_yesterday_is_that_of_today() -> None:
    names = ("ada", "bob", "cleo", "dan", "default")
    assert [group(name).name for name in names] == [
        "CONTROL",
        "HOLDOUT",
        "CONTROL",
        "HOLDOUT",
        "CONTROL",
    ]


def test_a_tenth_is_held_out_and_the_others_split_in_halves() -> None:
    shares = Counter(group(customer) for customer in CUSTOMERS)
    assert abs(shares[Group.HOLDOUT] / len(CUSTOMERS) - 0.1) < 0.01
    assert abs(shares[Group.CONTROL] / shares[Group.TREATMENT] - 1.0) < 0.05


def test_the_same_customers_are_held_out_of_every_experiment_and_only_they() -> None:
    for customer in CUSTOMERS[:3_000]:
        groups = {group(customer, name) for name in (REWRITES, "labels", "words")}
        assert (Group.HOLDOUT in groups) == (groups == {Group.HOLDOUT})


def test_experiments_split_independently() -> None:
    pairs = Counter((group(customer, "a"), group(customer, "b")) for customer in CUSTOMERS)
    for one in (Group.CONTROL, Group.TREATMENT):
        for other in (Group.CONTROL, Group.TREATMENT):
            assert abs(pairs[one, other] / len(CUSTOMERS) - 0.225) < 0.015


def test_names_do_not_run_together() -> None:
    some = CUSTOMERS[:200]
    assert [group("1" + name, "a") for name in some] != [group(name, "a1") for name in some]


@pytest.mark.parametrize(
    ("status", "groups"),
    [
        (Status.CANDIDATE, set()),
        (Status.TRIAL, {Group.TREATMENT}),
        (Status.KEPT, {Group.TREATMENT, Group.CONTROL}),
        (Status.WITHDRAWN, set()),
        (Status.REJECTED, set()),
        (Status.PINNED, set(Group)),
    ],
)
def test_who_gets_what(status: Status, groups: set[Group]) -> None:
    assert {one for one in Group if is_applied(status, one)} == groups
