"""How usual words are, learned from all customers and telling of none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from eulalia.learning.rewriting.usual import RECORDS, keep, kept, usual_wordings
from eulalia.learning.wording import Wording
from eulalia.memory import Memory
from eulalia.turn import Rewrite, Turn
from tests.learning.making import make_turn


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path) as opened:
        yield opened


def said(*texts: str, by: str) -> list[Turn]:
    return [make_turn(f"{by}{n}", text, customer=by) for n, text in enumerate(texts)]


def learned(turns: list[Turn]) -> Wording:
    return usual_wordings(turns, np.zeros(len(turns)))["en-US"]


def surprise(wording: Wording, text: str) -> float:
    return float(wording.surprise([text.split()]).mean[0])


def unknown(wording: Wording, *words: str) -> float:
    return float(wording.surprise([words]).unknown[0])


def test_what_two_customers_say_within_other_requests_becomes_usual() -> None:
    turns = said("turn off the kitchen light", by="a") + said("is the kitchen light on", by="b")
    wording = learned(turns)
    assert surprise(wording, "the kitchen light") < surprise(wording, "the kitten light")


def test_words_of_one_home_are_not_known_however_often_they_are_said() -> None:
    turns = said(*["call doctor zhivago"] * 50, by="a") + said("call the doctor", by="b")
    wording = learned(turns)
    assert unknown(wording, "zhivago") == 1
    assert unknown(wording, "call", "doctor") == 0
    alone = Wording.fit([["call", "doctor", "zhivago"]], ["a"])
    assert all(len(table) == 0 for table in alone.keys)


def test_neighbours_of_one_home_are_not_known_though_their_words_are() -> None:
    turns = said("play jazz loud", by="a") + said("loud jazz play", by="b")
    there = learned(turns)
    both = learned(turns + said("play jazz loud", by="c"))
    assert surprise(both, "play jazz loud") < surprise(there, "play jazz loud")
    assert len(there.keys[1]) < len(both.keys[1])


def test_what_did_not_serve_teaches_nothing() -> None:
    turns = said("play some jas", by="a") + said("play some jas", by="b")
    assert usual_wordings(turns, np.ones(2)) == {}
    assert usual_wordings([], np.zeros(0)) == {}


def test_of_a_request_that_was_rewritten_the_rewrite_counts() -> None:
    rewrite = Rewrite("play some jas", "play some jazz", "global", 0.9)
    turns = [
        make_turn(name, "play some jas", customer=name, rewrite=rewrite) for name in ("a", "b")
    ]
    assert unknown(learned(turns), "jazz") == 0
    assert unknown(learned(turns), "jas") == 1


def test_who_floods_a_log_counts_for_three_turns() -> None:
    turns = said("play jazz", by="b") + said(*["play jazz"] * 500, by="a")
    assert learned(turns).counts[0].max() == 4


def test_what_is_kept_is_the_same_again_and_replaces_what_was(memory: Memory) -> None:
    first = learned(said("play jazz", by="a") + said("play jazz", by="b"))
    keep(memory.records, {"en-US": first, "de-DE": first})
    assert kept(memory.records)["de-DE"].arrays().keys() == first.arrays().keys()
    assert surprise(kept(memory.records)["en-US"], "play jazz") == surprise(first, "play jazz")
    keep(memory.records, {"en-US": first})
    assert list(kept(memory.records)) == ["en-US"]


@pytest.mark.parametrize("value", [None, 7, "", "nonsense", "UEsDBA==", {"a": 1}])
def test_what_somebody_else_wrote_there_is_no_model(memory: Memory, value: object) -> None:
    memory.records.put("everybody", RECORDS, "en-US", value)
    assert kept(memory.records) == {}
