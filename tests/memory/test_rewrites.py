"""Learned rewrites: changed whole or not at all, taken back, and never against a person's will."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from eulalia.memory import Memory, MemoryAccessError, MemoryBusyError
from eulalia.rewrites import Evidence, LearnedRewrite, Status

EVIDENCE = Evidence(40, 9, 12, 0.8, 0.2, 0.9, 0.7)
LAMP = LearnedRewrite("en-US", "turn of the lamp", "turn off the lamp", EVIDENCE)
JAZZ = LearnedRewrite("en-US", "play chess", "play jazz", EVIDENCE, status=Status.TRIAL)
SPRING = datetime(2026, 3, 1, tzinfo=UTC)


def change(memory: Memory, *rewrites: LearnedRewrite, overrule: bool = False) -> int:
    return memory.rewrites.change(
        rewrites, who="learn run", why="it is a test", overrule=overrule, since=SPRING
    )


def test_a_new_memory_has_no_rewrites(memory: Memory) -> None:
    assert memory.rewrites.all() == []
    assert memory.rewrites.revision == 0
    assert memory.rewrites.history() == []
    assert memory.rewrites.undo(who="ada", why="nothing") is None


def test_rewrites_outlive_the_program(url: str) -> None:
    with Memory.open(url) as memory:
        assert change(memory, LAMP, JAZZ) == 2
    with Memory.open(url) as memory:
        assert memory.rewrites.all() == [LAMP, JAZZ]
        assert memory.rewrites.all([Status.TRIAL]) == [JAZZ]
        assert memory.rewrites.all([]) == []
        assert [standing.since for standing in memory.rewrites.standings()] == [SPRING, SPRING]


def test_one_rewrite_has_one_standing_for_everybody_and_one_for_each_customer(
    memory: Memory,
) -> None:
    hers = replace(LAMP, customer="ada")
    assert change(memory, LAMP, hers, LAMP) == 2
    assert change(memory, replace(hers, status=Status.KEPT)) == 1
    assert memory.rewrites.all() == [LAMP, replace(hers, status=Status.KEPT)]


def test_only_what_changes_something_counts_as_a_revision(memory: Memory) -> None:
    change(memory, LAMP)
    assert change(memory, LAMP) == 0
    assert change(memory) == 0
    assert memory.rewrites.revision == 1
    assert change(memory, replace(LAMP, evidence=replace(EVIDENCE, turns=41))) == 1
    assert memory.rewrites.revision == 2


def test_new_evidence_does_not_renew_the_time_of_a_status(memory: Memory) -> None:
    change(memory, LAMP)
    newer = replace(LAMP, evidence=replace(EVIDENCE, turns=41))
    memory.rewrites.change([newer], who="x", why="y", since=datetime(2027, 1, 1, tzinfo=UTC))
    assert memory.rewrites.standings()[0].since == SPRING


@pytest.mark.parametrize("decided", [Status.REJECTED, Status.PINNED])
def test_what_a_person_decided_no_learner_changes(memory: Memory, decided: Status) -> None:
    change(memory, LAMP, JAZZ)
    change(memory, replace(LAMP, status=decided), overrule=True)
    assert change(memory, replace(LAMP, status=Status.TRIAL), replace(JAZZ, status=Status.KEPT))
    assert [rewrite.status for rewrite in memory.rewrites.all()] == [decided, Status.KEPT]
    assert change(memory, replace(LAMP, status=Status.KEPT), overrule=True) == 1


def test_history_tells_who_changed_what_when_and_why(memory: Memory) -> None:
    change(memory, LAMP)
    memory.rewrites.change([replace(LAMP, status=Status.KEPT)], who="ada", why="it is good")
    newest, oldest = memory.rewrites.history()
    assert (newest.number, newest.who, newest.why, newest.undoes) == (2, "ada", "it is good", None)
    assert abs((newest.time - datetime.now(UTC)).total_seconds()) < 60
    assert newest.changes[0].before == LAMP
    assert newest.changes[0].after == replace(LAMP, status=Status.KEPT)
    assert oldest.changes[0].before is None
    assert memory.rewrites.history(1) == [newest]


def test_every_revision_can_be_taken_back_newest_first(memory: Memory) -> None:
    change(memory, LAMP)
    change(memory, JAZZ, replace(LAMP, status=Status.KEPT))
    taken = memory.rewrites.undo(who="ada", why="no")
    assert taken is not None
    assert taken.number == 2
    assert memory.rewrites.all() == [LAMP]
    assert memory.rewrites.standings()[0].since == SPRING
    assert memory.rewrites.undo(who="ada", why="no").number == 1  # type: ignore[union-attr]
    assert memory.rewrites.all() == []
    assert memory.rewrites.undo(who="ada", why="no") is None
    assert [revision.undoes for revision in memory.rewrites.history()] == [1, 2, None, None]


def test_what_came_after_an_undo_can_be_taken_back_too(memory: Memory) -> None:
    change(memory, LAMP)
    memory.rewrites.undo(who="ada", why="no")
    change(memory, JAZZ)
    assert memory.rewrites.undo(who="ada", why="no").number == 3  # type: ignore[union-attr]
    assert memory.rewrites.all() == []


@pytest.mark.parametrize(
    "bad",
    [
        replace(LAMP, request=""),
        replace(LAMP, text="a\0b"),
        replace(LAMP, text="\ud800"),
        replace(LAMP, text="a" * 10_001),
        replace(LAMP, customer="c" * 201),
        replace(LAMP, locale=""),
    ],
)
def test_what_no_database_keeps_is_refused_and_nothing_with_it(
    memory: Memory, bad: LearnedRewrite
) -> None:
    with pytest.raises(MemoryAccessError, match=r"^[^\n]*\.$"):
        change(memory, JAZZ, bad)
    assert memory.rewrites.all() == []
    assert memory.rewrites.revision == 0


def test_hostile_and_long_texts_come_back_as_they_were(memory: Memory) -> None:
    hostile = replace(LAMP, request="'; DROP TABLE rewrites; --", text="<script>" * 1_000)
    change(memory, hostile)
    assert memory.rewrites.all() == [hostile]


def test_many_rewrites_are_changed_at_once(memory: Memory) -> None:
    many = [replace(LAMP, request=f"request {n}") for n in range(1_200)]
    assert change(memory, *many) == 1_200
    assert change(memory, *(replace(one, status=Status.TRIAL) for one in many)) == 1_200
    assert memory.rewrites.revision == 2
    memory.rewrites.undo(who="ada", why="no")
    assert memory.rewrites.all() == many


def test_a_change_that_expects_an_older_revision_changes_nothing(memory: Memory) -> None:
    seen = memory.rewrites.revision
    change(memory, LAMP)
    with pytest.raises(MemoryBusyError, match="changed meanwhile"):
        memory.rewrites.change([JAZZ], who="x", why="y", expecting=seen)
    assert memory.rewrites.all() == [LAMP]


def test_two_writers_at_once_lose_nothing(url: str) -> None:
    with Memory.open(url) as memory, Memory.open(url) as other:
        troubles: list[Exception] = []

        def write(kept: Memory, name: str) -> None:
            try:
                for n in range(15):
                    kept.rewrites.change(
                        [replace(LAMP, request=f"{name} {n}"), replace(LAMP, text=f"{name} {n}")],
                        who=name,
                        why="a race",
                    )
            except Exception as trouble:
                troubles.append(trouble)

        threads = [
            threading.Thread(target=write, args=(kept, name))
            for kept, name in ((memory, "a"), (other, "b"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert troubles == []
        assert memory.rewrites.revision == 30
        assert len(memory.rewrites.all()) == 60


def test_a_second_learner_is_told_so_at_once_and_the_next_one_may_begin(url: str) -> None:
    with Memory.open(url) as memory, Memory.open(url) as other:
        with (
            memory.rewrites.learning(),
            pytest.raises(MemoryBusyError, match="Another learner is at work"),
            other.rewrites.learning(),
        ):
            pass
        with pytest.raises(KeyError), other.rewrites.learning():
            raise KeyError
        with memory.rewrites.learning():
            change(memory, LAMP)


KILLED_LEARNER = """
import os, sys, time
from eulalia.memory import Memory
from eulalia.rewrites import Evidence, LearnedRewrite
evidence = Evidence(1, 1, 1, 0.5, 0.5, 0.5, 0.5)

