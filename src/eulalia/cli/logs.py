"""`eulalia turns export` and `import`: turns from a memory to a file, and back."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eulalia.cli import options, turns
from eulalia.turn import Outcome

if TYPE_CHECKING:
    from eulalia.turn import Turn


def export_turns(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to: a .jsonl, .jsonl.gz or .parquet file; else standard output.",
        ),
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", help="Only this customer's turns.")
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", help="Only this conversation's turns.")
    ] = None,
    locale: Annotated[
        str | None, typer.Option("--locale", "-l", help="Only turns of this locale.")
    ] = None,
    outcome: Annotated[
        Outcome | None, typer.Option("--outcome", help="Only turns that ended so.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", help="Only turns from then on, in local time.")
    ] = None,
    memory: options.Memory = options.DEFAULT_MEMORY,
) -> None:
    """Write the turns, oldest first: to a log, or to standard output as lines of JSON."""
    from eulalia.learning import logs

    start = since and since.astimezone()
    with turns.open_memory(memory) as kept:
        chosen: Iterator[Turn] = (
            turn
            for turn in kept.each(
                customer=customer, session=session, locale=locale, outcome=outcome
            )
            if start is None or turn.time >= start
        )
        if output is None:
            sys.stdout.writelines(f"{turn.to_json()}\n" for turn in chosen)
        else:
            logs.write(output.expanduser(), ((turn, None) for turn in chosen))


def import_turns(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A log: lines of JSON, packed or not, or Parquet."),
    ],
    memory: options.Memory = options.DEFAULT_MEMORY,
) -> None:
    """Keep the turns of a log that are not kept yet; all of them or none.

    What a log tells of the truth of its turns is left behind: a memory holds none.
    """
    from eulalia.learning import logs
    from eulalia.memory import Memory

    file = file.expanduser()
    count = sum(1 for _ in logs.read(file))  # a broken file must not make a memory
    with Memory.open(turns.make_folder(memory)) as kept:
        new = (turn for turn, _ in logs.read(file) if kept.turn(turn.id) is None)
        added = kept.save_all(new)
    before = f", {count - added:,} of them before" if added < count else ""
    print(f"{count:,} turns kept in {memory}{before}")
