"""`eulalia learn run`, `report` and `apply`, from a log to a person's decisions and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eulalia.learning import logs
from eulalia.memory import Memory
from eulalia.rewrites import LearnedRewrite, Status
from tests.cli.conftest import Run
from tests.learning.making import make_turn
from tests.learning.test_nightly import homes


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    with Memory.open(folder) as memory:
        memory.save_all(homes(40))
    return folder


def rewrites(home: Path) -> list[LearnedRewrite]:
    with Memory.open(home) as memory:
        return memory.rewrites.all()


def complaint(run: Run, *arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.status == 1
    assert result.output == ""
    assert result.complaint.count("\n") == 1
    return result.complaint


def decide(folder: Path, rewrite: LearnedRewrite, decision: str) -> Path:
    plain: dict[str, Any] = json.loads(rewrite.to_json())
    names = ("locale", "customer", "request", "text")
    chosen = {name: plain[name] for name in names} | {"decision": decision}
    file = folder / "decisions.json"
    file.write_text(json.dumps({"revision": 1, "decisions": [chosen]}), "utf-8")
    return file


def test_a_night_a_report_a_decision_and_back_again(run: Run, home: Path) -> None:
    result = run("learn", "run", "--memory", home)
    assert result.status == 0, result.complaint
    assert "2, new 2" in result.output
    assert "play jazz" in (home / "learning.html").read_text("utf-8")
    rewrite, known = rewrites(home)
    assert rewrite.status is known.status is Status.TRIAL

    result = run("learn", "apply", decide(home, rewrite, "reject"), "--memory", home)
    assert (result.status, "1 rewrites changed" in result.output) == (0, True)
    assert rewrites(home)[0].status is Status.REJECTED
    result = run("learn", "run", "--memory", home)
    assert "1, new 0" in result.output
    assert rewrites(home)[0].status is Status.REJECTED

    history = run("learn", "apply", "--history", "--memory", home).output
    assert "decisions.json" in history
    assert "learn run" in history
    assert "change 2" in run("learn", "apply", "--undo", "--memory", home).output
    assert rewrites(home) == [rewrite, known]
    assert "change 1" in run("learn", "apply", "--undo", "--memory", home).output
    assert "no change to take back" in complaint(run, "learn", "apply", "--undo", "--memory", home)


def test_a_log_is_learned_from_into_a_memory_that_is_made(run: Run, tmp_path: Path) -> None:
    log, made = tmp_path / "log.parquet", tmp_path / "made"
    logs.write(log, ((turn, None) for turn in homes(40)))
    result = run("learn", "run", "--turns", log, "--memory", made, "-o", tmp_path / "r.html")
    assert result.status == 0, result.complaint
    assert len(rewrites(made)) == 2
    assert (tmp_path / "r.html").exists()
    assert not (made / "learning.html").exists()
    before = rewrites(made)
    result = run("learn", "report", "--turns", log, "--memory", made, "-o", tmp_path / "s.html")
    assert result.status == 0, result.complaint
    assert rewrites(made) == before
    assert (tmp_path / "s.html").read_bytes() == (tmp_path / "r.html").read_bytes()


def test_a_second_learner_is_told_to_wait(run: Run, home: Path) -> None:
    with Memory.open(home) as memory, memory.rewrites.learning():
        told = complaint(run, "learn", "run", "--memory", home)
    assert "Another learner is at work" in told
    assert not (home / "learning.html").exists()


def test_a_broken_log_makes_no_memory(run: Run, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text("no turn\n")
    made = tmp_path / "made"
    told = complaint(run, "learn", "run", "--turns", tmp_path / "log.jsonl", "--memory", made)
    assert "line 1" in told
    assert not made.exists()


def test_an_empty_memory_is_told_of(run: Run, tmp_path: Path) -> None:
    none = tmp_path / "none"
    assert "Nothing is kept" in complaint(run, "learn", "run", "--memory", none)
    output = ("-o", tmp_path / "r.html")
    assert "Nothing is kept" in complaint(run, "learn", "report", *output, "--memory", none)
    assert "Nothing is kept" in complaint(run, "learn", "apply", "--undo", "--memory", none)
    Memory.open(tmp_path).close()
    assert "nothing to learn from" in complaint(run, "learn", "run", "--memory", tmp_path)
    assert "nothing to learn from" in complaint(
        run, "learn", "report", *output, "--memory", tmp_path
    )
    assert not (tmp_path / "r.html").exists()


def test_a_report_without_a_folder_is_refused_before_any_work(run: Run, home: Path) -> None:
    output = ("-o", home / "no" / "r.html")
    for command in ("run", "report"):
        assert "no folder" in complaint(run, "learn", command, "--memory", home, *output)
    assert rewrites(home) == []


@pytest.mark.parametrize("options", [(), ("--undo", "--history"), ("d.json", "--undo")])
def test_apply_does_one_thing_at_a_time(run: Run, home: Path, options: tuple[str, ...]) -> None:
    assert "one of them" in complaint(run, "learn", "apply", "--memory", home, *options)


def test_a_single_turn_is_enough_for_a_night(run: Run, tmp_path: Path) -> None:
    with Memory.open(tmp_path) as memory:
        memory.save(make_turn("t"))
    assert run("learn", "run", "--memory", tmp_path).status == 0
    assert "1 turns" in (tmp_path / "learning.html").read_text("utf-8")
