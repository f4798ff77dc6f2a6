"""Probes: what a night chooses to find out, and how it waits for its request."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eulalia.learning import nightly, probes
from eulalia.learning.experiments import Group, group
from eulalia.learning.probes import HARMLESS, RECORDS, Waiting, choose_probes, find, may_try, take
from eulalia.memory import Memory
from eulalia.nlu import Understander
from eulalia.turn import Hypothesis, Rewrite, Span, Turn
from tests.learning.making import NOON, make_turn

ASK = {"kind": "ask", "intent": None, "locale": "en-US"}
HELD_OUT = next(name for n in range(99) if group(name := f"home {n}") is Group.HOLDOUT)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory.open(tmp_path) as opened:
        yield opened


def contended(turn: Turn, first: str, second: str) -> Turn:
    hypotheses = (Hypothesis(first, 0.5), Hypothesis(second, 0.45))
    return turn.with_span(Span("nlu", 0.0, 0.0, hypotheses))


def test_what_is_in_doubt_is_asked_about_and_what_is_not_is_left() -> None:
    turns = [make_turn("a", "play jazz"), make_turn("b", "play chess", customer="d")]
    assert choose_probes(turns, [0.5, 0.99]) == {"c": {"play jazz": ASK}}
    assert choose_probes([], []) == {}


def test_of_a_day_one_request_is_chosen_however_much_was_asked() -> None:
    turns = [make_turn(str(n), f"play song {n}", seconds=n) for n in range(2000)]
    (own,) = choose_probes(turns, [0.5] * 2000).values()
    assert len(own) == 1
    tomorrow = [replace(turn, time=turn.time + timedelta(days=1)) for turn in turns[:5]]
    tomorrow = [replace(turn, id=f"{turn.id}x", text="play later") for turn in tomorrow]
    assert len(choose_probes([*turns, *tomorrow], [0.5] * 2005)["c"]) == 2


def test_a_second_reading_is_tried_where_it_does_no_harm_and_else_asked_about() -> None:
    turn = make_turn("a", "play jazz")
    tried = contended(turn, "play_music", "play_radio")
    assert choose_probes([tried], [0.3]) == {
        "c": {"play jazz": {"kind": "try", "intent": "play_radio", "locale": "en-US"}}
    }
    for first, second in [("play_music", "alarm_remove"), ("alarm_set", "play_radio")]:
        assert choose_probes([contended(turn, first, second)], [0.3]) == {"c": {"play jazz": ASK}}
    rewritten = replace(tried, rewrite=Rewrite("play jazz", "play some jazz", "global", 0.9))
    assert choose_probes([rewritten], [0.3]) == {"c": {"play jazz": ASK}}


def test_nobody_is_asked_about_a_request_twice_in_four_weeks() -> None:
    asked = make_turn("a").with_span(Span(probes.SPAN, 0.0, 0.0))
    again = make_turn("b", "Play JAZZ!", seconds=86_400)
    assert choose_probes([asked, again], [0.5, 0.5]) == {}
    tried = make_turn("a").with_span(Span("nlu", 0.0, 0.0, notes={probes.TRIED: "play_radio"}))
    assert choose_probes([tried, again], [0.5, 0.5]) == {}
    long_after = replace(again, time=NOON + timedelta(days=29))
    assert choose_probes([asked, long_after], [0.5, 0.5]) == {"c": {"play jazz": ASK}}


def test_what_is_old_taught_too_long_or_of_one_held_out_is_not_asked_about() -> None:
    now = make_turn("z", "goodbye", seconds=30 * 86_400)
    for turn in [
        make_turn("a"),
        make_turn("a", seconds=30 * 86_400, skill="teaching"),
        make_turn("a", "la " * 100, seconds=30 * 86_400),
        make_turn("a", seconds=30 * 86_400, customer=HELD_OUT),
        make_turn("a", None, seconds=30 * 86_400),
    ]:
        assert choose_probes([turn, now], [0.5, 1.0]) == {}


def test_all_intents_that_may_be_tried_exist_and_none_of_them_does_harm() -> None:
    assert set(Understander.open().intents) >= HARMLESS
    harms = ("set", "remove", "send", "post", "order", "taxi", "ticket", "wemo", "add", "cleaning")
    assert not [intent for intent in HARMLESS if intent.endswith(harms)]
    assert not may_try("alarm_remove", "play_music")
    assert not may_try("play_music", "alarm_remove")
    assert may_try("play_music", "out_of_scope")


def test_a_probe_waits_for_its_request_in_its_locale(memory: Memory) -> None:
    records = memory.records
    records.replace_all(RECORDS, {"c": {"play jazz": ASK}})
    assert find(records, "c", "en-US", "Play Jazz.", NOON) == Waiting(None)
    assert find(records, "c", "de-DE", "play jazz", NOON) is None
    assert find(records, "d", "en-US", "play jazz", NOON) is None
    assert find(records, "c", "en-US", "play chess", NOON) is None


def test_a_probe_is_taken_once_and_the_customer_then_left_in_peace(memory: Memory) -> None:
    records = memory.records
    records.replace_all(RECORDS, {"c": {"play jazz": ASK, "play chess": ASK}})
    assert take(records, "c", "Play jazz", NOON)
    assert not take(records, "c", "play jazz", NOON)
    assert find(records, "c", "en-US", "play chess", NOON + timedelta(hours=23)) is None
    assert find(records, "c", "en-US", "play chess", NOON + timedelta(hours=24)) is not None
    # a clock that once ran ahead
    assert find(records, "c", "en-US", "play chess", NOON - timedelta(days=999)) is not None


@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(max_size=300))
def test_any_text_is_looked_up(memory: Memory, text: str) -> None:
    assert find(memory.records, "c", "en-US", text, NOON) is None
    assert not take(memory.records, "c", text, NOON)


@pytest.mark.parametrize(
    "broken",
    [None, 7, [], "ask", {}, {"kind": "ask"}, {"kind": "try", "intent": 3, "locale": "en-US"}],
)
def test_a_record_that_is_no_probe_is_none(memory: Memory, broken: object) -> None:
    memory.records.put("c", RECORDS, "play jazz", broken)
    assert find(memory.records, "c", "en-US", "play jazz", NOON) is None
    memory.records.put("c", RECORDS, "play jazz", ASK)
    memory.records.put("c", "asking", "last", broken)
    assert find(memory.records, "c", "en-US", "play jazz", NOON) is not None


def _take(folder: Path) -> bool:
    with Memory.open(folder) as memory:
        return take(memory.records, "c", "play jazz", NOON)


def test_of_two_processes_one_takes_the_probe(memory: Memory, tmp_path: Path) -> None:
    memory.records.replace_all(RECORDS, {"c": {"play jazz": ASK}})
    with get_context("spawn").Pool(2) as pool:
        assert sorted(pool.map(_take, [tmp_path] * 4, chunksize=1)) == [False, False, False, True]


def test_each_night_replaces_what_the_one_before_chose(memory: Memory) -> None:
    turns = [make_turn("a"), make_turn("b", "play chess", customer="d")]
    assert nightly.keep_probes(memory, turns, np.array([0.5, 0.5])) == 2
    assert nightly.keep_probes(memory, turns[:1], np.array([0.5])) == 1
    assert memory.records.list("c", RECORDS) == {"play jazz": ASK}
    assert memory.records.list("d", RECORDS) == {}  # who is heard of no more
    assert nightly.keep_probes(memory, turns, np.array([0.0, 1.0])) == 0
    assert memory.records.list("c", RECORDS) == {}


KILLED = """
import os, signal, sys
import numpy as np
from eulalia.learning import nightly
from eulalia.memory import Memory, records
from tests.learning.making import make_turn

def insert(table):  # the old ones are deleted by now, and the new ones not yet there
    os.kill(os.getpid(), signal.SIGKILL)

records.insert = insert
turns = [make_turn("b", "play chess")]
nightly.keep_probes(Memory.open(sys.argv[1]), turns, np.array([0.5]))
"""


def test_a_night_killed_in_the_middle_of_writing_leaves_what_was(
    memory: Memory, tmp_path: Path
) -> None:
    nightly.keep_probes(memory, [make_turn("a")], np.array([0.5]))
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert memory.records.list("c", RECORDS) == {"play jazz": ASK}
    nightly.keep_probes(memory, [make_turn("b", "play chess")], np.array([0.5]))
    assert memory.records.list("c", RECORDS) == {"play chess": ASK}
