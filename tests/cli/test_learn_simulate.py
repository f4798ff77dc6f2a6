from __future__ import annotations

import os
from pathlib import Path

import pytest

from eulalia.learning import logs
from tests.cli.conftest import Run

COMMAND = ("learn", "simulate", "--customers", "2", "--days", "1")


def complain(run: Run, folder: Path, *arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.status == 1
    assert result.output == ""
    assert result.complaint.startswith("eulalia: ")
    assert result.complaint.count("\n") == 1
    assert list(folder.glob("*.jsonl*")) == []
    return result.complaint


def test_missing_data_is_told_of(run: Run, tmp_path: Path) -> None:
    data = ("--data", tmp_path / "nowhere", "-o", tmp_path / "log.jsonl")
    assert "eulalia data get massive" in complain(run, tmp_path, *COMMAND, *data)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--rate", "asr=much"), "KIND=SHARE"),
        (("--rate", "luck=0.1"), "KIND=SHARE"),
        (("--rate", "asr=7"), "give a share"),
        (("--customers", "0"), "needs customers"),
        (("--spoken", "--locales", "de-DE"), "hears en-US only"),
    ],
)
def test_wrong_options_are_told_of(
    run: Run, tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    (tmp_path / "en-US.jsonl").write_text("")
    arguments = (*COMMAND, "--data", tmp_path, "-o", tmp_path / "out" / "log.jsonl", *options)
    (tmp_path / "out").mkdir()
    assert told in complain(run, tmp_path / "out", *arguments)


def test_an_unknown_ending_is_told_of_at_once(run: Run, tmp_path: Path) -> None:
    complaint = complain(run, tmp_path, *COMMAND, "--data", tmp_path, "-o", tmp_path / "log.csv")
    assert ".jsonl" in complaint


@pytest.mark.data
@pytest.mark.skipif("EULALIA_DATA" not in os.environ, reason="EULALIA_DATA names no data")
def test_a_log_is_written_and_an_unknown_locale_leaves_none(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    assert "no locale" in complain(run, tmp_path, *COMMAND, "-o", log, "--locales", "xx-XX")
    assert run(*COMMAND, "-o", log).status == 0
    pairs = list(logs.read(log))
    assert pairs
    assert all(truth is not None and truth.turn == turn.id for turn, truth in pairs)
