"""`eulalia train translation`: a translation model, from parallel text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli.data import DEFAULT_DATA, DataFolder

Recipe = Annotated[
    Path,
    typer.Argument(metavar="RECIPE", help="A TOML file such as recipes/translation-en-zh.toml."),
]


def translation(
    recipe: Recipe,
    data: DataFolder = DEFAULT_DATA,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="DIR", help="Where the model goes; runs/RECIPE by default."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint in the output folder.")
    ] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Processor threads; all by default.")
    ] = None,
) -> None:
    """Train the translation from one language to another."""
    import logging
    import os

    from eulalia.errors import EulaliaError

    if not recipe.is_file():
        raise EulaliaError(
            f"There is no recipe {recipe}; name a TOML file such as those in recipes/."
        )
    folder = data.expanduser()
    if not folder.is_dir():
        raise EulaliaError(f"There is no data folder {folder}; name one with --data.")
    try:
        from eulalia.translation.training import train
    except ModuleNotFoundError as error:
        raise EulaliaError(
            f"Training needs {error.name}, which is not installed; "
            "install it with `pip install 'eulalia[train,translate]'`."
        ) from error
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    train(
        recipe,
        data=folder,
        output=output or Path("runs") / recipe.stem,
        resume=resume,
        threads=threads or os.cpu_count() or 1,
    )
