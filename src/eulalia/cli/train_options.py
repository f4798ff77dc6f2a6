"""What the commands of `eulalia train` share."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from eulalia.errors import EulaliaError

Recipe = Annotated[
    Path, typer.Argument(metavar="RECIPE", help="A TOML file such as those in recipes/.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="DIR", help="Where the model goes; runs/RECIPE by default."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on from the checkpoint in the output folder.")
]
Threads = Annotated[int | None, typer.Option(min=1, help="Processor threads; all by default.")]

_NEEDED = {
    "accelerate": "train",
    "ctranslate2": "train,translate",
    "onnx": "train",
    "pyworld": "train",
    "sacrebleu": "train,translate",
    "safetensors": "train",
    "scipy": "learn",
    "sklearn": "learn",
    "torch": "train",
    "transformers": "train",
}
"""Packages that training needs, by the names that they are imported under, and the extras that
bring them."""


def train(
    module: str, recipe: Path, output: Path | None, *, data: Path | None = None, **more: Any
) -> None:
    """Train by a recipe into the output folder, with the module's function `train`."""
    if not recipe.is_file():
        raise EulaliaError(
            f"There is no recipe {recipe}; name a TOML file such as those in recipes/."
        )
    if data is not None:
        more["data"] = data_folder(data)
    trainer = training_function(module, "train")
    # The trainers tell their cost and progress to the log; here people read it.
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    trainer(recipe, output=output or Path("runs") / recipe.stem, **more)


def data_folder(data: Path) -> Path:
    """The folder of public data sets. Raises EulaliaError where there is none."""
    data = data.expanduser()
    if not data.is_dir():
        raise EulaliaError(
            f"There is no data folder {data}; name one with --data or EULALIA_DATA, "
            "and fill it with `eulalia data get`."
        )
    return data


def training_function(module: str, name: str) -> Callable[..., Any]:
    """A function of a training folder, which needs more than the base install."""
    try:
        function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in _NEEDED:
            raise
        raise EulaliaError(
            f"Training needs {missing}, which is not installed; "
            f"install it with `pip install 'eulalia[{_NEEDED[missing]}]'`."
        ) from error
    return function
