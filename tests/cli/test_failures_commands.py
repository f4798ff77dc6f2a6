"""`eulalia learn diagnose` and `eulalia evaluate failures`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eulalia.cli.app import app
from eulalia.learning import logs
from eulalia.truth import Failure, Truth
from tests.learning.making import make_turn


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """One customer says a mangled request three times; another is understood at once."""
    mangled = [
        ("1", "what is the whether like in pears", 0.0),
        ("2", "what is the weather like in pears", 8.0),
        ("3", "what is the weather like in paris", 17.0),
    ]
    pairs = [
        (
            make_turn(name, text, seconds=at, intent="weather_query"),
            Truth(name, failure=Failure.CORRECT if name == "3" else Failure.ASR),
        )
        for name, text, at in mangled
    ]
    calm = make_turn("4", "mute please", intent="audio_volume_mute", customer="d", session="t")
    pairs.append((calm, Truth("4", failure=Failure.CORRECT)))
    path = tmp_path / "log.jsonl"
    logs.write(path, pairs)
    return path


def test_every_turn_gets_a_verdict_with_its_evidence(log: Path, tmp_path: Path) -> None:
    written = tmp_path / "verdicts.jsonl"
    ran = CliRunner().invoke(
        app, ["learn", "diagnose", "--turns", str(log), "-o", str(written), "--json"]
    )
    assert ran.exit_code == 0, ran.output
    verdicts = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [json.loads(line) for line in written.read_text("utf-8").splitlines()] == verdicts
    assert [verdict["turn"] for verdict in verdicts] == ["1", "2", "3", "4"]
    failed = {verdict["turn"]: verdict["failure"] for verdict in verdicts}
    assert failed["1"] == "asr"
    assert failed["4"] == "correct"
    assert all(verdict["evidence"] for verdict in verdicts if verdict["failure"] != "correct")


def test_verdicts_are_compared_with_the_truth(log: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    ran = CliRunner().invoke(
        app, ["evaluate", "failures", "--turns", str(log), "--json", str(figures)]
    )
    assert ran.exit_code == 0, ran.output
    report = json.loads(figures.read_text("utf-8"))
    assert report["n"] == 4
    assert set(report["by_class"]) == {"asr", "correct"}
    assert 0 <= report["baseline_macro_f1"] <= 1
    assert report["macro_f1"] > 0.3


def test_a_log_without_truth_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    logs.write(path, [(make_turn("1"), None)])
    ran = CliRunner().invoke(app, ["evaluate", "failures", "--turns", str(path)])
    assert ran.exit_code == 1
    assert "does not tell where its turns failed" in ran.output
    assert "Traceback" not in ran.output


def test_a_missing_log_is_one_sentence(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["learn", "diagnose", "--turns", str(tmp_path / "none.jsonl")])
    assert ran.exit_code == 1
    assert "Traceback" not in ran.output
