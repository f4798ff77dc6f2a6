"""`eulalia ask`, and what it does with requests that are none."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import soundfile

from eulalia.turn import Outcome, Turn

from .conftest import Home, Run


def test_an_answer_is_printed_and_kept(run: Run, home: Home, coffee: Path) -> None:
    result = run("ask", "a large latte", "--skill", coffee, "--memory", home.folder)
    assert result.status == 0
    assert result.output == "One large latte, coming up.\n"
    assert {turn.text for turn in home.turns()} == {"a small mocha", "a large latte"}


def test_json_is_the_turn_that_is_kept(run: Run, home: Home, coffee: Path) -> None:
    result = run("ask", "a large latte", "--json", "--skill", coffee, "--memory", home.folder)
    turn = Turn.from_json(result.output)
    assert turn.outcome is Outcome.ANSWERED
    assert turn in home.turns()


def test_an_answer_is_written_as_sound(run: Run, home: Home, coffee: Path, tmp_path: Path) -> None:
    wav = tmp_path / "answer.wav"
    result = run(
        "ask", "a large latte", "--say", wav, "--json", "--skill", coffee, "--memory", home.folder
    )
    samples, rate = soundfile.read(wav)
    assert rate == 16_000
    assert abs(samples).max() > 0.05
    assert len(samples) > rate / 2
    assert Turn.from_json(result.output).span("tts") is not None


def test_a_trace_is_drawn_on_request(run: Run, home: Home, coffee: Path) -> None:
    result = run("ask", "a large latte", "--trace", "--skill", coffee, "--memory", home.folder)
    assert result.status == 0
    for stage in ("nlu", "resolution", "arbitration", "skill", "answer"):
        assert stage in result.output


def test_the_customer_and_the_session_are_those_named(run: Run, home: Home, coffee: Path) -> None:
    options = ("--customer", "ada", "--session", "morning", "--json", "--memory", home.folder)
    turn = Turn.from_json(run("ask", "a large latte", "--skill", coffee, *options).output)
    assert (turn.customer, turn.session) == ("ada", "morning")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("x" * 1_000_000, "1,000,000 characters"),
        ("turn\x07on", "U+0007"),
        ("half \ud83d", "U+D83D"),
    ],
)
def test_a_text_that_is_no_request_is_refused(refuse: Run, text: str, said: str) -> None:
    assert said in refuse("ask", text).complaint


def test_an_unknown_locale_is_refused_with_a_hint(refuse: Run) -> None:
    assert "de-DE" in refuse("ask", "wie spät ist es", "--locale", "de-XX").complaint


def test_an_unknown_time_zone_is_refused(refuse: Run) -> None:
    assert "Mars/Olympus" in refuse("ask", "hello", "--timezone", "Mars/Olympus").complaint


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe binary",
        b"language: en\nintents: [",
        b"- just\n- a list\n",
        b"language: en\nintents:\n  order:\n    data:\n      - sentences: ['a {size']\n",
        b"language: en\nintents:\n  order:\n    data:\n      - sentences: ['a {nothing}']\n",
        b"!!python/object/apply:os.system ['true']",
    ],
)
def test_a_broken_skill_file_is_refused_by_name(
    refuse: Run, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    assert "broken.yaml" in refuse("ask", "hello", "--skill", path).complaint


def test_a_skill_file_that_is_not_there_is_refused(refuse: Run, tmp_path: Path) -> None:
    assert "none.yaml" in refuse("ask", "hello", "--skill", tmp_path / "none.yaml").complaint


def test_nothing_is_answered_while_the_memory_is_locked(run: Run, home: Home, coffee: Path) -> None:
    before = home.turns()
    lock = sqlite3.connect(home.folder / "memory.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        result = run("ask", "a large latte", "--skill", coffee, "--memory", home.folder)
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert result.status == 1
    assert result.output == ""
    assert result.complaint.startswith("eulalia: ")
    assert result.complaint.count("\n") == 1
    assert home.turns() == before


def test_a_memory_that_is_no_database_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "memory.db").write_bytes(b"this is no database, whatever its name says" * 100)
    result = run("ask", "hello", "--memory", tmp_path)
    assert result.status == 1
    assert result.complaint.startswith("eulalia: ")
    assert result.complaint.count("\n") == 1


def test_a_sound_file_that_cannot_be_written_is_named(
    run: Run, home: Home, coffee: Path, tmp_path: Path
) -> None:
    result = run(
        "ask", "a large latte", "--say", tmp_path / "no" / "a.wav", "--skill", coffee,
        "--memory", home.folder,
    )  # fmt: skip
    assert result.status == 1
    assert "a.wav" in result.complaint


def test_who_sets_a_timer_is_told_where_it_rings(run: Run, home: Home) -> None:
    told = run("ask", "set a timer for one minute", "--memory", home.folder)
    assert told.output == "The timer is set for 1 minute.\n"
    assert "eulalia ring" in told.complaint
    quiet = run("ask", "set a timer for one minute", "--json", "--memory", home.folder)
    assert Turn.from_json(quiet.output).outcome is Outcome.ANSWERED
    assert quiet.complaint == ""


def test_what_does_not_ring_is_answered_without_a_word_about_it(run: Run, home: Home) -> None:
    assert run("ask", "what is 12 times 7", "--memory", home.folder).complaint == ""
