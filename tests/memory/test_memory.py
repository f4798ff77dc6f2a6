"""Turns are kept, found again and never lost; the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine

from eulalia.errors import EulaliaError
from eulalia.memory import Memory, MemoryAccessError, MemoryBusyError
from eulalia.turn import (
    Answer,
    AudioReference,
    Context,
    Entity,
    Feedback,
    Hypothesis,
    Interpretation,
    Outcome,
    Rewrite,
    Slot,
    Span,
    Turn,
    TurnError,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_turn(minutes: float = 0, **changes: object) -> Turn:
    turn = Turn.begin(locale="en-US", time=NOON + timedelta(minutes=minutes))
    return replace(turn, **changes)  # type: ignore[arg-type]


FULL = Turn(
    id="full",
    session="evening",
    customer="ada",
    locale="ja-JP",
    time=NOON,
    text="明かりを\u0000つけて \\u0000 🦜 '; DROP TABLE turns; --",
    audio=AudioReference("a.wav", 1.5, 16_000),
    context=Context(device="kitchen", has_screen=True, states={"light.kitchen": "off"}),
    spans=(
        Span("asr", 0.0, 0.2, (Hypothesis("明かり", 0.75), Hypothesis("あかり", 0.2))),
        Span("nlu", 0.2, 0.002, error="It broke.", notes={"why": [1, None, True, {"é": 0.5}]}),
    ),
    interpretation=Interpretation("明かり", "iot", "iot_hue_lighton", (Slot("room", "明", 0, 1),)),
    entities=(Entity("room", "device", {"id": "light.kitchen"}),),
    rewrite=Rewrite("あかり", "明かり", "personal", 0.9),
    skill="lights",
    outcome=Outcome.ANSWERED,
    answer=Answer("はい", "ja-JP"),
    feedback=(Feedback("barge_in", NOON, "enough"),),
)


def test_a_turn_comes_back_whole(memory: Memory) -> None:
    memory.save(FULL)
    assert memory.turn("full") == FULL
    assert memory.turn("ful") is None


def test_what_was_kept_is_there_when_the_memory_is_opened_again(url: str) -> None:
    with Memory.open(url) as memory:
        memory.save(FULL)
    with Memory.open(url) as memory:
        assert memory.turns() == [FULL]


def test_saving_again_replaces_the_turn_and_what_it_is_found_by(memory: Memory) -> None:
    memory.save(FULL)
    changed = replace(FULL, customer="bob", outcome=Outcome.FAILED, time=NOON + timedelta(days=1))
    memory.save(changed)
    assert memory.count() == 1
    assert memory.turn("full") == changed
    assert memory.turns(customer="ada") == []
    assert memory.turns(customer="bob", outcome="failed") == [changed]


def test_turns_come_newest_first(memory: Memory) -> None:
    turns = [make_turn(minutes) for minutes in (3, 1, 2)]
    for turn in turns:
        memory.save(turn)
    assert memory.turns() == [turns[0], turns[2], turns[1]]
    assert memory.turns(limit=2) == [turns[0], turns[2]]
    assert memory.turns(limit=0) == []
    assert list(memory.each()) == [turns[1], turns[2], turns[0]]


def test_moments_are_compared_across_time_zones(memory: Memory) -> None:
    tokyo = timezone(timedelta(hours=9))
    later = Turn.begin(locale="ja-JP", time=datetime(2026, 3, 1, 21, 1, tzinfo=tokyo))
    memory.save(later)
    memory.save(make_turn())
    assert memory.turns()[0] == later


@pytest.mark.parametrize("time", [datetime.min, datetime.max, datetime(1969, 12, 31, 23)])
def test_every_year_can_be_kept(memory: Memory, time: datetime) -> None:
    turn = replace(FULL, time=time.replace(tzinfo=UTC))
    memory.save(turn)
    assert memory.turns() == [turn]


def test_turns_are_found_by_all_that_is_asked_together(memory: Memory) -> None:
    names = ("a", "b")
    turns = [
        make_turn(customer=customer, session=session, locale=locale, outcome=outcome)
        for customer in names
        for session in names
        for locale in ("de-DE", "fr-FR")
        for outcome in (Outcome.ANSWERED, None)
    ]
    assert memory.save_all(turns) == len(turns)
    wanted = [turn for turn in turns if turn.customer == "a" and turn.locale == "fr-FR"]
    assert memory.turns(customer="a", locale="fr-FR") == wanted[::-1]
    wanted = [turn for turn in wanted if turn.session == "b" and turn.outcome]
    found = memory.turns(
        customer="a", locale="fr-FR", session="b", outcome=Outcome.ANSWERED, limit=None
    )
    assert found == wanted
    assert len(wanted) == 1
    assert list(memory.each(customer="a", locale="fr-FR", session="b", outcome="answered")) == found


def test_pages_miss_nothing_even_among_turns_of_one_moment(memory: Memory) -> None:
    turns = [make_turn(minutes=n // 4) for n in range(12)]
    memory.save_all(turns)
    seen: list[Turn] = []
    while page := memory.turns(limit=5, before=seen[-1] if seen else None):
        seen += page
    assert seen == turns[::-1]


def test_going_through_all_turns_leaves_the_memory_free_to_write(memory: Memory) -> None:
    memory.save_all(make_turn(n) for n in range(5))
    for turn in memory.each():
        memory.save(replace(turn, skill="seen"))
    assert [turn.skill for turn in memory.turns()] == ["seen"] * 5


def test_turns_are_found_by_how_their_id_begins(memory: Memory) -> None:
    for id in ("abc1", "abC2", "a%c3", "a_c4"):
        memory.save(make_turn(id=id))
    assert [turn.id for turn in memory.find("abc")] == ["abc1"]
    assert [turn.id for turn in memory.find("a%")] == ["a%c3"]
    assert [turn.id for turn in memory.find("a_")] == ["a_c4"]
    assert len(memory.find("", limit=3)) == 3


def test_feedback_joins_its_turn(memory: Memory) -> None:
    memory.save(FULL)
    feedback = Feedback("denial", NOON + timedelta(minutes=1), "no, the other one")
    told = memory.add_feedback("full", feedback)
    assert told.feedback == (*FULL.feedback, feedback)
    assert memory.turn("full") == told


def test_feedback_on_an_unknown_turn_is_refused(memory: Memory) -> None:
    with pytest.raises(MemoryAccessError, match="There is no turn 'nobody'"):
        memory.add_feedback("nobody", FULL.feedback[0])


def test_feedback_from_many_threads_is_all_kept(memory: Memory) -> None:
    memory.save(make_turn(id="busy"))
    details = [str(n) for n in range(24)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda d: memory.add_feedback("busy", Feedback("x", NOON, d)), details))
    kept = memory.turn("busy")
    assert kept is not None
    assert sorted(each.detail for each in kept.feedback) == sorted(details)


def test_of_many_turns_all_are_kept_or_none(memory: Memory) -> None:
    def breaking() -> Iterator[Turn]:
        yield make_turn()
        yield make_turn()
        raise TurnError("The third line is no turn.")

    with pytest.raises(TurnError, match="third line"):
        memory.save_all(breaking())
    assert memory.count() == 0
    assert memory.save_all([]) == 0


@pytest.mark.parametrize("name", ["", "x" * 201, "nul\0", "half \ud800"])
@pytest.mark.parametrize("field", ["id", "session", "customer", "locale"])
def test_names_that_no_database_keeps_are_refused(memory: Memory, field: str, name: str) -> None:
    with pytest.raises(MemoryAccessError, match=field):
        memory.save(make_turn(**{field: name}))
    assert memory.count() == 0


def test_the_longest_names_are_kept(memory: Memory) -> None:
    longest = "\U0001f99c" * 200
    turn = make_turn(id=longest, session=longest, customer=longest, locale=longest)
    memory.save(turn)
    assert memory.turns(session=longest, customer=longest) == [turn]


def test_broken_text_is_kept_as_it_came(memory: Memory) -> None:
    turn = make_turn(text="half a pair \udc80 and a NUL \0")
    memory.save(turn)
    assert memory.turn(turn.id) == turn


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x", {1, 2}])
def test_a_turn_that_is_no_json_is_refused_and_nothing_kept(memory: Memory, value: object) -> None:
    with pytest.raises(TurnError, match="no JSON value"):
        memory.save(make_turn(entities=(Entity("x", "y", value),)))
    assert memory.count() == 0


def test_a_limit_below_nothing_is_refused(memory: Memory) -> None:
    with pytest.raises(MemoryAccessError, match="limit is -1"):
        memory.turns(limit=-1)


def test_a_closed_memory_says_so(url: str) -> None:
    memory = Memory.open(url)
    memory.close()
    with pytest.raises(MemoryAccessError, match="closed"):
        memory.count()
    with pytest.raises(MemoryAccessError, match="closed"):
        memory.records.put("c", "k", "x", 1)


# Others at the same database

ANSWERING = """
import os, sys
from dataclasses import replace
from eulalia.memory import Memory
from eulalia.turn import Answer, Outcome, Turn

