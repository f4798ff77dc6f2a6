"""`eulalia learn labels`: failed requests with what they meant, to train understanding on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eulalia.cli import options

if TYPE_CHECKING:
    from eulalia.learning.labels.examples import Example

_SHOWN = 10


def labels(
    turns: options.Log,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="LABELS", help="JSON lines in MASSIVE's form."),
    ],
    precision: Annotated[
        float,
        typer.Option("--precision", metavar="P", help="Share of the labels that should be right."),
    ] = 0.9,
    model: options.Model = None,
) -> None:
    """Tell from what customers said next what failed requests had meant; `train nlu --add` reads
    the result."""
    from rich.console import Console

    from eulalia.cli.files import check_folder
    from eulalia.learning import logs
    from eulalia.learning.labels import Dialogues, calibration, label
    from eulalia.learning.labels.examples import examples, write
    from eulalia.learning.labels.labelling import corrections

    check_folder(output)
    opened = Dialogues.open(model)
    least = calibration.threshold(opened.calibration["other"]["precision"], precision)
    console = Console()
    with Console(stderr=True).status("reading turns"):
        read = [turn for turn, _ in logs.read(turns)]
    with Console(stderr=True).status(f"labelling {len(read):,} turns"):
        found = examples(corrections(read, label(read, opened), least))
    count = write(output, found)
    console.print(_table(found))
    console.print(
        f"{output}: {count:,} requests of {len(read):,} turns, labelled with a confidence of at "
        f"least {least:.2f}",
        highlight=False,
        soft_wrap=True,
    )


def _table(found: list[Example]) -> Any:
    """The labels with most evidence."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None)
    for heading in ("request", "meant", "sure", "customers"):
        table.add_column(heading, overflow="fold")
    for example in found[:_SHOWN]:
        said = "".join(letter if letter.isprintable() else "·" for letter in example.annotated)
        table.add_row(
            Text(said), example.intent, f"{example.confidence:.2f}", str(example.customers)
        )
    return table
