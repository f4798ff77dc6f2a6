"""`eulalia translate evaluate`: an engine's translations beside those of people."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli import translate_options as options
from eulalia.cli.translate_align import Language


def evaluate(
    source_language: Language,
    target_language: Language,
    sources: Annotated[Path, typer.Option(metavar="DIR", help="Documents, or one of them.")],
    references: Annotated[
        Path, typer.Option(metavar="DIR", help="Their translations by people, of the same paths.")
    ],
    parallel_data: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Pairs to translate by, in CSV, TSV or TMX."),
    ] = None,
    method: options.Method = None,
    model: Annotated[
        str | None, typer.Option(metavar="DIR", help="Another model than the one that comes along.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="So many blocks, evenly spaced.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures there too.")
    ] = None,
) -> None:
    """Score the translations of documents: BLEU, chrF and TER."""
    from rich.console import Console
    from rich.progress import Progress

    from eulalia.errors import EulaliaError
    from eulalia.translation import read_pairs, write_text
    from eulalia.translation.alignment import PASSES
    from eulalia.translation.engine import Engine
    from eulalia.translation.evaluation import evaluate as evaluate_engine
    from eulalia.translation.evaluation import read_blocks
    from eulalia.translation.pairing import pair_documents

    if method is not None and parallel_data is None:
        raise EulaliaError("A method says how pairs are used; name some with --parallel-data.")
    if json_file is not None and not json_file.absolute().parent.is_dir():
        raise EulaliaError(f"There is no folder {json_file.absolute().parent}.")
    engine = Engine.open(source_language, target_language, model, method)
    pairs = read_pairs(parallel_data) if parallel_data else None
    documents, _ = pair_documents(sources, references)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("aligning", total=PASSES)
        blocks = read_blocks(documents, lambda: bar.advance(task))
        if limit is not None and limit < len(blocks):
            blocks = [blocks[place * len(blocks) // limit] for place in range(limit)]
        if pairs is not None:
            options.prepare(engine, pairs, bar)
        task = bar.add_task("translating", total=len(blocks))
        found = evaluate_engine(
            engine,
            blocks,
            pairs=pairs,
            stepped=lambda count: bar.advance(task, count),
        )
    figures = asdict(found.score) | {
        "segments": len(blocks),
        "words_per_second": round(found.words_per_second, 1),
    }
    if json_file is not None:
        write_text(json_file, json.dumps(figures, indent=1) + "\n")
    for name in ("bleu", "chrf", "ter"):
        print(f"{name:>5} {figures[name]:6.2f}  {found.score.signatures[name]}")
    print(f"{len(blocks)} blocks, {found.words_per_second:.0f} words of the source a second")
