"""Turns from a memory to a log and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from eulalia.learning import logs
from eulalia.memory import Memory
from eulalia.truth import Truth

from .conftest import Home, Run

pytest.importorskip("pyarrow", reason="Parquet needs the extra learn")


@pytest.mark.parametrize("ending", [".jsonl", ".jsonl.gz", ".parquet"])
def test_what_is_exported_can_be_imported(
    run: Run, home: Home, tmp_path: Path, ending: str
) -> None:
    file, other = tmp_path / f"log{ending}", tmp_path / "other"
    assert run("turns", "export", "-o", file, "--memory", home.folder).output == ""
    assert [turn for turn, _ in logs.read(file)] == home.turns()
    result = run("turns", "import", file, "--memory", other)
    assert result.output == f"1 turns kept in {other}\n"
    assert Home(other).turns() == home.turns()


def test_turns_that_are_there_stay_as_they_are(run: Run, home: Home, tmp_path: Path) -> None:
    (turn,) = home.turns()
    file = tmp_path / "log.jsonl"
    changed = replace(turn, text="something else")
    new = replace(turn, id="new", time=turn.time + timedelta(seconds=9))
    logs.write(file, [(changed, Truth(turn.id)), (new, None)])
    result = run("turns", "import", file, "--memory", home.folder)
    assert result.output == f"2 turns kept in {home.folder}, 1 of them before\n"
    assert home.turns() == [new, turn]


def test_only_newer_turns_are_exported(run: Run, home: Home, tmp_path: Path) -> None:
    (turn,) = home.turns()
    with Memory.open(home.folder) as memory:
        memory.save(replace(turn, id="old", time=turn.time - timedelta(days=9)))
    since = (turn.time - timedelta(days=3)).strftime("%Y-%m-%d")
    file = tmp_path / "log.jsonl"
    run("turns", "export", "-o", file, "--since", since, "--memory", home.folder)
    assert list(logs.read(file)) == [(turn, None)]
    assert run("turns", "export", "--since", "soon", "--memory", home.folder).status == 2


def test_a_broken_log_is_refused_whole(refuse: Run, home: Home, tmp_path: Path) -> None:
    (turn,) = home.turns()
    file = tmp_path / "log.jsonl"
    file.write_text(f"{replace(turn, id='new').to_json()}\n{{\n")
    assert "line 2 is not JSON" in refuse("turns", "import", file).complaint
    file = tmp_path / "log.parquet"
    file.write_bytes(b"PAR1")
    assert "cannot be read as Parquet" in refuse("turns", "import", file).complaint
    assert "cannot be written" in refuse("turns", "export", "-o", tmp_path / "log.csv").complaint
