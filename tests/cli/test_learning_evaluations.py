"""`eulalia evaluate defects` and `rephrases`, `eulalia train` of both, and verdicts on turns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eulalia.cli.app import app
from eulalia.learning import logs
from eulalia.memory import Memory
from eulalia.truth import Failure, Truth
from tests.learning.making import make_turn


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Twelve customers: half of them have to say it twice."""
    pairs = []
    for number in range(12):
        who = {"customer": f"c{number}", "session": f"s{number}"}
        again = number % 2 == 0
        first = make_turn(f"{number}a", "play jazz", feedback=("reprompt",) * again, **who)
        failure = Failure.INTENT if again else Failure.CORRECT
        pairs.append((first, Truth(first.id, failure=failure, goal=f"g{number}")))
        if again:
            second = make_turn(f"{number}b", "play jazz", seconds=6, **who)
            pairs.append((second, Truth(second.id, failure=Failure.CORRECT, goal=f"g{number}")))
    path = tmp_path / "log.jsonl"
    logs.write(path, pairs)
    return path


def test_probabilities_of_defects_are_compared_with_the_truth(log: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    ran = CliRunner().invoke(
        app, ["evaluate", "defects", "--turns", str(log), "--json", str(figures)]
    )
    assert ran.exit_code == 0, ran.output
    report = json.loads(figures.read_text("utf-8"))
    assert report["n"] == 18
    assert report["rate"] == pytest.approx(1 / 3)
    assert report["auc"] > 0.6


def test_rephrases_are_compared_with_the_goals_and_the_baseline(log: Path, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    ran = CliRunner().invoke(
        app, ["evaluate", "rephrases", "--turns", str(log), "--json", str(figures)]
    )
    assert ran.exit_code == 0, ran.output
    report = json.loads(figures.read_text("utf-8"))
    assert report["pairs"] == 6
    assert report["baseline_f1"] == 1.0
    assert report["f1"] == 1.0


@pytest.mark.parametrize("what", ["defects", "rephrases"])
def test_a_log_without_truth_is_one_sentence(what: str, tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    logs.write(path, [(make_turn("1"), None)])
    ran = CliRunner().invoke(app, ["evaluate", what, "--turns", str(path)])
    assert ran.exit_code == 1
    assert "does not tell" in ran.output
    assert "Traceback" not in ran.output


@pytest.mark.parametrize("what", ["defects", "rephrases"])
def test_models_are_fitted_by_recipe(what: str, log: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    recipe = tmp_path / f"{what}.toml"
    more = "leave_out = []\n" if what == "rephrases" else ""
    if what == "rephrases":
        # A goal of its own for every other turn, so that there are pairs of both kinds.
        pairs = list(logs.read(log))
        extra = [
            (
                make_turn(f"{n}c", "wake me up", intent="alarm_set", seconds=40,
                          customer=f"c{n}", session=f"s{n}"),
                Truth(f"{n}c", goal=f"h{n}"),
            )
            for n in range(12)
        ]  # fmt: skip
        logs.write(log, [*pairs, *extra])
    recipe.write_text(f'seed = 1\nrounds = 5\nlogs = ["{log}"]\n{more}')
    output = tmp_path / "model"
    ran = CliRunner().invoke(app, ["train", what, str(recipe), "--output", str(output)])
    assert ran.exit_code == 0, ran.output
    assert sorted(path.name for path in output.iterdir()) == ["model.npz", "scores.json"]
    ran = CliRunner().invoke(app, ["evaluate", what, "--turns", str(log), "--model", str(output)])
    assert ran.exit_code == 0, ran.output


@pytest.mark.parametrize(
    ("recipe", "complaint"),
    [("seed = 1", "must give rounds as int"), ("seed =", "cannot be read as a recipe")],
)
def test_a_bad_recipe_is_one_sentence(recipe: str, complaint: str, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    path = tmp_path / "recipe.toml"
    path.write_text(recipe)
    ran = CliRunner().invoke(app, ["train", "defects", str(path)])
    assert ran.exit_code == 1
    assert complaint in " ".join(ran.output.split())
    assert "Traceback" not in ran.output


def test_a_drawn_turn_has_its_verdict_with_the_evidence_below(tmp_path: Path) -> None:
    with Memory.open(str(tmp_path / "memory.db")) as memory:
        memory.save_all(
            [
                make_turn("a1", "whether like in pears", intent="weather_query",
                          feedback=("rephrase",)),
                make_turn("b2", "what is the weather like in paris", intent="weather_query",
                          seconds=8),
            ]
        )  # fmt: skip
    ran = CliRunner().invoke(app, ["turns", "show", "a1", "--memory", str(tmp_path / "memory.db")])
    assert ran.exit_code == 0, ran.output
    assert "verdict: it misheard" in ran.output
    assert "because" in ran.output
