"""`eulalia learn rewrites` and `eulalia evaluate rewrites`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("ibis", reason="needs the extra learn")

from eulalia import rewrites
from eulalia.learning import logs
from eulalia.truth import Failure, TrueSlot, Truth
from tests.cli.conftest import Run
from tests.learning.making import make_turn


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three customers are misheard and say it again; a fourth is misheard and gives up."""
    pairs = []
    for name in "abcd":
        said = [("1", "play jas", "play_game", {}, Failure.ASR)]
        if name != "d":
            said.append(("2", "play jazz", "play_music", {"genre": "jazz"}, Failure.CORRECT))
        for number, text, intent, slots, failure in said:
            turn = make_turn(
                name + number, text, intent=intent, slots=slots, customer=name, session=name,
                seconds=8.0 * int(number),
            )  # fmt: skip
            wanted = (TrueSlot("genre", "jazz"),)
            pairs.append((turn, Truth(turn.id, None, "play_music", wanted, failure)))
    path = tmp_path / "log.jsonl"
    logs.write(path, pairs)
    return path


def test_rewrites_are_learned_and_judged(log: Path, tmp_path: Path, run: Run) -> None:
    learned, figures = tmp_path / "r.jsonl", tmp_path / "figures.json"
    result = run("learn", "rewrites", "--turns", log, "-o", learned)
    assert result.status == 0, result.complaint
    assert [one.request for one in rewrites.read(learned)] == ["play jas"]
    result = run("evaluate", "rewrites", "--rewrites", learned, "--turns", log, "--json", figures)
    assert result.status == 0, result.complaint
    found = json.loads(figures.read_text("utf-8"))
    assert {name: found[name] for name in ("wins", "losses", "ties", "defective", "repaired")} == {
        "wins": 4, "losses": 0, "ties": 0, "defective": 4, "repaired": 4,
    }  # fmt: skip


def test_more_customers_can_be_asked_for(log: Path, tmp_path: Path, run: Run) -> None:
    learned = tmp_path / "r.jsonl"
    assert run("learn", "rewrites", "--turns", log, "-o", learned, "--customers", "4").status == 0
    assert list(rewrites.read(learned)) == []


@pytest.mark.parametrize("content", ["", "{}\n", "[1]\n", "\x00\x01"])
def test_what_is_no_log_is_refused_and_the_old_file_stays(
    content: str, tmp_path: Path, run: Run
) -> None:
    broken, learned = tmp_path / "broken.jsonl", tmp_path / "r.jsonl"
    broken.write_text(content)
    learned.write_text("old")
    result = run("learn", "rewrites", "--turns", broken, "-o", learned)
    if content:
        assert result.status == 1
        assert result.complaint.count("\n") == 1
        assert learned.read_text() == "old"
    else:  # an empty log speaks for nothing
        assert (result.status, learned.read_text()) == (0, "")


def test_nonsense_is_refused_in_a_sentence(log: Path, tmp_path: Path, run: Run) -> None:
    learned = tmp_path / "r.jsonl"
    for arguments in (
        ("learn", "rewrites", "--turns", log, "-o", learned, "--customers", "0"),
        ("learn", "rewrites", "--turns", tmp_path / "no.parquet", "-o", learned),
        ("learn", "rewrites", "--turns", log, "-o", tmp_path / "no" / "r.jsonl"),
        ("evaluate", "rewrites", "--rewrites", learned, "--turns", log),
    ):
        result = run(*arguments)
        assert result.status == 1
        assert result.complaint.startswith("eulalia: ")
        assert result.complaint.count("\n") == 1
    assert not learned.exists()


def test_a_log_without_truth_cannot_judge(tmp_path: Path, run: Run) -> None:
    plain, learned = tmp_path / "plain.jsonl", tmp_path / "r.jsonl"
    logs.write(plain, [(make_turn("1"), None)])
    learned.write_text("")
    result = run("evaluate", "rewrites", "--rewrites", learned, "--turns", plain)
    assert result.status == 1
    assert "what was wanted" in result.complaint


def test_learning_that_is_killed_leaves_the_old_file(log: Path, tmp_path: Path) -> None:
    learned = tmp_path / "r.jsonl"
    learned.write_text("old")
    command = "from eulalia.cli import main; main()"
    arguments = ["learn", "rewrites", "--turns", str(log), "-o", str(learned)]
    with subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(0.7)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert learned.read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"log.jsonl", "r.jsonl"}
