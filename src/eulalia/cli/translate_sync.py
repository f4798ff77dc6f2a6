"""`eulalia translate sync`: translations kept in step with their sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eulalia.cli import translate_options as options
from eulalia.cli.errors import FAILURE, complain

_METHOD = "examples"
"""By default the model does not learn: the pairs change with every document that is translated."""

if TYPE_CHECKING:
    from eulalia.translation.jobs.engines import InstalledEngines, Translator
    from eulalia.translation.pairs import ParallelData
    from eulalia.translation.synchronisation import Plan


def sync(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE_DIR", help="Markdown, notebooks, HTML.")
    ],
    to: Annotated[str, typer.Option(metavar="CODES", help="Languages, such as zh,es.")],
    source_language: Annotated[str, typer.Option(metavar="CODE", help="Such as en.")] = "en",
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            help="Where translations are, {language} standing for the language; by default the "
            "folder beside SOURCE_DIR that is named like it.",
        ),
    ] = None,
    pairs: options.Rules = None,
    parallel_data: Annotated[
        str | None, typer.Option(metavar="NAME", help="Pairs to translate by, which were imported.")
    ] = None,
    terminology: Annotated[
        str | None, typer.Option(metavar="NAME", help="Terms that were imported.")
    ] = None,
    method: options.Method = _METHOD,
    model: options.Models = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DOCUMENT",
            help="What is stale or doubtful in this document is right as it stands; repeatable.",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; list what is not in step, and exit 1 then."),
    ] = False,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Write a page with all differences.")
    ] = None,
    folder: options.Folder = options.DEFAULT_FOLDER,
) -> None:
    """Translate what is new or has changed, and keep what people wrote."""
    from contextlib import ExitStack

    from rich.console import Console
    from rich.progress import Progress

    from eulalia.errors import EulaliaError
    from eulalia.translation import check_language
    from eulalia.translation.pairing import read_rules

    try:
        from eulalia.translation import synchronisation
        from eulalia.translation.synchronisation.report import check_report, write_report
    except ImportError as error:
        raise EulaliaError(
            f"{error.name} is missing; pip install 'eulalia[translate]' installs it."
        ) from error
    ours = check_language(source_language)
    codes = [check_language(code) for code in to.split(",")]
    if ours in codes or len(set(codes)) < len(codes):
        raise EulaliaError(f"--to takes languages other than {ours}, each once, such as zh,es.")
    if check and accept:
        raise EulaliaError("--check writes nothing, so that nothing can be accepted with it.")
    if report is not None:
        check_report(report)
    rules = read_rules(pairs) if pairs else ()
    layouts = synchronisation.lay_out(source, codes, output, rules)
    found = {
        code: synchronisation.documents(layout, list(layouts.values()))
        for code, layout in layouts.items()
    }
    for name in accept or ():
        if not any(name in documents for documents in found.values()):
            raise EulaliaError(f"{name} is no document of {source}.")
    with ExitStack() as stack:
        bar = stack.enter_context(Progress(console=Console(stderr=True), transient=True))
        if not check:
            for layout in layouts.values():
                stack.enter_context(synchronisation.alone(layout.target))
                synchronisation.recover(layout.target, layout.target_of)
        task = bar.add_task("reading", total=sum(map(len, found.values())))
        plans = [
            synchronisation.plan(
                layouts[code], documents, (ours, code), accept or (), lambda: bar.advance(task)
            )
            for code, documents in found.items()
        ]
        if check:
            changes = [change for each in plans for change in each.changes()]
        else:
            helps = [
                _help(each, options.engines(model, method), parallel_data, terminology, folder)
                for each in plans
            ]
            task = bar.add_task("translating", total=sum(each.wanted() for each in plans))
            changes = []
            for each, (engine, data, terms) in zip(plans, helps, strict=True):
                for result in synchronisation.carry_out(
                    each,
                    engine,
                    pairs=data,
                    terminology=terms,
                    stepped=lambda count: bar.advance(task, count),
                ):
                    changes += synchronisation.changes_of(
                        result.draft, each.languages[1], each.path(result.work), result.finished
                    )
    broken = dict.fromkeys(sentence for each in plans for sentence in each.broken)
    for sentence in broken:
        complain(sentence)
    if report is not None:
        title = f"{source.absolute().name}, {ours} to {', '.join(codes)}"
        write_report(report, changes, title)
    listed = [
        change
        for change in changes
        if change.verdict == "stale" or (check and not change.is_current)
    ]
    for change in listed:
        print(change.line())
    for code in codes:
        told = [change for change in changes if change.language == code]
        print(synchronisation.summary(code, told, is_done=not check))
    if broken or (check and listed):
        raise typer.Exit(FAILURE)


def _help(
    plan: Plan,
    engines: InstalledEngines,
    parallel_data: str | None,
    terminology: str | None,
    folder: Path,
) -> tuple[Translator | None, ParallelData | None, dict[str, str] | None]:
    """The engine for a plan, with pairs and terms; nothing where nothing is to be translated."""
    from eulalia.translation.resources import parallel_data as data
    from eulalia.translation.resources import terminologies

    if not plan.wanted():
        return None, None, None
    engine = engines.open(*plan.languages)
    store = options.open_store(folder) if terminology or parallel_data else None
    pairs = data.pairs(store, parallel_data, *plan.languages) if store and parallel_data else None
    terms = (
        terminologies.terms(store, terminology, *plan.languages) if store and terminology else None
    )
    return engine, pairs, terms
