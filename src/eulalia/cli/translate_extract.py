"""`eulalia translate extract`: parallel data from documents and their translations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli.translate_align import Language
from eulalia.cli.translate_options import Rules


def extract(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE_DIR", help="Markdown, notebooks, PO files, HTML.")
    ],
    target: Annotated[Path, typer.Argument(metavar="TARGET_DIR", help="Their translations.")],
    source_language: Language,
    target_language: Language,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help="A .csv, .tsv or .tmx to write."),
    ],
    pairs: Rules = None,
) -> None:
    """Take the sentences that translate each other from documents and their translations."""
    from rich.console import Console
    from rich.progress import Progress

    from eulalia.cli.errors import complain
    from eulalia.errors import EulaliaError
    from eulalia.translation import check_language, write_pairs
    from eulalia.translation.pairing import pair_documents, read_rules
    from eulalia.translation.pairs import ParallelData, check_output

    languages = check_language(source_language), check_language(target_language)
    check_output(output)
    try:
        from eulalia.translation.extract import STEPS
        from eulalia.translation.extract import extract as extract_pairs
    except ImportError as error:
        raise EulaliaError(
            f"{error.name} is missing; pip install 'eulalia[translate]' installs it."
        ) from error
    documents, left = pair_documents(source, target, read_rules(pairs) if pairs else ())
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("documents", total=len(documents) + STEPS)
        found = extract_pairs(documents, *languages, lambda: bar.advance(task))
    for sentence in found.broken:
        complain(sentence)
    if len(found.broken) == len(documents):
        raise EulaliaError(f"None of the documents could be read; {output} was not written.")
    write_pairs(output, ParallelData(*languages, found.pairs))
    print(f"{len(found.pairs)} pairs from {len(documents) - len(found.broken)} documents: {output}")
    for count, what in (
        (found.unsure, "pairs left out for a low score"),
        (found.untranslated, "texts left out that are the same on both sides"),
        (found.fuzzy, "messages left out that are fuzzy or not translated"),
        (found.unlinked, "sentences of the source without a counterpart"),
        (len(found.broken), "pairs of documents left out that could not be read"),
        (len(left), "documents without a counterpart"),
    ):
        if count:
            print(f"{count} {what}")
