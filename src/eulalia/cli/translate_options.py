"""What the commands of translation have in common."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

    from eulalia.translation.jobs import InstalledEngines, Setup
    from eulalia.translation.jobs.engines import Translator
    from eulalia.translation.pairs import ParallelData
    from eulalia.translation.resources import Buckets, Store

Folder = Annotated[
    Path,
    typer.Option(
        "--folder",
        metavar="DIR",
        envvar="EULALIA_TRANSLATION",
        help="In which resources and jobs are kept.",
    ),
]
BucketsAt = Annotated[
    str | None,
    typer.Option(
        "--buckets",
        metavar="DIR|URL|s3",
        envvar="EULALIA_BUCKETS",
        help="What s3://… means: folders in DIR (by default, in buckets/ of --folder), an S3 "
        "server's URL, or Amazon's.",
    ),
]
Rules = Annotated[
    Path | None,
    typer.Option(
        "--pairs",
        metavar="FILE",
        help="TOML with tables named pairs, each a source and a target, such as {name}_origin.md "
        "and {name}.md; by default the same path makes a pair.",
    ),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="en-zh=PATH",
        help="Translate from en to zh by this model, or Marian, M2M or NLLB checkpoint.",
    ),
]
Method = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="How pairs are used: tuned (the model learns from them first, once), neighbours, "
        "examples or reuse.",
    ),
]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Processes that translate.")]

DEFAULT_FOLDER = Path("~/.eulalia/translation")
_WATCH = 0.2


def open_store(folder: Path) -> Store:
    """The store in a folder."""
    from eulalia.translation.resources import Store

    return Store.open(folder)


def open_buckets(folder: Path, buckets: str | None) -> Buckets:
    """The buckets that an option names."""
    from eulalia.errors import EulaliaError
    from eulalia.translation.resources import FolderBuckets, S3Buckets

    if buckets == "s3":
        return S3Buckets()
    if buckets is not None and buckets.startswith(("http://", "https://")):
        return S3Buckets(buckets)
    root = folder.expanduser().absolute() / "buckets" if buckets is None else Path(buckets)
    if buckets is not None and not root.is_dir():
        raise EulaliaError(f"There is no folder {root}; make it, or name an S3 server's URL.")
    return FolderBuckets(root.absolute())


def engines(models: list[str] | None, method: str | None = None) -> InstalledEngines:
    """The engines that come along, and those that options name, which use pairs by a method."""
    from eulalia.errors import EulaliaError
    from eulalia.translation.jobs import InstalledEngines

    if method is not None:
        _check_method(method)
    named = {}
    for each in models or ():
        languages, equals, path = each.partition("=")
        source, dash, target = languages.partition("-")
        if not (equals and path and dash and source and target):
            raise EulaliaError(
                f"--model takes languages and a path, such as en-zh=PATH, not {each}."
            )
        named[source, target] = path
    return InstalledEngines(named, method)


def _check_method(method: str) -> None:
    from eulalia.errors import EulaliaError

    try:
        from eulalia.translation.adaptation import METHODS
    except ImportError as error:
        raise EulaliaError(
            f"{error.name} is missing; pip install 'eulalia[translate]' installs it."
        ) from error
    if method not in METHODS:
        raise EulaliaError(
            f"There is no method {method!r} of adaptation; there are {', '.join(METHODS)}."
        )


def prepare(engine: Translator, pairs: ParallelData, bar: Progress) -> None:
    """Index pairs, and let the model learn from them, under a bar that shows it."""
    task = bar.add_task("learning from the pairs", total=None)
    engine.prepare(pairs, lambda done, total: bar.update(task, completed=done, total=total))
    bar.remove_task(task)


def uri_of(place: str) -> str:
    """The URI of a bucket's folder, or of a path on this computer."""
    if "://" in place:
        return place
    # Not resolve(): a link keeps its own name, and its end tells the format.
    return Path(os.path.normpath(Path(place).expanduser().absolute())).as_uri()


def work_until(
    setup: Setup,
    workers: int,
    progress: Callable[[], tuple[int, int] | None],
    what: str,
) -> None:
    """Work, or watch another program's workers, until `progress` is None; it tells done and all."""
    from rich.console import Console
    from rich.progress import Progress

    from eulalia.translation.jobs import Workers as Processes

    processes = Processes(setup, workers)
    ours = processes.start()
    try:
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=None)
            while (state := progress()) is not None:
                done, total = state
                bar.update(task, completed=done, total=total or None)
                time.sleep(_WATCH)
    finally:
        if ours:
            processes.stop()


def show(rows: dict[str, Any]) -> None:
    """Print facts, one in a line; those that are not known are left out."""
    width = max(map(len, rows), default=0)
    for name, value in rows.items():
        if value not in (None, "", ()):
            print(f"{name:<{width}}  {value}")


def moment(seconds: float | None) -> str | None:
    """A time as people here write it."""
    from datetime import UTC, datetime

    if seconds is None:
        return None
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d %H:%M:%S}"
