"""`eulalia learn diagnose`: where turns failed, and what tells so."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eulalia.cli import options

if TYPE_CHECKING:
    from eulalia.learning.failures import Verdict
    from eulalia.turn import Turn

_SHOWN = 10


def diagnose(
    turns: options.Log,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write the verdicts here, a line each."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the verdicts as JSON lines.")
    ] = False,
    model: options.Model = None,
) -> None:
    """Say of each turn of a log where it failed, if it did, and why that is believed."""
    import json

    from rich.console import Console

    from eulalia.cli.files import check_folder
    from eulalia.learning import failures, logs

    check_folder(output)
    judge = failures.Failures.open(model).judge
    with Console(stderr=True).status("reading the turns") as status:
        read = [turn for turn, _ in logs.read(turns)]
        status.update(f"judging {len(read):,} turns")
        verdicts = judge(read)
    if output is not None:
        failures.write(output, verdicts)
    if as_json:
        for verdict in verdicts:
            print(json.dumps(failures.plain(verdict), ensure_ascii=False))
    else:
        Console().print(_overview(read, verdicts))


def _overview(turns: list[Turn], verdicts: list[Verdict]) -> Any:
    """How many turns failed where, and the surest failures with their evidence."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    from eulalia.truth import Failure

    counts = Counter(verdict.failure for verdict in verdicts)
    summary = Table(box=None)
    for heading in ("failed at", "turns", "share"):
        summary.add_column(heading, justify="left" if heading == "failed at" else "right")
    for failure in Failure:
        if counts[failure]:
            summary.add_row(
                str(failure), str(counts[failure]), f"{counts[failure] / len(verdicts):.3f}"
            )
    surest = sorted(
        (pair for pair in zip(verdicts, turns, strict=True) if pair[0].failure != Failure.CORRECT),
        key=lambda pair: (-pair[0].confidence, pair[0].turn),
    )
    details = Table(box=None)
    for heading in ("turn", "failed at", "sure", "request", "because"):
        details.add_column(heading, overflow="fold")
    for verdict, turn in surest[:_SHOWN]:
        details.add_row(
            Text(verdict.turn[:24]),
            str(verdict.failure),
            f"{verdict.confidence:.2f}",
            Text(_printable(turn.text or "")),
            Text("; ".join(verdict.evidence)),
        )
    return Group(summary, "", details) if surest else summary


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in text)
