"""Requests that work: told by several customers' success, of no single home."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from eulalia.learning.state import normalize
from eulalia.learning.successes import successes
from eulalia.rewrites import LearnedRewrite
from eulalia.turn import Turn
from tests.learning.making import make_turn


def turns(text: str, customers: Sequence[str], **others: str) -> list[Turn]:
    return [
        make_turn(f"{text}/{n}", text, customer=customer, **others)
        for n, customer in enumerate(customers)
    ]


def found(log: Sequence[Turn], defect: float = 0.1) -> list[LearnedRewrite]:
    return successes(log, np.full(len(log), defect))


def test_what_served_two_customers_is_known_in_its_usual_spelling() -> None:
    (known,) = found([*turns("Play jazz!", ["ada", "bob"]), *turns("play jazz", ["cleo"])])
    assert (known.request, known.text, known.locale) == ("play jazz", "Play jazz!", "en-US")
    assert normalize(known.text) == known.request
    assert known.state == "play_music{}"
    assert (known.evidence.turns, known.evidence.customers) == (3, 3)
    assert 0.0 < known.evidence.lower_bound < known.evidence.success_after < 1.0


def test_one_home_and_what_does_not_serve_tell_nothing() -> None:
    assert found(turns("play jazz", ["ada"] * 50)) == []
    assert found(turns("play jazz", ["ada", "bob", "cleo"]), defect=0.9) == []
    assert found(turns("play jazz", ["ada"]) + turns("play jazz", ["bob"], locale="de-DE")) == []
    assert found([]) == []


def test_one_customer_who_floods_makes_nothing_of_a_failure() -> None:
    log = turns("play jazz", ["ada"] * 10_000 + ["bob", "cleo", "dan", "eve"])
    defects = np.append(np.full(10_000, 0.01), np.full(4, 0.99))
    assert successes(log, defects) == []


@pytest.mark.parametrize("text", ["", "?!", None])
def test_what_has_no_words_is_nothing(text: str | None) -> None:
    log = [make_turn(f"t{n}", text, customer=f"c{n}") for n in range(5)]
    assert found(log) == []


def test_those_of_most_customers_come_first() -> None:
    log = turns("play jazz", ["ada", "bob"]) + turns("play rock", ["ada", "bob", "cleo"])
    assert [known.request for known in found(log)] == ["play rock", "play jazz"]
