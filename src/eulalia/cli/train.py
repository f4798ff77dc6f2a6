"""`eulalia train`: models from data, by recipe."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli.data import DEFAULT_DATA, DataFolder
from eulalia.cli.train_learning import defects, failures, labels, rephrases
from eulalia.cli.train_options import (
    Output,
    Recipe,
    Resume,
    Threads,
    data_folder,
    train,
    training_function,
)
from eulalia.cli.train_rewriting import rewriting
from eulalia.errors import EulaliaError

app = typer.Typer(help="Train a model by its recipe.", no_args_is_help=True)


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
    train(
        "eulalia.asr.training.adapter",
        recipe,
        output,
        data=data,
        threads=threads,
        model=model or Path(str(files("eulalia") / "models" / "asr-en")),
    )


app.command()(failures)
app.command()(defects)
app.command()(rephrases)
app.command()(labels)
app.command()(rewriting)


def _train(
    module: str, recipe: Path, data: Path, output: Path | None, resume: bool, threads: int | None
) -> None:
    threads = threads or os.cpu_count() or 1
    train(module, recipe, output, data=data, resume=resume, threads=threads)


def _extend(added: Path, data: Path, output: Path, model: Path | None) -> None:
    from rich.console import Console

    if not added.is_file():
        raise EulaliaError(
            f"There is no file {added}; name labels such as `eulalia learn labels` writes."
        )
    extend = training_function("eulalia.nlu.training.extension", "extend")
    with Console(stderr=True).status("learning the added requests"):
        figures = extend(added, data=data_folder(data), output=output, model=model)
    for locale, own in figures.items():
        print(
            f"{locale}: of the intents of dev {own['before']:.4f} were right, "
            f"now {own['after']:.4f} are"
        )
    print(f"{output}: use it with `eulalia evaluate nlu --model {output}`")
