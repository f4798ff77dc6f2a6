"""Requests that are known to work, from all customers' turns."""

from __future__ import annotations

from pathlib import Path

import pytest

from eulalia.turn import Outcome, Turn
from tests.learning.making import make_turn

pytest.importorskip("ibis")

from eulalia.learning import logs
from eulalia.learning.rewriting.known import known_requests


def known(turns: list[Turn], folder: Path) -> dict[str, int]:
    """The requests that are known to work, with the customers that they served."""
    logs.write(folder / "log.parquet", ((turn, None) for turn in turns))
    found = known_requests(logs.table(folder / "log.parquet"))
    assert all(rewrite.customer is None for rewrite in found)
    return {rewrite.request: rewrite.evidence.customers for rewrite in found}


def asked(customer: str, text: str, number: int = 0, **others: object) -> Turn:
    name = f"{customer}-{text}-{number}"
    return make_turn(name, text, customer=customer, session=name, seconds=900 * number, **others)


def test_what_served_several_customers_is_known(tmp_path: Path) -> None:
    turns = [asked(customer, "Play some Jazz!") for customer in ("ada", "bob", "eve")]
    assert known(turns, tmp_path) == {"play some jazz": 3}


def test_what_one_home_asks_all_day_is_not(tmp_path: Path) -> None:
    turns = [asked("ada", "call uncle ferdinand", number) for number in range(50)]
    assert known(turns, tmp_path) == {}


def test_what_mostly_fails_is_not(tmp_path: Path) -> None:
    turns = [
        asked(customer, "play some jas", outcome=Outcome.NOT_UNDERSTOOD)
        for customer in ("ada", "bob", "eve")
    ]
    assert known(turns, tmp_path) == {}


def test_a_log_without_words_knows_nothing(tmp_path: Path) -> None:
    assert known([make_turn("1", None)], tmp_path) == {}
