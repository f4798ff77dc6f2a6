"""`eulalia translate gather`: parallel data about a subject from bilingual pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eulalia.cli.translate_align import Language


def gather(
    pages: Annotated[
        Path,
        typer.Argument(
            metavar="LIST",
            help="A text file: in each line a page and its translation, addresses or paths.",
        ),
    ],
    source_language: Language,
    target_language: Language,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="FILE", help="A .csv, .tsv or .tmx to write."),
    ],
    about: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS", help="Only pages that have one of these words, with commas between."
        ),
    ] = None,
    lowest_score: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out pairs whose alignment is less sure.")
    ] = 0.52,
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where pages are kept, and not fetched again. By default in the user's cache.",
        ),
    ] = None,
) -> None:
    """Take the sentences that translate each other from a list of bilingual pages.

    A host is asked at most once a second, and only for what its robots.txt allows.
    """
    from rich.console import Console
    from rich.progress import Progress

    from eulalia.cli.errors import complain
    from eulalia.errors import EulaliaError
    from eulalia.translation import check_language, write_pairs
    from eulalia.translation.pairs import ParallelData, check_output

    languages = check_language(source_language), check_language(target_language)
    check_output(output)
    words = [word.strip() for word in (about or "").split(",") if word.strip()]
    if about is not None and not words:
        raise EulaliaError("--about names no word.")
    try:
        from eulalia.translation.extract import STEPS
        from eulalia.translation.web import gather as gather_pairs
        from eulalia.translation.web import read_list
        from eulalia.translation.web.pages import Pages
    except ImportError as error:
        raise EulaliaError(
            f"{error.name} is missing; pip install 'eulalia[translate]' installs it."
        ) from error
    places = read_list(pages)
    kept = Pages(keep or Path("~/.cache/eulalia/pages").expanduser())
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("pages", total=len(places) + STEPS)
        found = gather_pairs(
            places,
            pages.parent,
            kept,
            languages,
            about=words,
            lowest=lowest_score,
            stepped=lambda: bar.advance(task),
        )
    for sentence in found.failed:
        complain(sentence)
    if len(found.failed) == len(places):
        raise EulaliaError(f"None of the pages could be had; {output} was not written.")
    write_pairs(output, ParallelData(*languages, found.extraction.pairs))
    print(f"{len(found.extraction.pairs)} pairs from {found.pages} pages: {output}")
    for count, what in (
        (found.off_subject, "pages left out that have none of the words"),
        (found.foreign, "pages or sentences left out that are in another language"),
        (found.extraction.unsure, "pairs left out for a low score"),
        (found.extraction.untranslated, "texts left out that are the same on both sides"),
        (found.extraction.unlinked, "sentences of the source without a counterpart"),
        (len(found.failed), "pages left out that could not be had"),
    ):
        if count:
            print(f"{count} {what}")
