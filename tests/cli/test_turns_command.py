"""`eulalia turns`."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from eulalia.cli.errors import Commands
from eulalia.cli.turns import app as turns_app
from eulalia.cli.turns import bar, draw
from eulalia.memory import FILE_NAME, Memory
from eulalia.turn import (
    Answer,
    AudioReference,
    Entity,
    Feedback,
    Hypothesis,
    Interpretation,
    Outcome,
    Rewrite,
    Slot,
    Span,
    Turn,
)

app = typer.Typer(cls=Commands)
app.add_typer(turns_app, name="turns")

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
READINGS = ("alarm_set", "timer_set", "calendar_set", "lists_add", "weather_query")
FULL = Turn(
    id="abc123def456",
    session="evening",
    customer="ada",
    locale="de-DE",
    time=NOON,
    text="weck mich [red]um sieben\x1b[2J",
    audio=AudioReference("/sounds/a.wav", 1.5, 16_000),
    spans=(
        Span("asr", 0.0, 0.08, (Hypothesis("weck mich um sieben", 0.91),)),
        Span(
            "nlu",
            0.08,
            0.002,
            tuple(Hypothesis(name, 0.9 / 2**n) for n, name in enumerate(READINGS)),
        ),
        Span("skill", 0.082, 0.018, error="The [bold]clock[/bold] is broken."),
    ),
    interpretation=Interpretation(
        "weck mich um sieben", "alarm", "alarm_set", (Slot("time", "sieben", 13, 19),), 0.9
    ),
    entities=(Entity("time", "time", "07:00"),),
    rewrite=Rewrite("wecke", "weck mich", "personal", 0.8),
    skill="alarms",
    outcome=Outcome.FAILED,
    answer=Answer("Das ging schief.", "de-DE"),
    feedback=(Feedback("denial", NOON, "nein"),),
)
LATER = replace(
    Turn.begin(locale="en-US", customer="bob", session="s", time=NOON + timedelta(minutes=1)),
    id="abd999",
    text="what time is it",
    outcome=Outcome.ANSWERED,
)


def run(*words: str | Path, status: int = 0) -> str:
    """What a command prints, on standard error when it should fail."""
    result = CliRunner().invoke(app, ["turns", *map(str, words)], env={"COLUMNS": "200"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.stdout if status == 0 else result.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with two turns in it."""
    with Memory.open(tmp_path) as memory:
        memory.save_all([FULL, LATER])
    return tmp_path


# list


def test_turns_are_listed_newest_first(home: Path) -> None:
    heading, first, second = run("list", "--memory", home).splitlines()
    assert heading.split() == ["id", "time", "locale", "request", "intent", "outcome", "ms"]
    assert "abd999" in first
    assert "what time is it" in first
    assert second.split()[0] == "abc123de"
    assert second.split()[-3:] == ["alarm_set", "failed", "100"]


def test_turns_are_listed_as_json(home: Path) -> None:
    listed = json.loads(run("list", "--json", "--memory", home))
    assert [Turn.from_json(json.dumps(each)) for each in listed] == [LATER, FULL]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--customer", "ada"),
        ("--session", "evening"),
        ("--locale", "de-DE"),
        ("--outcome", "failed"),
    ],
)
def test_only_what_is_asked_for_is_listed(home: Path, option: str, value: str) -> None:
    listed = json.loads(run("list", option, value, "--json", "--memory", home))
    assert [each["id"] for each in listed] == [FULL.id]


def test_no_more_than_the_limit_is_listed(home: Path) -> None:
    listed = json.loads(run("list", "--limit", "1", "--json", "--memory", home))
    assert [each["id"] for each in listed] == [LATER.id]


def test_the_memory_may_be_a_url_or_a_variable(home: Path) -> None:
    url = f"sqlite:///{home / FILE_NAME}"
    assert len(json.loads(run("list", "--json", "--memory", url))) == 2
    result = CliRunner().invoke(app, ["turns", "list", "--json"], env={"EULALIA_MEMORY": str(home)})
    assert len(json.loads(result.stdout)) == 2


