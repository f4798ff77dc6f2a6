"""`eulalia evaluate rewrites`: wins and losses of learned rewrites, by the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from eulalia.cli import options
from eulalia.errors import EulaliaError


def rewrites(
    learned: Annotated[
        Path,
        typer.Option("--rewrites", metavar="FILE", help="Rewrites, as `learn rewrites` made them."),
    ],
    turns: options.KnownLog,
    json_file: options.Figures = None,
) -> None:
    """Say how often rewrites would have mended turns of a log, and how often have spoilt them."""
    from rich.console import Console

    from eulalia.cli.files import check_folder, write_json

    check_folder(json_file)
    figures = evaluate(learned, turns)
    Console().print(_table(figures))
    if json_file is not None:
        write_json(json_file, figures)


def evaluate(learned: Path, turns: Path) -> dict[str, Any]:
    """The figures of a file of rewrites on a log. Raises EulaliaError when the log tells no truth
    and for files that are none."""
    from eulalia import rewrites as files
    from eulalia.learning import logs
    from eulalia.learning.judgement import judge

    judgement = judge(files.read(learned), logs.read(turns))
    if not judgement.turns:
        raise EulaliaError(
            f"{turns} does not tell what was wanted; "
            "make a log with truth by `eulalia data turns` or by simulation."
        )
    return judgement.figures()


def _table(figures: dict[str, Any]) -> Any:
    from rich.table import Table

    table = Table(box=None, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for name in ("turns", "defective", "wins", "losses", "ties", "unknown"):
        table.add_row(name, f"{figures[name]:,}")
    for name, heading in (("wins_per_loss", "wins a loss"), ("repaired_share", "repaired")):
        low, high = figures[f"{name}_interval"]
        table.add_row(heading, f"{figures[name]:.3f}", f"{low:.3f} to {high:.3f}")
    return table
