"""`eulalia train`: what it asks for before anything is trained."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from eulalia.cli.errors import Commands
from eulalia.cli.train import app as train_app

app = typer.Typer(cls=Commands)
app.add_typer(train_app, name="train")


@pytest.mark.parametrize("kind", ["nlu", "asr"])
def test_an_absent_recipe_or_data_folder_is_one_sentence(tmp_path: Path, kind: str) -> None:
    recipe = tmp_path / "recipe.toml"
    words = ["train", kind, str(recipe), "--data", str(tmp_path / "nowhere")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert f"There is no recipe {recipe}" in result.stderr
    recipe.touch()
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1
    assert "There is no data folder" in result.stderr
    assert "eulalia data get" in result.stderr


@pytest.mark.parametrize(
    ("kind", "package", "extra"), [("nlu", "torch", "train"), ("defects", "sklearn", "learn")]
)
def test_without_the_training_packages_it_says_which_extra_to_install(
    tmp_path: Path, kind: str, package: str, extra: str
) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.touch()
    # A None in sys.modules is how Python itself marks a package that cannot be imported.
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        f"sys.argv = ['eulalia', 'train', {kind!r}, {str(recipe)!r}]\n"
        "import typer\n"
        "from eulalia.cli.errors import Commands\n"
        "from eulalia.cli.train import app as train\n"
        "app = typer.Typer(cls=Commands)\n"
        "app.add_typer(train, name='train')\n"
        "app()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "EULALIA_DATA": str(tmp_path)},
    )
    assert result.returncode == 1
    assert f"pip install 'eulalia[{extra}]'" in result.stderr
    assert "Traceback" not in result.stderr
