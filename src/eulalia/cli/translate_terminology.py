"""`eulalia translate terminology`: terms that are always translated in one way."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli import translate_options as options
from eulalia.cli.options import Json
from eulalia.cli.translate_parallel_data import check_name, format_of

app = typer.Typer(no_args_is_help=True, help="Terms that are always translated in one way.")

_Name = Annotated[str, typer.Argument(metavar="NAME")]


@app.command("import")
def import_(
    name: _Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV or TMX.")],
    multi: Annotated[
        bool, typer.Option("--multi", help="Between all its languages, not from the first alone.")
    ] = False,
    description: Annotated[str | None, typer.Option(help="What it is, in a few words.")] = None,
    folder: options.Folder = options.DEFAULT_FOLDER,
) -> None:
    """Import a file under a name, in place of what stands there."""
    from eulalia.errors import EulaliaError
    from eulalia.translation.resources import terminologies

    check_name(name)
    try:
        with file.open("rb") as opened:
            content = opened.read(terminologies.LARGEST_FILE + 1)
    except OSError as error:
        raise EulaliaError(f"{file} cannot be read ({error.strerror}).") from error
    made = terminologies.put(
        options.open_store(folder),
        name,
        content,
        format_of(file.name),
        directionality="MULTI" if multi else "UNI",
        description=description,
    )
    print(f"{made.terms} terms in {' '.join(made.languages)}; {made.skipped} left out.")


@app.command()
def get(
    name: _Name, as_json: Json = False, folder: options.Folder = options.DEFAULT_FOLDER
) -> None:
    """Tell what a name stands for."""
    from eulalia.translation.resources import terminologies

    found = terminologies.get(options.open_store(folder), name)
    if as_json:
        print(json.dumps(asdict(found)))
        return
    options.show(
        {
            "name": found.name,
            "description": found.description,
            "languages": " ".join(found.languages),
            "directionality": found.directionality,
            "terms": found.terms,
            "skipped": found.skipped,
            "updated": options.moment(found.updated),
        }
    )


@app.command("list")
def list_all(as_json: Json = False, folder: options.Folder = options.DEFAULT_FOLDER) -> None:
    """List all names."""
    from rich.console import Console
    from rich.table import Table

    from eulalia.translation.resources import terminologies

    found = terminologies.everything(options.open_store(folder)).things
    if as_json:
        print(json.dumps([asdict(each) for each in found]))
        return
    table = Table("name", "languages", "directionality", "terms", "updated", box=None)
    for each in found:
        languages, updated = " ".join(each.languages), options.moment(each.updated)
        table.add_row(each.name, languages, each.directionality, f"{each.terms:,}", updated)
    Console().print(table)


@app.command()
def delete(name: _Name, folder: options.Folder = options.DEFAULT_FOLDER) -> None:
    """Delete what a name stands for."""
    from eulalia.translation.resources import terminologies

    terminologies.remove(options.open_store(folder), name)
