"""`eulalia learn rewrites`: what requests should be taken for, from what customers did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eulalia.cli import options

if TYPE_CHECKING:
    from eulalia.rewrites import LearnedRewrite

_SHOWN = 10


class EngineName(StrEnum):
    """As `learning.mining.Engine`, which takes a while to import."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def rewrites(
    turns: options.Log,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Write the rewrites here.")
    ],
    engine: Annotated[
        EngineName, typer.Option(help="What works out the counts.")
    ] = EngineName.DUCKDB,
    customers: Annotated[
        int,
        typer.Option(
            metavar="K",
            help="How many customers must know each word of a rewrite and be served by it.",
        ),
    ] = 2,
) -> None:
    """Find requests that fail and what their customers said instead, with the evidence."""
    from rich.console import Console

    from eulalia import rewrites as files
    from eulalia.cli.files import check_folder

    check_folder(output)
    with _progress():
        found = _mined(turns, engine, customers)
    count = files.write(output, found)
    console = Console()
    if found:
        console.print(_table(found))
    console.print(f"{output}: {count:,} rewrites", highlight=False, soft_wrap=True)


def _mined(turns: Path, engine: str, customers: int) -> list[LearnedRewrite]:
    from eulalia.learning.logs import LogError

    try:
        from eulalia.learning import mining
    except ImportError as error:
        raise LogError(
            f"Mining needs {error.name}; install it with `pip install 'eulalia[learn]'`."
        ) from error
    settings = mining.Settings(customers=customers)
    return mining.rewrites(mining.table(turns, mining.Engine(engine)), settings)


@contextmanager
def _progress() -> Iterator[None]:
    """A bar on standard error that moves while the engine works; how far it is, it does not say."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        bar.add_task("counting what came after what", total=None)
        yield


def _table(found: list[LearnedRewrite]) -> Any:
    """The surest rewrites with their evidence."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None)
    for heading in ("request", "rewrite", "understood as"):
        table.add_column(heading, overflow="fold")
    for heading in ("turns", "before", "after", "score"):
        table.add_column(heading, justify="right")
    for one in found[:_SHOWN]:
        table.add_row(
            Text(_printable(one.request)),
            Text(_printable(one.text)),
            Text(_printable(one.state or "")),
            f"{one.evidence.turns:,}",
            f"{one.evidence.success_before:.2f}",
            f"{one.evidence.success_after:.2f}",
            f"{one.evidence.score:.2f}",
        )
    return table


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in text)
