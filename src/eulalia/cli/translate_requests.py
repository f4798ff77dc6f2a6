"""`eulalia translate requests`: annotated requests in another language, with their slots."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eulalia.cli import options

if TYPE_CHECKING:
    from eulalia.datasets.massive import Request
    from eulalia.translation.requests import AnnotatedRequest

_BATCH = 64


def requests(
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="MASSIVE: its archive, or its folder 1.1/data.")
    ],
    to: Annotated[str, typer.Option(metavar="LOCALE", help="Such as zh-CN.")],
    source_locale: Annotated[str, typer.Option(metavar="LOCALE")] = "en-US",
    partition: Annotated[str, typer.Option(help="train, dev or test.")] = "dev",
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="So many requests, evenly spaced.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="DIR", help="Another model than the one that comes along.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE.jsonl", help="Write them there, as MASSIVE has them."
        ),
    ] = None,
    evaluate: Annotated[
        bool, typer.Option("--evaluate", help="Compare them with what people made of them.")
    ] = False,
    json_file: options.Figures = None,
) -> None:
    """Translate annotated requests for a locale that has none; every slot stays."""
    from rich.console import Console
    from rich.progress import Progress

    from eulalia.cli.files import check_folder, write_json
    from eulalia.datasets.massive import Massive
    from eulalia.errors import EulaliaError
    from eulalia.translation import write_text
    from eulalia.translation.engine import Engine
    from eulalia.translation.model import TALK
    from eulalia.translation.requests import compare, translate_requests

    if output is None and not evaluate:
        raise EulaliaError("Name a file with --output, or compare with --evaluate.")
    if json_file is not None and not evaluate:
        raise EulaliaError("--json takes the figures of --evaluate.")
    check_folder(output)
    check_folder(json_file)
    languages = (source_locale.split("-")[0], to.split("-")[0])
    if languages[0] == languages[1]:
        raise EulaliaError(f"{source_locale} and {to} are one language.")
    massive = Massive.open(data)
    known = massive.requests(source_locale, partition)
    people = {}
    if evaluate:
        people = {each.id: _annotated(each) for each in massive.requests(to, partition)}
        known = [each for each in known if each.id in people]
    if not known:
        raise EulaliaError(f"{data} has no requests in the partition {partition!r}.")
    if limit is not None and limit < len(known):
        known = [known[place * len(known) // limit] for place in range(limit)]
    engine = Engine.open(*languages, model, tag=TALK)
    ours = [_annotated(each) for each in known]
    made = []
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("translating", total=len(ours))
        for start in range(0, len(ours), _BATCH):
            made += translate_requests(ours[start : start + _BATCH], engine)
            bar.update(task, completed=len(made))
    if output is not None:
        lines = (
            json.dumps(_row(request, each.request, to), ensure_ascii=False)
            for request, each in zip(known, made, strict=True)
        )
        write_text(output, "".join(f"{line}\n" for line in lines))
        print(f"{len(made)} requests: {output}")
    ways = Counter(each.way for each in made if each.request.slots)
    print("slots carried by " + ", ".join(f"{way}: {count}" for way, count in ways.most_common()))
    if evaluate:
        found = compare(
            ours, [each.request for each in made], [people[each.id] for each in known], languages[1]
        )
        figures = asdict(found) | {"ways": dict(ways)}
        if json_file is not None:
            write_json(json_file, figures)
        for name, what in (
            ("preserved", "of the translations have every slot of their source"),
            ("same_slots", "have the slots that people's translations have"),
            ("ceiling", "of people's translations have every slot of their source"),
            ("slot_f1", "F1 of the slots' values, against people's"),
        ):
            print(f"{figures[name]:7.4f}  {what}")
        print(f"{found.bleu:7.2f}  BLEU, {found.signature}; {found.n} requests")


def _annotated(request: Request) -> AnnotatedRequest:
    from eulalia.translation.requests import AnnotatedRequest

    slots = [(slot.start, slot.end, slot.name) for slot in request.slots]
    return AnnotatedRequest.marked(request.text, slots)


def _row(request: Request, made: AnnotatedRequest, locale: str) -> dict[str, str]:
    """A line as MASSIVE has it."""
    return {
        "id": request.id,
        "locale": locale,
        "partition": request.partition,
        "scenario": request.scenario,
        "intent": request.intent,
        "utt": made.text,
        "annot_utt": made.annotation,
    }
