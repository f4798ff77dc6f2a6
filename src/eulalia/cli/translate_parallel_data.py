"""`eulalia translate parallel-data`: examples of translations, kept under names."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eulalia.cli import translate_options as options
from eulalia.cli.options import Json

if TYPE_CHECKING:
    from eulalia.translation.resources import ParallelData, Store

app = typer.Typer(no_args_is_help=True, help="Examples of translations, kept under names.")

_Name = Annotated[str, typer.Argument(metavar="NAME")]
_File = Annotated[
    str, typer.Argument(metavar="FILE", help="CSV, TSV or TMX: a path, or s3://bucket/name.")
]
_Description = Annotated[str | None, typer.Option(help="What it is, in a few words.")]


@app.command()
def create(
    name: _Name,
    file: _File,
    description: _Description = None,
    folder: options.Folder = options.DEFAULT_FOLDER,
    buckets: options.BucketsAt = None,
) -> None:
    """Import a file under a new name."""
    from eulalia.translation.resources import parallel_data

    check_name(name)
    store, places = options.open_store(folder), options.open_buckets(folder, buckets)
    uri, token = options.uri_of(file), uuid.uuid4().hex
    parallel_data.create(
        store, places, name, uri, format_of(file), token=token, description=description
    )
    _import(store, folder, buckets, name)


@app.command()
def update(
    name: _Name,
    file: _File,
    description: _Description = None,
    folder: options.Folder = options.DEFAULT_FOLDER,
    buckets: options.BucketsAt = None,
) -> None:
    """Import another file in place of what a name stands for."""
    from eulalia.translation.resources import parallel_data

    store, places = options.open_store(folder), options.open_buckets(folder, buckets)
    uri, token = options.uri_of(file), uuid.uuid4().hex
    parallel_data.renew(
        store, places, name, uri, format_of(file), token=token, description=description
    )
    _import(store, folder, buckets, name)


@app.command()
def get(
    name: _Name,
    as_json: Json = False,
    folder: options.Folder = options.DEFAULT_FOLDER,
) -> None:
    """Tell what a name stands for, and what was wrong with the file."""
    from eulalia.translation.resources import parallel_data

    _show(parallel_data.get(options.open_store(folder), name), as_json)


@app.command("list")
def list_all(as_json: Json = False, folder: options.Folder = options.DEFAULT_FOLDER) -> None:
    """List all names."""
    from rich.console import Console
    from rich.table import Table

    from eulalia.translation.resources import parallel_data

    found = parallel_data.everything(options.open_store(folder), parallel_data.MOST).things
    if as_json:
        print(json.dumps([asdict(each) for each in found]))
        return
    table = Table("name", "status", "languages", "records", "updated", box=None)
    for each in found:
        languages, count = " ".join(each.languages), f"{each.imported or 0:,}"
        table.add_row(each.name, each.status, languages, count, options.moment(each.updated))
    Console().print(table)


@app.command()
def delete(name: _Name, folder: options.Folder = options.DEFAULT_FOLDER) -> None:
    """Delete what a name stands for."""
    from eulalia.translation.resources import parallel_data

    parallel_data.remove(options.open_store(folder), name)


def check_name(name: str) -> None:
    """Raise EulaliaError for a name that Amazon Translate would not take."""
    import re

    from eulalia.errors import EulaliaError

    if len(name) > 256 or not re.fullmatch(r"([A-Za-z0-9-]_?)+", name):
        raise EulaliaError(
            f"{name!r} is no name; take letters, digits, hyphens, single underscores, up to 256."
        )


def format_of(file: str) -> str:
    """The format that the end of a file's name tells."""
    from eulalia.errors import EulaliaError
    from eulalia.translation.resources.records import FORMATS

    format = file.rpartition(".")[2].upper()
    if format not in FORMATS:
        raise EulaliaError(f"{file} must end in .csv, .tsv or .tmx.")
    return format


def _import(store: Store, folder: Path, buckets: str | None, name: str) -> None:
    """Wait until a file is imported, and tell how that went."""
    from eulalia.errors import EulaliaError
    from eulalia.translation.jobs import InstalledEngines, Setup
    from eulalia.translation.resources import parallel_data

    setup = Setup(store.folder, options.open_buckets(folder, buckets), InstalledEngines())

    def progress() -> tuple[int, int] | None:
        waits = parallel_data.get(store, name).status in ("CREATING", "UPDATING")
        return (0, 0) if waits else None

    options.work_until(setup, 1, progress, "importing")
    found = parallel_data.get(store, name)
    failure = found.message or (found.attempt or {}).get("message")
    if failure:
        raise EulaliaError(f"{name} was not imported: {failure}")
    _show(found, False)


def _show(found: ParallelData, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(found)))
        return
    options.show(
        {
            "name": found.name,
            "description": found.description,
            "status": found.status,
            "languages": " ".join(found.languages),
            "file": found.uri,
            "imported": found.imported,
            "skipped": found.skipped,
            "failed": found.failed,
            "message": found.message or (found.attempt or {}).get("message"),
            "updated": options.moment(found.updated),
        }
    )
    for problem in found.problems[:20]:
        print(" ", problem)
    if len(found.problems) > 20:
        print(f"  … {len(found.problems) - 20} more: --json tells up to 1,000.")
