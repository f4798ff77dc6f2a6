"""`eulalia translate align`: which sentences of two texts translate each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

Language = Annotated[str, typer.Option(metavar="CODE", help="Such as de, zh or pt-BR.")]


def align(
    source: Annotated[Path, typer.Argument(metavar="SRC.txt", help="UTF-8, one sentence a line.")],
    target: Annotated[Path, typer.Argument(metavar="TGT.txt", help="Its translation, likewise.")],
    source_language: Language,
    target_language: Language,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the links there, else print them."),
    ] = None,
) -> None:
    """Link the sentences of a text with those of its translation.

    Links are lists of line numbers from 0; a line without a counterpart is in none.
    """
    from rich.console import Console
    from rich.progress import Progress

    from eulalia.translation import align as align_sentences
    from eulalia.translation import check_language, read_lines, write_text
    from eulalia.translation.alignment import PASSES

    languages = check_language(source_language), check_language(target_language)
    ours, theirs = read_lines(source), read_lines(target)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("aligning", total=PASSES)
        beads = align_sentences(ours, theirs, lambda: bar.advance(task))
    links = [bead for bead in beads if bead.source and bead.target]
    report = {
        "source_language": languages[0],
        "target_language": languages[1],
        "links": [[list(bead.source), list(bead.target)] for bead in links],
        "scores": [round(bead.score, 4) for bead in links],
    }
    if json_file is None:
        print(json.dumps(report))
        return
    write_text(json_file, json.dumps(report) + "\n")
    left = len(ours) - sum(len(bead.source) for bead in links)
    left_too = len(theirs) - sum(len(bead.target) for bead in links)
    print(
        f"{len(links)} links; without a counterpart: {left} of {len(ours)} lines of {source}, "
        f"{left_too} of {len(theirs)} of {target}."
    )
