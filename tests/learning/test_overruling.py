"""Decisions of people: carried out whole or not at all, and told what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eulalia.learning.overruling import DecisionsError, overrule
from eulalia.memory import Memory
from eulalia.rewrites import Status
from tests.learning.experiments.test_decisions import CHESS

LAMP = replace(CHESS, request="turn of the lamp", text="turn off the lamp", customer="ada")


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path) as opened:
        opened.rewrites.change([CHESS, LAMP], who="learn run", why="x")
        yield opened


def decision(rewrite: Any = CHESS, what: str = "approve", **others: Any) -> dict[str, Any]:
    names = ("locale", "customer", "request", "text")
    return {**{name: getattr(rewrite, name) for name in names}, "decision": what, **others}


def decide(memory: Memory, folder: Path, *decisions: Any) -> int:
    file = folder / "decisions.json"
    file.write_text(json.dumps({"revision": 1, "decisions": decisions}), "utf-8")
    return overrule(memory.rewrites, file, "ada")


@pytest.mark.parametrize(
    ("what", "status"),
    [("approve", Status.KEPT), ("reject", Status.REJECTED), ("pin", Status.PINNED)],
)
def test_a_decision_is_honoured_and_told_in_the_history(
    memory: Memory, tmp_path: Path, what: str, status: Status
) -> None:
    assert decide(memory, tmp_path, decision(LAMP, what)) == 1
    assert memory.rewrites.all() == [CHESS, replace(LAMP, status=status)]
    newest = memory.rewrites.history()[0]
    assert (newest.who, newest.why) == ("ada", "Decided in decisions.json.")
    assert decide(memory, tmp_path, decision(LAMP, what)) == 0


def test_a_person_may_change_their_mind(memory: Memory, tmp_path: Path) -> None:
    for what, status in (("pin", Status.PINNED), ("reject", Status.REJECTED)):
        decide(memory, tmp_path, decision(CHESS, what))
        assert memory.rewrites.all()[0].status is status


def test_no_decisions_change_nothing(memory: Memory, tmp_path: Path) -> None:
    assert decide(memory, tmp_path) == 0
    assert memory.rewrites.revision == 1


@pytest.mark.parametrize(
    "bad",
    [
        decision(what="delete"),
        decision(what=""),
        decision(unknown=1),
        {"decision": "pin"},
        "pin",
        None,
        decision(customer=7),
        decision(replace(CHESS, text="something else")),
        decision(what="reject"),
    ],
)
def test_what_makes_no_sense_is_refused_with_all_that_stands_beside_it(
    memory: Memory, tmp_path: Path, bad: Any
) -> None:
    with pytest.raises(DecisionsError, match=r"^[^\n]*decisions\.json[^\n]*\.$"):
        decide(memory, tmp_path, decision(LAMP, "pin"), decision(), bad)
    assert memory.rewrites.all() == [CHESS, LAMP]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_other_file_is_refused_in_one_sentence(
    memory: Memory, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "odd.json"
    file.write_bytes(content)
    with pytest.raises(DecisionsError):
        overrule(memory.rewrites, file, "ada")


@pytest.mark.parametrize("content", ["[" * 100_000, "{}", '{"decisions": 3}', "\ufeff{", ""])
def test_broken_files_are_refused(memory: Memory, tmp_path: Path, content: str) -> None:
    file = tmp_path / "odd.json"
    file.write_text(content, "utf-8")
    with pytest.raises(DecisionsError, match=r"^[^\n]*\.$"):
        overrule(memory.rewrites, file, "ada")
    with pytest.raises(DecisionsError, match="cannot be read"):
        overrule(memory.rewrites, tmp_path, "ada")
    with pytest.raises(DecisionsError, match="cannot be read"):
        overrule(memory.rewrites, tmp_path / "none.json", "ada")
