"""`eulalia train`: models from data, by recipe."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer

from eulalia.cli.data import DEFAULT_DATA, DataFolder
from eulalia.cli.train_learning import defects, failures, rephrases
from eulalia.cli.train_rewriting import rewriting
from eulalia.errors import EulaliaError

app = typer.Typer(help="Train a model by its recipe.", no_args_is_help=True)

_NEEDED = {
    "accelerate": "train",
    "ctranslate2": "train,translate",
    "onnx": "train",
    "pyworld": "train",
    "sacrebleu": "train,translate",
    "safetensors": "train",
    "sklearn": "train",
    "torch": "train",
    "transformers": "train",
}
"""Packages that training needs, by the names that they are imported under, and the extras that
bring them."""

Recipe = Annotated[
    Path, typer.Argument(metavar="RECIPE", help="A TOML file such as recipes/nlu.toml.")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="DIR", help="Where the model goes; runs/RECIPE by default."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on from the checkpoint in the output folder.")
]
Threads = Annotated[int | None, typer.Option(min=1, help="Processor threads; all by default.")]


@app.command()
def nlu(
    recipe: Annotated[
        Path | None,
        typer.Argument(metavar="[RECIPE]", help="A TOML file such as recipes/nlu.toml."),
    ] = None,
    data: DataFolder = DEFAULT_DATA,
    output: Output = None,
    resume: Resume = False,
    threads: Threads = None,
    add: Annotated[
        Path | None,
        typer.Option(
            "--add",
            metavar="LABELS",
            help="Instead of training anew, extend a model by these labelled requests, such as "
            "`learn labels` writes; a minute for each locale.",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="DIR",
            help="The model that --add extends; the shipped one by default.",
        ),
    ] = None,
) -> None:
    """Train the understanding of requests, or extend it by more of them."""
    if add is not None:
        if recipe is not None or resume or threads is not None:
            raise EulaliaError(
                "A model is extended by its own recipe, in a minute and on one core; "
                "leave RECIPE, --resume and --threads away with --add."
            )
        _extend(add, data, output or Path("runs") / "nlu-extended", model)
    elif model is not None:
        raise EulaliaError("Training starts from nothing; name --from together with --add.")
    elif recipe is None:
        raise EulaliaError("Name a recipe, such as recipes/nlu.toml, or labels with --add.")
    else:
        _train("eulalia.nlu.training", recipe, data, output, resume, threads)


@app.command()
def asr(
    recipe: Recipe,
    data: DataFolder = DEFAULT_DATA,
    output: Output = None,
    resume: Resume = False,
    threads: Threads = None,
) -> None:
    """Train the recognition of speech."""
    _train("eulalia.asr.training", recipe, data, output, resume, threads)


@app.command()
def translation(
    recipe: Recipe,
    data: DataFolder = DEFAULT_DATA,
    output: Output = None,
    resume: Resume = False,
    threads: Threads = None,
) -> None:
    """Train the translation between languages."""
    _train("eulalia.translation.training", recipe, data, output, resume, threads)


@app.command()
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
    threads: Threads = 1,
) -> None:
    """Train the contextual adapter of a recogniser."""
    _train(
        "eulalia.asr.training.adapter",
        recipe,
        data,
        output,
        threads=threads,
        model=model or Path(str(files("eulalia") / "models" / "asr-en")),
    )


@app.command()
def labels(recipe: Recipe, output: Output = None, threads: Threads = None) -> None:
    """Fit what tells from dialogues what was wanted, on logs whose truth is known."""
    if not recipe.is_file():
        raise EulaliaError(f"There is no recipe {recipe}; name one such as recipes/labels.toml.")
    train = _function("eulalia.learning.training.labels", "train")
    _show_log()
    train(recipe, output=output or Path("runs") / recipe.stem, threads=threads or 1)


app.command()(failures)
app.command()(defects)
app.command()(rephrases)
app.command()(rewriting)


def _train(
    module: str,
    recipe: Path,
    data: Path,
    output: Path | None,
    resume: bool | None = None,
    threads: int | None = None,
    **more: Path,
) -> None:
    if not recipe.is_file():
        raise EulaliaError(
            f"There is no recipe {recipe}; name a TOML file such as those in recipes/."
        )
    data = _folder(data)
    trainer = _function(module, "train")
    _show_log()
    resumable = {} if resume is None else {"resume": resume}
    trainer(
        recipe,
        data=data,
        output=output or Path("runs") / recipe.stem,
        threads=threads or os.cpu_count() or 1,
        **resumable,
        **more,
    )


def _extend(added: Path, data: Path, output: Path, model: Path | None) -> None:
    from rich.console import Console

    if not added.is_file():
        raise EulaliaError(
            f"There is no file {added}; name labels such as `eulalia learn labels` writes."
        )
    extend = _function("eulalia.nlu.training.extension", "extend")
    with Console(stderr=True).status("learning the added requests"):
        figures = extend(added, data=_folder(data), output=output, model=model)
    for locale, own in figures.items():
        print(
            f"{locale}: of the intents of dev {own['before']:.4f} were right, "
            f"now {own['after']:.4f} are"
        )
    print(f"{output}: use it with `eulalia evaluate nlu --model {output}`")


def _folder(data: Path) -> Path:
    data = data.expanduser()
    if not data.is_dir():
        raise EulaliaError(
            f"There is no data folder {data}; name one with --data or EULALIA_DATA, "
            "and fill it with `eulalia data get`."
        )
    return data


def _show_log() -> None:
    """The trainers tell their cost and progress to the log; here people read it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


def _function(module: str, name: str) -> Callable[..., Any]:
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
