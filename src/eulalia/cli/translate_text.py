"""`eulalia translate text`: a text at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from eulalia.cli import translate_options as options


def text(
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="By default, what is piped in.")
    ] = None,
    *,
    source_language: Annotated[str, typer.Option(metavar="CODE", help="Such as en.")],
    target_language: Annotated[str, typer.Option(metavar="CODE", help="Such as zh.")],
    terminology: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    parallel_data: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    method: options.Method = None,
    model: options.Models = None,
    folder: options.Folder = options.DEFAULT_FOLDER,
) -> None:
    """Translate a text, line by line, with terms and by the example of parallel data."""
    from rich.console import Console
    from rich.progress import Progress

    from eulalia.errors import EulaliaError
    from eulalia.translation.jobs import documents
    from eulalia.translation.resources import parallel_data as data
    from eulalia.translation.resources import terminologies

    try:
        content = sys.stdin.buffer.read() if text is None else text.encode()
    except UnicodeEncodeError as error:
        raise EulaliaError("The text holds a letter that is no Unicode.") from error
    languages = source_language, target_language
    if method is not None and parallel_data is None:
        raise EulaliaError("A method says how pairs are used; name some with --parallel-data.")
    engine = options.engines(model, method).open(*languages)
    terms = pairs = None
    if terminology or parallel_data:
        store = options.open_store(folder)
        terms = terminologies.terms(store, terminology, *languages) if terminology else None
        pairs = data.pairs(store, parallel_data, *languages) if parallel_data else None
    if pairs is not None:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            options.prepare(engine, pairs, bar)
    made = documents.translate(content, "text/plain", engine, pairs=pairs, terminology=terms)
    translated = made.content.decode()
    print(translated, end="" if translated.endswith("\n") else "\n")
