"""`eulalia learn run`: a night of learning, from the turns to what is tried, kept and withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eulalia.cli import options

if TYPE_CHECKING:
    from eulalia.learning.nightly import Night, Step

REPORT = "learning.html"
"""The report's name in the folder of a memory."""


def run(
    memory: options.Memory = options.DEFAULT_MEMORY,
    turns: Annotated[
        Path | None,
        typer.Option("--turns", metavar="LOG", help="Learn from this log, not from the memory."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "-o", "--report", metavar="FILE", help=f"The report; {REPORT} in the memory's folder."
        ),
    ] = None,
) -> None:
    """Judge the rewrites on trial, keep or withdraw them, try new ones, and write the report."""
    from rich.console import Console

    from eulalia.cli.files import check_folder
    from eulalia.cli.turns import make_folder, open_memory
    from eulalia.learning import logs, nightly
    from eulalia.learning.report import write_report
    from eulalia.memory import Memory

    report = report or _usual_report(memory)
    if turns is not None:
        turns = turns.expanduser()
        next(iter(logs.read(turns)), None)  # a broken file must not make a memory
    opened = Memory.open(make_folder(memory)) if turns else open_memory(memory)
    if report is not None:
        check_folder(report)
    with opened as kept, steps(nightly.STEPS + (report is not None)) as step:
        night = nightly.learn(kept, turns, step)
        if report is not None:
            step("Writing the report")
            write_report(report, night.turns, night.defects, kept.rewrites)
    Console().print(_summary(night))
    if report is not None:
        print(f"The report is {report}")


def _usual_report(memory: str) -> Path | None:
    if "://" in memory:
        return None
    path = Path(memory).expanduser()
    return (path.parent if path.is_file() else path) / REPORT


@contextmanager
def steps(count: int) -> Iterator[Step]:
    """A bar on standard error that tells which of some steps is being taken."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    # Where nobody watches, a bar would leave an empty line.
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=count, completed=-1)

        def step(description: str) -> None:
            bar.update(task, description=description, advance=1)

        yield step


def _summary(night: Night) -> Any:
    from collections import Counter

    from rich.table import Table

    from eulalia.rewrites import Status

    became = Counter(decision.status for decision in night.decisions)
    newly = Counter(
        decision.status
        for decision in night.decisions
        if decision.status is not decision.before.status
    )
    table = Table.grid(padding=(0, 2))
    table.add_row("turns", f"{len(night.turns):,}")
    table.add_row("expected share of defects", f"{night.defects.mean():.3f}")
    table.add_row("rewrites kept", f"{became[Status.KEPT]:,}, new {newly[Status.KEPT]:,}")
    table.add_row("withdrawn tonight", f"{newly[Status.WITHDRAWN]:,}")
    table.add_row("pinned", f"{became[Status.PINNED]:,}")
    table.add_row(
        "on trial", f"{became[Status.TRIAL] + len(night.tried):,}, new {len(night.tried):,}"
    )
    table.add_row("to ask or to try", f"{night.probes:,}")
    return table
