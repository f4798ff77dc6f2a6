"""`eulalia train adapter`: what makes listed words likelier in a recogniser that stays as it is."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli.data import DEFAULT_DATA, DataFolder
from eulalia.cli.train_learning import Output, Recipe
from eulalia.errors import EulaliaError


def adapter(
    recipe: Recipe,
    data: DataFolder = DEFAULT_DATA,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="The recogniser that it is for; the shipped one by default."
        ),
    ] = None,
    output: Output = None,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 1,
) -> None:
    """Train the contextual adapter of a recogniser."""
    import logging

    if not recipe.is_file():
        raise EulaliaError(
            f"There is no recipe {recipe}; name one such as recipes/adapter-en.toml."
        )
    folder = data.expanduser()
    if not folder.is_dir():
        raise EulaliaError(f"There is no data folder {folder}; name one with --data.")
    try:
        from eulalia.asr.training.adapter import train
    except ModuleNotFoundError as error:
        raise EulaliaError(
            f"Training needs {error.name}, which is not installed; "
            "install it with `pip install 'eulalia[train]'`."
        ) from error
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    train(
        recipe,
        data=folder,
        model=model or Path(str(files("eulalia") / "models" / "asr-en")),
        output=output or Path("runs") / recipe.stem,
        threads=threads,
    )
