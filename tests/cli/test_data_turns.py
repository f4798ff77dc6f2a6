"""Public data sets as logs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eulalia.learning import logs
from eulalia.truth import Failure

from .conftest import Run


@pytest.fixture
def slurp(tmp_path: Path) -> Path:
    folder = tmp_path / "slurp"
    folder.mkdir()
    prompt = {
        "slurp_id": 7,
        "sentence": "mute please",
        "sentence_annotation": "mute please",
        "scenario": "audio",
        "action": "volume_mute",
        "recordings": [{"file": "audio-100.flac"}, {"file": "audio-100-headset.flac"}],
    }
    (folder / "test.jsonl").write_text(json.dumps(prompt))
    heard = [("audio-100.flac", "moot bees"), ("audio-100-headset.flac", "mute please")]
    rows = [
        {
            "file": file,
            "text": text,
            "scenario": "audio" if text == "mute please" else "general",
            "action": "volume_mute",
            "entities": [],
        }
        for file, text in heard
    ]
    (folder / "heard.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return folder


def test_slurp_becomes_a_log(run: Run, slurp: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    words = ["--annotations", slurp, "--predictions", slurp / "heard.jsonl", "-o", file]
    result = run("data", "turns", "slurp", *words)
    assert result.status == 0
    assert result.output.split()[:4] == ["turns", "2", "customers", "1"]
    log = list(logs.read(file))
    assert {turn.text for turn, _ in log} == {"moot bees", "mute please"}
    assert {truth and truth.failure for _, truth in log} == {Failure.ASR, Failure.CORRECT}


def test_dialogues_become_logs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text(
        '[{"user": [["north"]], "bot": [["Hello"], ["Which food?"]], "goal": [{"area": "north"}]}]'
    )
    (tmp_path / "MWOZ.txt").write_text("USER\tHi\t\t3,3\nSYSTEM\tHi\t\t\nUSER\tOVERALL\t\t2,4\n")
    for name, source in (("dstc2", "dev.json"), ("satisfaction", "MWOZ.txt")):
        file = tmp_path / f"{name}.jsonl.gz"
        result = run("data", "turns", name, tmp_path / source, "-o", file)
        assert (result.status, result.complaint) == (0, "")
        assert len(list(logs.read(file))) == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["dstc2", "none", "-o", "a.jsonl"], "none does not exist"),
        (["satisfaction", "none.txt", "-o", "a.jsonl"], "none.txt does not exist"),
        (
            ["slurp", "--annotations", "none", "--predictions", "x", "-o", "a.jsonl"],
            "none does not exist",
        ),
    ],
)
def test_what_is_absent_is_one_sentence(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    complaint: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("data", "turns", *words)
    assert (result.status, result.output) == (1, "")
    assert complaint in result.complaint
    assert result.complaint.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
