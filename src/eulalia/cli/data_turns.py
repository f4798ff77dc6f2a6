"""`eulalia data turns`: public data sets as logs of turns with their truth."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from eulalia.truth import Truth
    from eulalia.turn import Turn

app = typer.Typer(help="Make logs of turns from public data sets.", no_args_is_help=True)

_Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Where to: a .jsonl, .jsonl.gz or .parquet file."
    ),
]


@app.command()
def slurp(
    annotations: Annotated[
        Path, typer.Option("--annotations", metavar="DIR", help="SLURP's devel.jsonl, test.jsonl.")
    ],
    predictions: Annotated[
        Path,
        typer.Option(
            "--predictions",
            metavar="FILE",
            help="What a recogniser heard in each recording, and what was understood.",
        ),
    ],
    output: _Output,
) -> None:
    """Real recordings of requests, as people who say them until they are understood."""
    from eulalia.datasets.slurp import read_predictions, read_prompts
    from eulalia.datasets.slurp_customers import turns

    prompts = read_prompts(annotations.expanduser())
    _write(output, turns(prompts, read_predictions(predictions.expanduser())))


@app.command()
def dstc2(
    dialogues: Annotated[
        Path, typer.Argument(metavar="DIR|FILE", help="The JSON files, or an archive of them.")
    ],
    output: _Output,
) -> None:
    """Conversations about restaurants, with what the user wanted."""
    from eulalia.datasets.dstc2 import read_dialogues, turns

    _write(output, turns(read_dialogues(dialogues.expanduser())))


@app.command()
def satisfaction(
    dialogues: Annotated[
        Path, typer.Argument(metavar="DIR|FILE", help="MWOZ.txt, ReDial.txt or an archive of them.")
    ],
    output: _Output,
) -> None:
    """Conversations whose turns annotators rated."""
    from eulalia.datasets.satisfaction import read_dialogues, turns

    _write(output, turns(read_dialogues(dialogues.expanduser())))


def _write(output: Path, pairs: list[tuple[Turn, Truth]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from eulalia.learning import logs

    count = logs.write(output.expanduser(), pairs)
    truths = [truth for _, truth in pairs]
    table = Table("", "turns", box=None, show_header=False)
    table.columns[1].justify = "right"
    table.add_row("turns", f"{count:,}")
    table.add_row("customers", f"{len({turn.customer for turn, _ in pairs}):,}")
    table.add_row("wishes", f"{len({truth.goal for truth in truths}):,}")
    for failure, number in Counter(
        truth.failure for truth in truths if truth.failure
    ).most_common():
        table.add_row(str(failure), f"{number:,}")
    judged = Counter(truth.satisfied for truth in truths if truth.satisfied is not None)
    for verdict, number in ((True, judged[True]), (False, judged[False])):
        if judged:
            table.add_row("satisfied" if verdict else "not satisfied", f"{number:,}")
    Console().print(table)