def test_a_memory_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    for words in (["list"], ["show", "last"], ["export"]):
        complaint = run(*words, "--memory", tmp_path / "none", status=1)
        assert complaint.startswith("eulalia: Nothing is kept in")
        assert complaint.count("\n") == 1
        run(*words, "--memory", tmp_path, status=1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_memory_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("not a database, whatever its length may be" * 20)
    assert "is no database" in run("list", "--memory", path, status=1)


@pytest.mark.parametrize("words", [["--outcome", "lost"], ["--limit", "0"], ["--limit", "x"]])
def test_wrong_options_have_a_status_of_their_own(home: Path, words: list[str]) -> None:
    assert "Invalid value" in run("list", *words, "--memory", home, status=2)


# show


def test_a_turn_is_drawn_with_all_that_happened_to_it(home: Path) -> None:
    shown = run("show", "abc123def456", "--memory", home)
    for part in (
        "ada, session evening, de-DE",
        "/sounds/a.wav (1.5 s)",
        "wecke → weck mich (personal)",
        "alarm_set (0.90), time: sieben",
        'time "07:00"',
        "alarms",
        "Das ging schief.",
        "denial nein",
        "0.91  weck mich um sieben",
        "and 2 more",
        "The [bold]clock[/bold] is broken.",
        "failed in 100.0 ms",
    ):
        assert part in shown
    assert "lists_add" not in shown  # only the best three


def test_what_was_said_cannot_speak_to_the_terminal(home: Path) -> None:
    for shown in (run("show", "abc", "--memory", home), run("list", "--memory", home)):
        assert "weck mich [red]um sieben·[2J" in shown
        assert "\x1b" not in shown


def test_a_turn_is_shown_as_json(home: Path) -> None:
    assert Turn.from_json(run("show", "abc", "--json", "--memory", home)) == FULL


def test_the_newest_turn_is_the_last(home: Path) -> None:
    assert Turn.from_json(run("show", "last", "--json", "--memory", home)) == LATER


def test_an_id_that_begins_several_turns_is_told(home: Path) -> None:
    assert "Several turns' ids begin with 'ab'" in run("show", "ab", "--memory", home, status=1)


def test_a_whole_id_is_not_mistaken_for_the_beginning_of_another(home: Path) -> None:
    short = replace(LATER, id="abc")
    with Memory.open(home) as memory:
        memory.save(short)
    assert Turn.from_json(run("show", "abc", "--json", "--memory", home)) == short


def test_an_unknown_id_is_told(home: Path) -> None:
    assert "No turn's id begins with 'zzz'" in run("show", "zzz", "--memory", home, status=1)


def test_the_last_of_no_turns_is_told(tmp_path: Path) -> None:
    Memory.open(tmp_path).close()
    assert "No turn is kept here yet" in run("show", "last", "--memory", tmp_path, status=1)


# The waterfall


def test_bars_are_to_scale() -> None:
    assert bar(Span("a", 0.0, 1.0), 4.0, length=8) == "██      "
    assert bar(Span("b", 1.0, 2.0), 4.0, length=8) == "  ████  "
    assert bar(Span("c", 3.0, 1.0), 4.0, length=8) == "      ██"


def test_the_shortest_stage_can_be_seen() -> None:
    assert bar(Span("a", 2.0, 1e-9), 4.0, length=8) == "    ▏   "
    assert bar(Span("a", 4.0, 0.0), 4.0, length=8) == "       ▏"
    assert bar(Span("a", 0.0, 0.0), 0.0, length=8) == "▏       "


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(start=NUMBERS, duration=NUMBERS, whole=NUMBERS)
def test_a_bar_is_always_as_wide_as_its_column(start: float, duration: float, whole: float) -> None:
    drawn = bar(Span("a", start, duration), whole)
    assert len(drawn) == 24
    assert drawn.strip()


def test_a_turn_without_stages_is_drawn() -> None:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(draw(Turn.begin(locale="en-US")))
    assert "not finished in 0.0 ms" in captured.get()


def test_a_turn_of_absurd_length_is_drawn() -> None:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(draw(LATER.with_span(Span("nlu", 1.7e308, 1.7e308))))
    assert "answered in inf ms" in captured.get()


# export and import


def test_what_is_exported_can_be_imported(home: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "turns.jsonl", tmp_path / "deep" / "other"
    assert run("export", "-o", file, "--memory", home) == ""
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [Turn.from_json(line) for line in lines] == [FULL, LATER]
    assert run("import", file, "--memory", other).startswith("2 turns kept in")
    assert run("import", file, "--memory", other).startswith("2 turns kept in")
    with Memory.open(other) as memory:
        assert memory.turns() == [LATER, FULL]


def test_turns_are_exported_to_standard_output(home: Path) -> None:
    printed = run("export", "--customer", "bob", "--memory", home)
    assert Turn.from_json(printed) == LATER


def test_a_file_with_a_broken_line_is_refused_whole(tmp_path: Path) -> None:
    file, new = tmp_path / "turns.jsonl", tmp_path / "new"
    file.write_text(f"{FULL.to_json()}\n\n{{}}\n", encoding="utf-8")
    complaint = run("import", file, "--memory", new, status=1)
    assert f"{file}, line 3: This turn has version None" in complaint
    assert not new.exists()


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "turns.jsonl"
    file.write_bytes(b"\xff\xfe\x00")
    assert "line 1: This is no UTF-8." in run("import", file, "--memory", tmp_path, status=1)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    complaint = run("import", tmp_path / "none", "--memory", tmp_path / "new", status=1)
    assert "cannot be read (No such file or directory)" in complaint
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_cannot_be_written_leaves_nothing(home: Path) -> None:
    before = sorted(home.iterdir())
    assert "cannot be written" in run("export", "-o", home, "--memory", home, status=1)
    missing = home / "none" / "x.jsonl"
    assert "cannot be written" in run("export", "-o", missing, "--memory", home, status=1)
    assert sorted(home.iterdir()) == before


def test_an_export_that_breaks_leaves_the_earlier_one(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "turns.jsonl"
    run("export", "-o", file, "--memory", home)
    before = file.read_bytes()
    with Memory.open(home) as memory, memory._database.writing() as session:
        session.connection().exec_driver_sql("UPDATE turns SET json = '{}' WHERE id = 'abd999'")
    assert "version None" in run("export", "-o", file, "--memory", home, status=1)
    assert file.read_bytes() == before
    assert not list(tmp_path.glob(".*part"))


def test_a_memory_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    file = tmp_path / "turns.jsonl"
    file.write_text(FULL.to_json(), encoding="utf-8")
    complaint = run("import", file, "--memory", file / "below", status=1)
    assert "cannot be made (Not a directory)" in complaint
