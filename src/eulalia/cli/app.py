"""The command `eulalia` and its subcommands.

The modules of the subcommands are light: what takes time to import, they import when they run.
"""

from __future__ import annotations

from typing import Annotated

import typer

from eulalia import __version__
from eulalia.cli import (
    data,
    data_turns,
    evaluate,
    learn,
    logs,
    settings,
    skills,
    train,
    translate,
    turns,
)
from eulalia.cli.ask import ask
from eulalia.cli.demo import demo
from eulalia.cli.errors import Commands
from eulalia.cli.listen import listen
from eulalia.cli.ring import ring
from eulalia.cli.transcribe import transcribe

app = typer.Typer(
    name="eulalia",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="An open voice assistant that hears, understands, acts and answers, offline.",
)
app.command()(ask)
app.command()(listen)
app.command()(transcribe)
app.command()(ring)
app.command()(demo)
app.add_typer(turns.app, name="turns")
turns.app.command("export")(logs.export_turns)
turns.app.command("import")(logs.import_turns)
app.add_typer(skills.app, name="skills")
app.add_typer(settings.app, name="settings")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(train.app, name="train")
app.add_typer(learn.app, name="learn")
app.add_typer(translate.app, name="translate")
app.add_typer(data.app, name="data")
data.app.add_typer(data_turns.app, name="turns")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def eulalia(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """An open voice assistant that hears, understands, acts and answers, offline."""


def main() -> None:
    """Run the command line; an EulaliaError ends it with one sentence and status 1."""
    app()
