"""`eulalia translate job`: all documents of a folder, into several languages."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eulalia.cli import translate_options as options
from eulalia.cli.options import Json

if TYPE_CHECKING:
    from eulalia.translation.jobs import Job
    from eulalia.translation.resources import Store

app = typer.Typer(no_args_is_help=True, help="All documents of a folder, into several languages.")

ACCOUNT = "000000000000"
_Id = Annotated[str, typer.Argument(metavar="JOB", help="Its id.")]
_TYPES = {
    "text": "text/plain",
    "html": "text/html",
    "markdown": "text/markdown",
    "notebook": "application/x-ipynb+json",
    "po": "text/x-gettext-translation",
}


@app.command()
def start(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="A folder, or s3://bucket/folder.")
    ],
    target: Annotated[
        str, typer.Argument(metavar="OUTPUT", help="Likewise; the job makes a folder in it.")
    ],
    source_language: Annotated[str, typer.Option(metavar="CODE", help="Such as en.")],
    target_language: Annotated[
        list[str], typer.Option(metavar="CODE", help="Such as zh; up to ten times.")
    ],
    kind: Annotated[
        str, typer.Option("--type", metavar="|".join(_TYPES), help="What the documents are.")
    ] = "markdown",
    terminology: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    parallel_data: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    name: Annotated[str | None, typer.Option(help="What to call the job.")] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Leave the work to a server, or to job resume.")
    ] = False,
    workers: options.Workers = 1,
    method: options.Method = None,
    model: options.Models = None,
    folder: options.Folder = options.DEFAULT_FOLDER,
    buckets: options.BucketsAt = None,
) -> None:
    """Translate all documents of a folder, and wait for it; interrupted, it can be resumed."""
    from eulalia.errors import EulaliaError
    from eulalia.translation.jobs import Request, Setup, jobs

    if kind not in _TYPES:
        raise EulaliaError(f"{kind!r} is no type of documents; there are {', '.join(_TYPES)}.")
    if detach and method is not None:
        raise EulaliaError(
            "With --detach, --method is for the server or job resume; name it there."
        )
    store, places = options.open_store(folder), options.open_buckets(folder, buckets)
    engines = options.engines(model, method)
    request = Request(
        input=options.uri_of(source),
        output=options.uri_of(target),
        content_type=_TYPES[kind],
        source_language=source_language,
        target_languages=tuple(target_language),
        terminologies=(terminology,) if terminology else (),
        parallel_data=(parallel_data,) if parallel_data else (),
        name=name,
    )
    job = jobs.start(
        store, places, engines, request, token=uuid.uuid4().hex, account=_account(store)
    )
    print(job.id, flush=True)
    if not detach:
        setup = Setup(store.folder, places, engines)
        options.work_until(setup, workers, lambda: _progress(store, job.id), "translating")
        _report(jobs.get(store, job.id))


@app.command()
def resume(
    workers: options.Workers = 1,
    method: options.Method = None,
    model: options.Models = None,
    folder: options.Folder = options.DEFAULT_FOLDER,
    buckets: options.BucketsAt = None,
) -> None:
    """Work on all jobs that are not done, until they are."""
    from eulalia.translation.jobs import Setup, jobs

    store, places = options.open_store(folder), options.open_buckets(folder, buckets)
    waiting = [job.id for job in jobs.everything(store).things if not job.is_done]

    def progress() -> tuple[int, int] | None:
        states = [state for id in waiting if (state := _progress(store, id)) is not None]
        return (sum(d for d, _ in states), sum(a for _, a in states)) if states else None

    setup = Setup(store.folder, places, options.engines(model, method))
    if waiting:
        options.work_until(setup, workers, progress, "translating")
    for id in waiting:
        _report(jobs.get(store, id))


@app.command()
def describe(
    job: _Id, as_json: Json = False, folder: options.Folder = options.DEFAULT_FOLDER
) -> None:
    """Tell how far a job is."""
    from eulalia.translation.jobs import jobs

    found = jobs.get(options.open_store(folder), job)
    if as_json:
        print(json.dumps(_told(found)))
        return
    options.show(
        {
            "job": found.id,
            "name": found.request.name,
            "status": found.status,
            "message": found.message,
            "languages": f"{found.request.source_language} to "
            f"{' '.join(found.request.target_languages)}",
            "input": found.request.input,
            "output": found.output,
            "documents": found.documents,
            "translated": found.translated,
            "failed": found.failed,
            "submitted": options.moment(found.submitted),
            "ended": options.moment(found.ended),
        }
    )


@app.command("list")
def list_all(
    status: Annotated[str | None, typer.Option(help="Only those, such as COMPLETED.")] = None,
    as_json: Json = False,
    folder: options.Folder = options.DEFAULT_FOLDER,
) -> None:
    """List the newest jobs, up to 500."""
    from rich.console import Console
    from rich.table import Table

    from eulalia.translation.jobs import Filter, jobs

    found = jobs.everything(options.open_store(folder), Filter(status=status)).things
    if as_json:
        print(json.dumps([_told(job) for job in found]))
        return
    table = Table("job", "name", "status", "done", "submitted", box=None)
    for job in found:
        done = f"{job.translated + job.failed} of {job.documents}"
        table.add_row(
            job.id, job.request.name or "", job.status, done, options.moment(job.submitted)
        )
    Console().print(table)


@app.command()
def stop(job: _Id, folder: options.Folder = options.DEFAULT_FOLDER) -> None:
    """Ask that a job be stopped; what is translated stays."""
    from eulalia.translation.jobs import jobs

    print(jobs.stop(options.open_store(folder), job).status)


def _account(store: Store) -> str:
    """The account of the server in this folder, where there is one."""
    path = store.folder / "keys.toml"
    if not path.exists():
        return ACCOUNT
    from eulalia.serving.amazon_translate.access import open_access

    return open_access(path).account


def _progress(store: Store, id: str) -> tuple[int, int] | None:
    from eulalia.translation.jobs import jobs

    job = jobs.get(store, id)
    return None if job.is_done else (job.translated + job.failed, job.documents)


def _report(job: Job) -> None:
    """Tell how a job ended; what did not go well is an error."""
    from eulalia.errors import EulaliaError

    if job.status == "FAILED":
        raise EulaliaError(f"The job failed: {job.message}")
    print(f"{job.status}: {job.translated} of {job.documents} translations in {job.output}")
    if job.failed:
        raise EulaliaError(
            f"{job.failed} documents could not be translated; {job.output}details/ says why."
        )


def _told(job: Job) -> dict[str, Any]:
    return asdict(job) | {"output": job.output}