memory = Memory.open(sys.argv[1])
while True:
    turn = Turn.begin(locale="en-US")
    turn = replace(turn, text="hello", outcome=Outcome.ANSWERED, answer=Answer("Hi!", "en-US"))
    memory.save(turn)
    os.write(1, f"answered {turn.id}\\n".encode())
"""


def answered_before_kill(url: str, enough: int, patience: float) -> list[str]:
    """Ids that a process announced until SIGKILL hit it, `patience` seconds after `enough`."""
    with subprocess.Popen(
        [sys.executable, "-c", ANSWERING, url], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(enough)]
        time.sleep(patience)
        process.kill()
        lines += process.stdout.readlines()
    assert process.returncode == -9
    return [line.decode().removeprefix("answered ").strip() for line in lines]


def test_no_turn_that_was_answered_is_lost_when_the_process_is_killed(url: str) -> None:
    chance = random.Random(9)
    announced: list[str] = []
    while len(announced) < 200:
        announced += answered_before_kill(url, chance.randint(45, 60), chance.uniform(0, 0.05))
        with Memory.open(url) as memory:
            kept = {turn.id: turn for turn in memory.turns(limit=None)}
        lost = [id for id in announced if id not in kept]
        assert lost == []
        # A turn that was saved and not yet announced may be there; half a turn may not.
        assert all(turn.outcome is Outcome.ANSWERED for turn in kept.values())
    assert len(set(announced)) == len(announced) >= 200


WRITING = """
import sys
from eulalia.memory import Memory
from eulalia.turn import Feedback, Turn