def rewrites():
    for n in range(100_000):
        if n == 50:
            print("amid", flush=True)
            time.sleep(60)
        yield LearnedRewrite("en-US", f"request {n}", "text", evidence)

with Memory.open(sys.argv[1]) as memory, memory.rewrites.learning():
    if sys.argv[2] == "before":
        memory.rewrites.change(rewrites(), who="x", why="y")
    database = memory.rewrites._database
    with database.writing() as session:
        from eulalia.memory import rewrites as module
        from datetime import UTC, datetime
        for n in range(50):
            one = LearnedRewrite("en-US", f"request {n}", "text", evidence)
            module._put(session, 1, module._key(one), None, one, datetime.now(UTC))
        session.flush()
        print("amid", flush=True)
        time.sleep(60)
"""


@pytest.mark.parametrize("moment", ["before", "amid"])
def test_a_learner_killed_in_the_middle_leaves_nothing_and_lets_go(url: str, moment: str) -> None:
    with Memory.open(url) as memory:
        change(memory, LAMP)
        learner = subprocess.Popen(
            [sys.executable, "-c", KILLED_LEARNER, url, moment], stdout=subprocess.PIPE, text=True
        )
        assert learner.stdout is not None
        try:
            assert learner.stdout.readline() == "amid\n"
        finally:
            os.kill(learner.pid, signal.SIGKILL)
            learner.communicate()
        for _ in range(50):  # PostgreSQL takes a moment to notice
            try:
                with memory.rewrites.learning():
                    break
            except MemoryBusyError:
                threading.Event().wait(0.1)
        assert memory.rewrites.all() == [LAMP]
        assert memory.rewrites.revision == 1
        assert change(memory, JAZZ) == 1


def test_a_memory_of_the_first_version_gains_rewrites_and_keeps_its_turns(tmp_path: Path) -> None:
    file = tmp_path / "memory.db"
    with Memory.open(file) as memory:
        memory.records.put("ada", "light", "kitchen", "on")
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        for table in ("rewrites", "rewrite_revisions", "rewrite_changes"):
            connection.execute(text(f"DROP TABLE {table}"))
        connection.execute(text("UPDATE eulalia_version SET version_num = '1'"))
    engine.dispose()
    with Memory.open(file) as memory:
        assert memory.records.get("ada", "light", "kitchen") == "on"
        assert change(memory, LAMP) == 1
