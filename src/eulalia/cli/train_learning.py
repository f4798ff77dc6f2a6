"""`eulalia train failures`, `rephrases` and `defects`: what learning judges turns by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli.data import DEFAULT_DATA, DataFolder
from eulalia.errors import EulaliaError

Recipe = Annotated[
    Path, typer.Argument(metavar="RECIPE", help="A TOML file such as recipes/failures.toml.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="DIR", help="Where the model goes; runs/RECIPE by default."),
]


def failures(recipe: Recipe, data: DataFolder = DEFAULT_DATA, output: Output = None) -> None:
    """Fit what says where turns failed, on logs whose truth is known."""
    _fit("failures", recipe, output, data=data.expanduser())


def rephrases(recipe: Recipe, output: Output = None) -> None:
    """Fit what finds requests that are said again, on logs that tell the goals."""
    _fit("rephrases", recipe, output)


def defects(recipe: Recipe, output: Output = None) -> None:
    """Fit the probability that a customer was not served, on logs whose truth is known."""
    _fit("defects", recipe, output)


def _fit(name: str, recipe: Path, output: Path | None, **more: Path) -> None:
    import importlib
    import logging

    if not recipe.is_file():
        raise EulaliaError(
            f"There is no recipe {recipe}; name a TOML file such as recipes/{name}.toml."
        )
    try:
        module = importlib.import_module(f"eulalia.learning.training.{name}")
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in {"scipy", "sklearn"}:
            raise
        raise EulaliaError(
            f"This needs {missing}, which is not installed; "
            "install it with `pip install 'eulalia[learn]'`."
        ) from error
    # The trainers tell their progress to the log; here people read it.
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    module.train(recipe, output=output or Path("runs") / recipe.stem, **more)
