"""`eulalia learn report`: what went wrong, what was learned and whether it helps, as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli import options


def report(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The page, an HTML file.")
    ],
    memory: options.Memory = options.DEFAULT_MEMORY,
    turns: Annotated[
        Path | None,
        typer.Option("--turns", metavar="LOG", help="Tell of this log, not of the memory's turns."),
    ] = None,
) -> None:
    """Write the report on the turns and the rewrites of a memory; nothing else is changed."""
    from eulalia.cli.files import check_folder
    from eulalia.cli.learn_run import steps
    from eulalia.cli.turns import open_memory
    from eulalia.learning import defects, nightly
    from eulalia.learning.report import write_report

    check_folder(output)
    with open_memory(memory) as kept, steps(3) as step:
        step("Reading turns")
        read = nightly.read(kept, turns and turns.expanduser())
        step("Looking for defects")
        defective = defects.probabilities(read)
        step("Writing the report")
        write_report(output, read, defective, kept.rewrites)
        learned = len(kept.rewrites.all())
    print(f"{output}: {len(read):,} turns, {learned:,} rewrites")
