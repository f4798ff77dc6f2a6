"""SLURP's files."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.slurp import Prediction, Prompt, read_predictions, read_prompts
from eulalia.truth import TrueSlot

PROMPT: dict[str, Any] = {
    "slurp_id": 7,
    "sentence": "wake me at five am in hollywood",
    "sentence_annotation": "wake me at [time : five am] in [place_name : hollywood]",
    "intent": "set",
    "scenario": "alarm",
    "action": "set",
    "tokens": [],
    "recordings": [{"file": "audio-1501-headset.flac", "wer": 0.0, "status": "correct"}],
    "entities": [],
}
PREDICTION: dict[str, Any] = {
    "text": "wake me at nine",
    "scenario": "alarm",
    "action": "set",
    "entities": [{"type": "time", "filler": "nine"}],
    "file": "audio-1501-headset.flac",
}


def write(path: Path, *rows: object, packed: bool = False) -> Path:
    data = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_prompts_are_read_from_a_file_or_a_folder(tmp_path: Path, packed: bool) -> None:
    prompt = Prompt(
        id="7",
        text="wake me at five am in hollywood",
        scenario="alarm",
        action="set",
        slots=(TrueSlot("time", "five am"), TrueSlot("place_name", "hollywood")),
        recordings=("audio-1501-headset.flac",),
    )
    assert prompt.intent == "alarm_set"
    ending = ".jsonl.gz" if packed else ".jsonl"
    file = write(tmp_path / f"test{ending}", PROMPT, packed=packed)
    write(tmp_path / f"devel{ending}", {**PROMPT, "slurp_id": 8}, packed=packed)
    write(tmp_path / f"predictions{ending}", PREDICTION, packed=packed)
    assert read_prompts(file) == [prompt]
    assert [prompt.id for prompt in read_prompts(tmp_path)] == ["8", "7"]


def test_predictions_are_read(tmp_path: Path) -> None:
    assert read_predictions(write(tmp_path / "p.jsonl", PREDICTION)) == [
        Prediction(
            recording="audio-1501-headset.flac",
            heard="wake me at nine",
            scenario="alarm",
            action="set",
            slots=(TrueSlot("time", "nine"),),
        )
    ]


def test_a_slot_needs_no_spaces_and_may_be_empty(tmp_path: Path) -> None:
    row = {**PROMPT, "sentence_annotation": "[time:five ] am [date : ]"}
    prompt = read_prompts(write(tmp_path / "test.jsonl", row))[0]
    assert prompt.slots == (TrueSlot("time", "five"), TrueSlot("date", ""))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"slurp_id": None}, None),
        ({"sentence": 7}, "line 1 has 7 for 'sentence'"),
        ({"recordings": {}}, "line 1 must have a list of objects for 'recordings'"),
        ({"recordings": ["a"]}, "line 1 must have a list of objects"),
        ({"recordings": [{}]}, "line 1 has no 'file'"),
    ],
)
def test_a_broken_prompt_is_one_sentence(
    tmp_path: Path, change: dict[str, object], complaint: str | None
) -> None:
    row = {key: value for key, value in {**PROMPT, **change}.items() if value is not None}
    with pytest.raises(DatasetError, match=complaint or "line 1 has no 'slurp_id'"):
        read_prompts(write(tmp_path / "test.jsonl", row))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"file": 1}, "line 2 has 1 for 'file'"),
        ({"text": None}, "line 2 has None for 'text'"),
        ({"entities": {"type": "time"}}, "line 2 must have a list of objects for 'entities'"),
        ({"entities": [{"type": "time"}]}, "line 2 has no 'filler'"),
        ({}, "line 2 has 'audio-1501-headset.flac' for the second time"),
    ],
)
def test_a_broken_prediction_is_one_sentence(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    with pytest.raises(DatasetError, match=complaint):
        read_predictions(write(tmp_path / "p.jsonl", PREDICTION, {**PREDICTION, **change}))


def test_absent_and_cut_off_files_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="holds none of train"):
        read_prompts(tmp_path)
    with pytest.raises(DatasetError, match="does not exist"):
        read_predictions(tmp_path / "none")
    file = write(tmp_path / "p.jsonl.gz", PREDICTION, packed=True)
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(DatasetError, match="cannot be read to its end"):
        read_predictions(file)


@pytest.mark.data
def test_the_published_annotations_are_read() -> None:
    folder = os.environ.get("EULALIA_DATA")
    if not folder:
        pytest.skip("EULALIA_DATA names no folder of public data sets")
    if not (Path(folder) / "slurp").is_dir():
        pytest.skip(f"{folder} has no SLURP")
    prompts = read_prompts(Path(folder) / "slurp")
    assert len(prompts) == 2_033 + 2_974
    for prompt in prompts:
        assert all(slot.value for slot in prompt.slots), prompt
        assert "[" not in prompt.text
