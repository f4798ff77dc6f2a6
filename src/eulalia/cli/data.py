"""`eulalia data`: public data sets and where to get them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Get public data sets.", no_args_is_help=True)

DataFolder = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="DIR",
        envvar="EULALIA_DATA",
        help="The folder of public data sets.",
    ),
]
DEFAULT_DATA = Path("~/.eulalia/data")


@app.command("list")
def list_sets(data: DataFolder = DEFAULT_DATA) -> None:
    """Show the sets that can be had, and which are here already."""
    from rich.console import Console
    from rich.table import Table

    from eulalia.datasets.catalog import SOURCES

    table = Table(box=None)
    for heading in ("name", "what", "licence", "here"):
        table.add_column(heading)
    for source in SOURCES:
        here = (data.expanduser() / source.path).is_file()
        table.add_row(source.name, source.title, source.licence, "yes" if here else "no")
    Console().print(table)


@app.command()
def get(
    name: Annotated[str, typer.Argument(help="A name from `eulalia data list`.")],
    data: DataFolder = DEFAULT_DATA,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE|URL",
            help="Take it from this file or address instead of its publisher's.",
        ),
    ] = None,
    sha256: Annotated[
        str | None,
        typer.Option("--sha256", metavar="HEX", help="The checksum that it must have."),
    ] = None,
) -> None:
    """Download a set; repeat the command to go on after an interruption."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from eulalia.datasets.catalog import find_source
    from eulalia.datasets.download import download

    wanted = find_source(name)
    target = data.expanduser() / wanted.path
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        download(
            source or wanted.url,
            target,
            sha256=sha256 or wanted.sha256,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    print(target)
