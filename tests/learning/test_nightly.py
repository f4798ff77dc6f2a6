"""Nights of learning: what is tried, kept and withdrawn, whatever happens in between."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from eulalia.learning import logs
from eulalia.learning.nightly import (
    STEPS,
    NothingToLearnError,
    judge_rewrites,
    learn,
    try_rewrites,
)
from eulalia.learning.rewriting.usual import kept
from eulalia.memory import Memory, MemoryBusyError
from eulalia.rewrites import LearnedRewrite, Status
from eulalia.turn import Turn
from tests.learning.experiments.test_decisions import CHESS, lived
from tests.learning.making import NOON, make_turn

CANDIDATE = replace(CHESS, status=Status.CANDIDATE)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path) as opened:
        yield opened


def homes(count: int) -> list[Turn]:
    """Everybody says "play chess", is not understood, and then says "play jazz", which works."""
    turns = []
    for n in range(count):
        common = {"customer": f"home {n}", "session": f"home {n}"}
        first = make_turn(
            f"{n}a", "play chess", intent=None, seconds=n, outcome=None, feedback=("rephrase",),
            **common,
        )  # fmt: skip
        turns += [
            replace(first, outcome="not_understood"),
            make_turn(f"{n}b", "play jazz", seconds=n + 8, feedback=("confirmation",), **common),
        ]
    return turns


def change(memory: Memory, rewrite: LearnedRewrite) -> None:
    memory.rewrites.change([rewrite], who="x", why="y", overrule=True, since=NOON)


def statuses(memory: Memory) -> list[Status]:
    return [rewrite.status for rewrite in memory.rewrites.all()]


def test_a_night_finds_what_works_and_puts_it_on_trial_once(memory: Memory) -> None:
    memory.save_all(homes(40))
    told: list[str] = []
    night = learn(memory, None, told.append)
    assert len(told) == STEPS
    assert [(rewrite.request, rewrite.text) for rewrite in night.tried] == [
        ("play chess", "play jazz"),
        ("play jazz", "play jazz"),  # what resembles what works
    ]
    assert memory.rewrites.all() == list(night.tried)
    assert statuses(memory) == [Status.TRIAL] * 2
    again = learn(memory, None, told.append)
    assert again.tried == []
    assert memory.rewrites.revision == 1


def test_a_log_stands_for_the_turns_of_the_memory(memory: Memory, tmp_path: Path) -> None:
    logs.write(tmp_path / "log.jsonl", ((turn, None) for turn in homes(40)))
    night = learn(memory, tmp_path / "log.jsonl", lambda _: None)
    assert len(night.turns) == 80
    assert statuses(memory) == [Status.TRIAL] * 2
    assert memory.count() == 0


def test_without_turns_there_is_nothing_to_learn_from(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(NothingToLearnError, match="holds no turn"):
        learn(memory, None, lambda _: None)
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(NothingToLearnError, match=r"empty\.jsonl"):
        learn(memory, tmp_path / "empty.jsonl", lambda _: None)
    with memory.rewrites.learning():  # the lock is free again
        pass


def test_a_second_learner_is_refused(memory: Memory, tmp_path: Path) -> None:
    memory.save_all(homes(3))
    with (
        Memory.open(tmp_path) as other,
        other.rewrites.learning(),
        pytest.raises(MemoryBusyError, match="Another learner"),
    ):
        learn(memory, None, lambda _: None)


def test_what_wins_is_kept_and_what_then_loses_is_withdrawn(memory: Memory) -> None:
    try_rewrites(memory, [CANDIDATE], NOON)
    turns, defects = lived(CHESS, treated=0.05, untreated=0.9)
    (decision,) = judge_rewrites(memory, turns, defects, NOON + timedelta(days=10))
    assert decision.status is Status.KEPT
    assert statuses(memory) == [Status.KEPT]
    kept = memory.rewrites.all()[0]
    later = NOON + timedelta(days=10)
    turns, defects = lived(kept, treated=0.95, untreated=0.05)
    turns = [replace(turn, time=turn.time + (later - NOON)) for turn in turns]
    judge_rewrites(memory, turns, defects, later + timedelta(days=10))
    assert statuses(memory) == [Status.WITHDRAWN]
    assert [revision.who for revision in memory.rewrites.history()] == ["learn run"] * 3


@pytest.mark.parametrize("status", [Status.REJECTED, Status.PINNED, Status.KEPT, Status.TRIAL])
def test_what_was_rejected_or_is_in_use_is_not_tried_again(memory: Memory, status: Status) -> None:
    change(memory, replace(CHESS, status=status))
    stronger = replace(CANDIDATE, evidence=replace(CHESS.evidence, turns=4_000))
    assert try_rewrites(memory, [stronger], NOON) == []
    assert statuses(memory) == [status]


def test_what_was_withdrawn_comes_back_on_twice_the_evidence_only(memory: Memory) -> None:
    change(memory, replace(CHESS, status=Status.WITHDRAWN))
    assert try_rewrites(memory, [CANDIDATE], NOON) == []
    more = replace(CANDIDATE, evidence=replace(CHESS.evidence, turns=79))
    assert try_rewrites(memory, [more], NOON) == []
    enough = replace(CANDIDATE, evidence=replace(CHESS.evidence, turns=80))
    assert len(try_rewrites(memory, [enough], NOON)) == 1
    assert statuses(memory) == [Status.TRIAL]


def test_a_request_has_one_rewrite_in_use_at_a_time(memory: Memory) -> None:
    another = replace(CANDIDATE, text="play chess music")
    assert try_rewrites(memory, [CANDIDATE, another], NOON) == [CHESS]
    assert try_rewrites(memory, [another], NOON) == []
    change(memory, replace(CHESS, status=Status.REJECTED))
    assert [rewrite.text for rewrite in try_rewrites(memory, [another], NOON)] == [another.text]


def test_candidates_that_wait_in_the_memory_are_tried_too(memory: Memory) -> None:
    change(memory, CANDIDATE)
    assert try_rewrites(memory, [], NOON) == [CHESS]


def test_a_person_who_decides_meanwhile_is_not_overruled(memory: Memory) -> None:
    change(memory, CHESS)
    turns, defects = lived(CHESS, treated=0.05, untreated=0.9)
    change(memory, replace(CHESS, status=Status.REJECTED))
    assert judge_rewrites(memory, turns, defects, NOON + timedelta(days=10)) == []
    assert statuses(memory) == [Status.REJECTED]


def test_a_night_is_the_same_again_after_undo(memory: Memory) -> None:
    memory.save_all(homes(40))
    first = learn(memory, None, lambda _: None)
    memory.rewrites.undo(who="ada", why="no")
    assert memory.rewrites.all() == []
    assert list(learn(memory, None, lambda _: None).tried) == list(first.tried)


KILLED = """
import os, signal, sys
from eulalia.learning import nightly
from eulalia.memory import Memory

def step(name):
    if name == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

nightly.learn(Memory.open(sys.argv[1]), None, step)
"""


@pytest.mark.parametrize("moment", ["Judging rewrites", "Looking for new rewrites"])
def test_a_killed_night_is_simply_run_again(memory: Memory, tmp_path: Path, moment: str) -> None:
    memory.save_all(homes(40))
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), moment], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert memory.rewrites.all() == []
    assert len(learn(memory, None, lambda _: None).tried) == 2
    assert (tmp_path / "memory.db.learner").stat().st_size == 0


def test_defects_of_any_size_are_judged(memory: Memory) -> None:
    change(memory, CHESS)
    turns = homes(5)
    decisions = judge_rewrites(memory, turns, np.full(len(turns), 0.5), NOON)
    assert [decision.status for decision in decisions] == [Status.TRIAL]


def test_a_night_keeps_how_usual_words_are(memory: Memory) -> None:
    memory.save_all(homes(3))
    learn(memory, None, lambda _: None)
    (usual,) = kept(memory.records).values()
    assert usual.surprise([["play", "jazz"], ["play", "chess"]]).unknown.tolist() == [0, 1]
