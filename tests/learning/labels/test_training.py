"""Fitting on a few dialogues, and what comes of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from eulalia.errors import EulaliaError
from eulalia.learning import logs
from eulalia.learning.labels import Dialogues, PrecisionError, label
from eulalia.learning.labels.calibration import threshold
from eulalia.truth import Truth
from eulalia.turn import Answer, Turn
from tests.learning.making import make_turn

RECIPE = """
seed = 1
logs = ["{log}"]
folds = 2
pretraining_epochs = 1
epochs = {epochs}
batch_dialogues = 8
learning_rate = 1e-2
dimension = 8
width = 16
layers = 1
heads = 2
dropout = 0.0
"""


def dialogue(number: int) -> list[tuple[Turn, Truth]]:
    """A request that fails, which other words put right, and another wish."""
    own = {"customer": f"c{number}", "session": f"s{number}"}
    rows = [
        ("gibberish again", "general_quirky", "play_music", "one", False),
        ("play jazz", "play_music", "play_music", "one", True),
        ("wake me", "alarm_set", "alarm_set", "two", True),
    ]
    return [
        (
            turn := make_turn(
                f"{number}-{place}", text, intent=read, seconds=7.0 * place,
                answer=Answer(f"{read} done", "en-US"), **own,
            ),
            Truth(turn.id, intent=meant, goal=f"{number}-{goal}", satisfied=satisfied),
        )
        for place, (text, read, meant, goal, satisfied) in enumerate(rows)
    ]  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    logs.write(path, (pair for number in range(40) for pair in dialogue(number)))
    return path


def test_what_is_plain_to_see_is_learned(log: Path, tmp_path: Path) -> None:
    from eulalia.learning.training.labels import train

    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.format(log=log, epochs=15))
    report = train(recipe, output=tmp_path / "model")[str(log)]
    assert report["success"]["accuracy"]["value"] > 0.95
    assert report["segmentation"]["f1"]["value"] > 0.95
    before = report["meaning"]["baselines"]["as understood"]["intent_accuracy"]["value"]
    assert before == pytest.approx(2 / 3)
    assert report["meaning"]["intent_accuracy"]["value"] > 0.95
    assert json.loads((tmp_path / "model" / "scores.json").read_text("utf-8"))[str(log)] == report
    model = Dialogues.open(tmp_path / "model")
    first, second, third = label([turn for turn, _ in dialogue(99)], model)
    assert (first.intent, first.source) == ("play_music", "99-1")
    assert first.goal == second.goal != third.goal
    assert first.success < 0.5 < second.success
    # All were right, so that what was seen of failures is too little to be trusted.
    with pytest.raises(PrecisionError):
        threshold(model.calibration["other"]["precision"], 0.9)


def test_the_same_recipe_gives_the_same_model(log: Path, tmp_path: Path) -> None:
    from eulalia.learning.training.labels import train

    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.format(log=log, epochs=1))
    reports = [train(recipe, output=tmp_path / name) for name in ("one", "two")]
    assert reports[0] == reports[1]
    one, two = ((tmp_path / name / "config.json").read_bytes() for name in ("one", "two"))
    assert one == two


def test_a_log_without_truth_and_a_broken_recipe_are_refused(tmp_path: Path) -> None:
    from eulalia.learning.training.labels import train

    path = tmp_path / "bare.jsonl"
    logs.write(path, [(make_turn("1"), None)])
    recipe = tmp_path / "recipe.toml"
    for content, complaint in (
        (RECIPE.format(log=path, epochs=1), "tells no truth"),
        ("seed = 1", "must give"),
        ("seed = ", "cannot be read"),
    ):
        recipe.write_text(content)
        with pytest.raises(EulaliaError, match=complaint):
            train(recipe, output=tmp_path / "model")
        assert not (tmp_path / "model").exists()
