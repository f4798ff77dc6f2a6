"""`eulalia learn confusions`: how requests are misheard, from recordings of which both is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def confusions(
    annotations: Annotated[
        Path, typer.Option(metavar="FILE", help="SLURP's annotations, such as test.jsonl.gz.")
    ],
    predictions: Annotated[
        Path,
        typer.Option(metavar="FILE", help="What a recogniser heard: lines with `file` and `text`."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write.")],
) -> None:
    """Learn what a recogniser hears for what is said; `learn simulate` comes with SLURP's."""
    from eulalia.errors import EulaliaError
    from eulalia.learning.simulation.confusions import learn, read_slurp

    learned = learn(read_slurp(annotations, predictions))
    try:
        output.write_bytes(learned.to_bytes())
    except OSError as error:
        raise EulaliaError(f"{output} cannot be written ({error.strerror}).") from error
    print(output)