url, customer, shared, count = sys.argv[1:]
with Memory.open(url) as memory:
    sys.stdin.readline()
    for number in range(int(count)):
        turn = Turn.begin(locale="en-US", customer=customer)
        memory.save(turn)
        memory.add_feedback(shared, Feedback("confirmation", turn.time, customer))
        memory.records.put(customer, "count", str(number), number)
"""


def test_two_processes_write_at_once_and_neither_loses_anything(url: str, memory: Memory) -> None:
    memory.save(make_turn(id="shared"))
    count = 25
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITING, url, name, "shared", str(count)], stdin=subprocess.PIPE
        )
        for name in ("left", "right")
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"go\n")
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert memory.count() == 1 + 2 * count
    shared = memory.turn("shared")
    assert shared is not None
    assert len(shared.feedback) == 2 * count
    for name in ("left", "right"):
        assert len(memory.turns(customer=name)) == count
        assert list(memory.records.list(name, "count").values()) == list(range(count))


def test_a_locked_database_is_told_in_one_sentence_and_nothing_is_kept(url: str) -> None:
    locking = "BEGIN IMMEDIATE" if url.startswith("sqlite") else "LOCK TABLE turns"
    isolation = "AUTOCOMMIT" if url.startswith("sqlite") else "READ COMMITTED"
    with Memory.open(url, timeout=0.2) as memory:
        engine = create_engine(url, isolation_level=isolation)
        with engine.connect() as other:
            other.exec_driver_sql(locking)
            began = time.monotonic()
            with pytest.raises(MemoryBusyError) as caught:
                memory.save(FULL)
            assert time.monotonic() - began < 3
            other.exec_driver_sql("ROLLBACK")
        engine.dispose()
        sentence = str(caught.value)
        assert sentence.startswith("Another program keeps ")
        assert sentence.endswith(" locked; try again when it has finished.")
        assert "\n" not in sentence
        assert isinstance(caught.value, EulaliaError)
        assert memory.count() == 0
        memory.save(FULL)
        assert memory.count() == 1


def test_a_lock_that_goes_in_time_is_waited_for(sqlite_url: str) -> None:
    with Memory.open(sqlite_url, timeout=30) as memory:
        engine = create_engine(sqlite_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as other:
            other.exec_driver_sql("BEGIN IMMEDIATE")
            saving = threading.Thread(target=memory.save, args=[FULL])
            saving.start()
            saving.join(0.3)
            assert saving.is_alive()
            other.exec_driver_sql("ROLLBACK")
        saving.join(30)
        engine.dispose()
        assert memory.turns() == [FULL]


def test_what_is_committed_is_on_the_disk(sqlite_url: str) -> None:
    with Memory.open(sqlite_url) as memory, memory._database.reading() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_postgresql_confirms_a_commit_only_when_it_is_written(postgresql_url: str) -> None:
    with Memory.open(postgresql_url) as memory, memory._database.reading() as session:
        found = session.connection().exec_driver_sql("SHOW synchronous_commit").scalar()
        assert found == "on"


def test_a_server_that_hung_up_costs_no_turn(postgresql: Path, postgresql_url: str) -> None:
    with Memory.open(postgresql_url) as memory:
        memory.save(FULL)
        with psycopg.connect(host=str(postgresql), user="eulalia", dbname="postgres") as other:
            hung_up = other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
        assert hung_up == [(True,)]
        memory.save(replace(FULL, id="next"))
        assert memory.count() == 2
