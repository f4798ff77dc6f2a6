"""Manifests of recordings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eulalia.datasets import DatasetError, Manifest


def write(folder: Path, *rows: dict[str, Any], sound: bool = True) -> Path:
    for item in rows:
        name = item.get("audio_filepath")
        if sound and isinstance(name, str):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).touch()
    path = folder / "manifest.jsonl"
    path.write_text("".join(json.dumps(item) + "\n" for item in rows), "utf-8")
    return path


def test_sound_is_found_beside_the_manifest(tmp_path: Path) -> None:
    path = write(tmp_path, {"audio_filepath": "yes/1.opus", "text": "yes", "speaker": "s1"})
    (recording,) = Manifest.read(path)
    assert recording.audio == tmp_path / "yes/1.opus"
    assert (recording.text, recording.speaker, recording.duration) == ("yes", "s1", None)


def test_a_folder_stands_for_its_manifest(tmp_path: Path) -> None:
    path = write(tmp_path, {"audio_filepath": "a.wav"})
    assert Manifest.read(tmp_path) == Manifest.read(path)


def test_silence_and_an_unknown_text_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, {"audio_filepath": "a.wav", "text": ""}, {"audio_filepath": "b.wav"})
    assert [recording.text for recording in Manifest.read(tmp_path)] == ["", None]


def test_commands_phrases_and_other_fields_are_kept(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "audio_filepath": "a.wav",
            "duration": 2,
            "phrases": ["flat white", "mocha"],
            "rare": ["mocha"],
            "intent": "orderDrink",
            "slots": {"size": "large"},
            "gender": "f",
            "age": 6,
        },
    )
    (recording,) = Manifest.read(tmp_path)
    assert recording.duration == 2.0
    assert recording.phrases == ("flat white", "mocha")
    assert recording.rare == ("mocha",)
    assert (recording.intent, recording.slots) == ("orderDrink", {"size": "large"})
    assert recording.notes == {"gender": "f", "age": 6}


def test_a_limit_takes_recordings_at_even_distances(tmp_path: Path) -> None:
    write(tmp_path, *({"audio_filepath": f"{number}.wav"} for number in range(10)))
    manifest = Manifest.read(tmp_path)
    assert [recording.audio.stem for recording in manifest.limit(5)] == ["0", "2", "4", "6", "8"]
    assert len(manifest.limit(99)) == len(manifest.limit(None)) == 10
    with pytest.raises(DatasetError, match="limit of 0"):
        manifest.limit(0)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"text": "yes"}, "line 1 has no 'audio_filepath'"),
        ({"audio_filepath": 3}, "which must be a text"),
        ({"audio_filepath": "a.wav", "text": ["yes"]}, "'text', which must be a text"),
        ({"audio_filepath": "a.wav", "duration": "2 s"}, "must be in seconds"),
        ({"audio_filepath": "a.wav", "duration": -1}, "must be in seconds"),
        ({"audio_filepath": "a.wav", "duration": float("nan")}, "must be in seconds"),
        ({"audio_filepath": "a.wav", "duration": True}, "must be in seconds"),
        ({"audio_filepath": "a.wav", "phrases": "mocha"}, "must be a list of texts"),
        ({"audio_filepath": "a.wav", "rare": [1]}, "must be a list of texts"),
        ({"audio_filepath": "a.wav", "slots": ["size"]}, "must be texts by name"),
        ({"audio_filepath": "a.wav", "slots": {"shots": 2}}, "must be texts by name"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, row: dict[str, Any], complaint: str) -> None:
    path = write(tmp_path, row)
    with pytest.raises(DatasetError) as caught:
        Manifest.read(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_sound_file_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, {"audio_filepath": "gone.wav"}, sound=False)
    with pytest.raises(DatasetError, match=r"line 1 names .*gone\.wav, which does not exist"):
        Manifest.read(path)


def test_an_absent_and_an_empty_manifest_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        Manifest.read(tmp_path)
    with pytest.raises(DatasetError, match="names no recordings"):
        Manifest.read(write(tmp_path))
