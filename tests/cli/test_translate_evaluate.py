import json

import pytest
from typer.testing import CliRunner

from eulalia.cli.app import app
from eulalia.translation.engine import Engine
from tests.translation.test_engine import Echo

ENGLISH = "# Title\n\nThe cat `x` sleeps on the roof.\n\nDogs bark at the moon.\n"
CHINESE = "# 标题\n\n猫`x`睡在屋顶上。\n\n狗对着月亮叫。\n"


@pytest.fixture
def folders(tmp_path, monkeypatch):
    monkeypatch.setattr(Engine, "open", classmethod(lambda cls, *named: cls(Echo(), named[3])))
    for name, text in (("en", ENGLISH), ("zh", CHINESE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text(text, "utf-8")
    rows = ["en,zh", "The cat `x` sleeps on the roof.,猫`x`睡在屋顶上。"]
    pairs = "\n".join([*rows, "Dogs bark at the moon.,狗对着月亮叫。"])
    (tmp_path / "pairs.csv").write_text(pairs, "utf-8")
    return tmp_path


def evaluate(folder, *options):
    languages = ["--source-language", "en", "--target-language", "zh"]
    sides = ["--sources", str(folder / "en"), "--references", str(folder / "zh")]
    return CliRunner().invoke(app, ["translate", "evaluate", *languages, *sides, *options])


def test_pairs_raise_the_scores_and_the_json_has_all_figures(folders):
    figures = []
    for options in ([], ["--parallel-data", str(folders / "pairs.csv")]):
        found = evaluate(folders, *options, "--json", str(folders / "out.json"))
        assert found.exit_code == 0, found.output
        figures.append(json.loads((folders / "out.json").read_text()))
    plain, adapted = figures
    assert set(plain) == {"bleu", "chrf", "ter", "signatures", "segments", "words_per_second"}
    assert adapted["bleu"] > plain["bleu"] + 30
    assert adapted["ter"] < plain["ter"]
    assert adapted["segments"] == plain["segments"] >= 2
    assert "tok:zh" in adapted["signatures"]["bleu"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--method", "reuse"], "name some with --parallel-data"),
        (["--parallel-data", "pairs.csv", "--method", "magic"], "no method 'magic'"),
        (["--json", "absent/out.json"], "There is no folder"),
        (["--parallel-data", "absent.csv"], "cannot be read"),
    ],
)
def test_bad_options_are_told_in_a_sentence(folders, monkeypatch, options, message):
    monkeypatch.chdir(folders)
    found = evaluate(folders, *options)
    assert found.exit_code == 1
    assert message in " ".join(found.output.split())
