"""`eulalia demo`: the whole chain, with the shipped models and nothing replaced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import soundfile
from typer.testing import CliRunner

from eulalia.audio import espeak
from eulalia.cli import app
from eulalia.cli.demo import COFFEE_SCENES, SCENES
from eulalia.turn import Outcome, Turn

from .conftest import Run

Scenes = list[dict[str, Any]]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def scenes(output: Path) -> Scenes:
    result = CliRunner().invoke(app, ["demo", "--json", "--output", str(output)])
    assert result.exit_code == 0, result.stderr
    played: Scenes = json.loads(result.stdout)
    return played


def test_every_scene_is_played_and_none_breaks(scenes: Scenes) -> None:
    assert [scene["request"] for scene in scenes] == [
        scene.text for scene in (*SCENES, *COFFEE_SCENES)
    ]
    assert not [scene for scene in scenes if scene["outcome"] == Outcome.FAILED]


def test_nearly_every_scene_ends_as_it_should(scenes: Scenes) -> None:
    assert sum(scene["as_expected"] for scene in scenes) >= len(scenes) - 2


def test_what_is_beyond_the_assistant_is_reported_as_such(scenes: Scenes) -> None:
    outcomes = {scene["outcome"] for scene in scenes}
    assert Outcome.UNAVAILABLE in outcomes
    assert Outcome.NOT_UNDERSTOOD in outcomes


def test_spoken_scenes_pass_the_ears(scenes: Scenes) -> None:
    spoken = [scene for scene in scenes if scene["voice"]]
    assert len(spoken) >= 3
    for scene in spoken:
        turn = Turn.from_json(json.dumps(scene["turn"]))
        assert turn.span("vad") is not None
        assert turn.span("asr") is not None
        assert scene["heard"]


def test_typed_scenes_are_in_many_languages(scenes: Scenes) -> None:
    assert len({scene["locale"] for scene in scenes if not scene["voice"]}) >= 10


def test_answers_are_written_as_sound(scenes: Scenes) -> None:
    for scene in scenes:
        samples, rate = soundfile.read(scene["answer_wav"])
        assert rate == 16_000
        assert abs(samples).max() > 0.05


def test_the_demo_keeps_its_turns_where_it_says(scenes: Scenes, output: Path, run: Run) -> None:
    listed = run("turns", "list", "--json", "--memory", output / "memory")
    assert listed.status == 0
    for scene in scenes:
        assert scene["turn"]["id"] in listed.output


def test_a_folder_that_cannot_be_made_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run("demo", "--output", tmp_path / "file" / "demo")
    assert result.status == 1
    assert "file" in result.complaint


@pytest.mark.parametrize(
    "voice", sorted({scene.voice for scene in (*SCENES, *COFFEE_SCENES) if scene.voice})
)
def test_the_voices_of_the_scenes_exist(voice: str) -> None:
    assert len(espeak.synthesize("hello", voice)) > 1_000
