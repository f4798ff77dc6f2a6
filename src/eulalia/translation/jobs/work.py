"""What a worker does: import parallel data, list a job's documents, translate one, end a job."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from sqlalchemy import select

from eulalia.translation.errors import TranslationError
from eulalia.translation.jobs import documents, jobs, queue
from eulalia.translation.jobs.engines import Engines, Translator
from eulalia.translation.pairs import ParallelData
from eulalia.translation.resources import imports, parallel_data, terminologies
from eulalia.translation.resources.buckets import Buckets, join
from eulalia.translation.resources.errors import NotFoundError, RequestError, UnavailableError
from eulalia.translation.resources.store import Store
from eulalia.translation.resources.tables import TaskRow

LARGEST_DOCUMENT = 20 * 2**20
LARGEST_INPUT = 5 * 2**30
MOST_DOCUMENTS = 1_000_000
_PAUSE = 0.2
_PATIENCE = (0.5, 1.0, 2.0)
"""Seconds to wait before a bucket that does not answer is asked again."""


@dataclass(frozen=True)
class Setup:
    """What workers need to begin; it is sent to their processes."""

    folder: Path
    """The store's."""
    buckets: Buckets
    engines: Engines


def work(setup: Setup, owner: str, parent: int, stopping: Event) -> None:
    """Do what there is to do, until told to stop or the parent process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells us when to stop
    store = Store.open(setup.folder)
    worker = Worker(store, setup.buckets, setup.engines, owner)

    def keep_on() -> bool:
        return not stopping.is_set() and os.getppid() == parent

    while keep_on():
        try:
            idle = not worker.step(keep_on)
        except UnavailableError as error:  # the database is busy or its disk is full
            logging.getLogger(__name__).warning("%s", error)
            idle = True
        if idle:
            stopping.wait(_PAUSE)
    store.close()


class Worker:
    """Does one piece of work after the other; opened engines and parallel data are kept."""

    def __init__(self, store: Store, buckets: Buckets, engines: Engines, owner: str) -> None:
        """Take what `Setup` names; `owner` is what this worker is called in the database."""
        self._store, self._buckets, self._engines, self._owner = store, buckets, engines, owner
        self._translators: dict[tuple[str, str], Translator] = {}
        self._pairs: tuple[tuple[object, ...], ParallelData | None] = ((), None)

    def step(self, keep_on: Callable[[], bool] = lambda: True) -> bool:
        """Do the next piece of work; False if there is none."""
        claimed = queue.claim(self._store, self._owner)
        if claimed is None:
            return False
        if claimed.to_import is not None:
            imports.import_claimed(self._store, self._buckets, claimed.to_import, self._owner)
        elif claimed.to_list is not None:
            self._list(claimed.to_list)
        elif claimed.to_end is not None:
            self._end(claimed.to_end)
        elif claimed.to_translate is not None:
            self._translate(claimed.to_translate, keep_on)
        return True

    def _list(self, id: str) -> None:
        """Find a job's documents."""
        request = jobs.get(self._store, id).request
        message = f"There are no documents in {request.input}."
        names: list[str] = []
        try:
            if queue.has_died_often(self._store, id):
                raise UnavailableError(f"{request.input} cannot be listed: the worker died of it.")
            sizes = _patiently(lambda: self._buckets.sizes(request.input))
            names = [name for name in sizes if documents.is_taken(name, request.content_type)]
            if len(names) > MOST_DOCUMENTS or sum(sizes[name] for name in names) > LARGEST_INPUT:
                names = []
                message = (
                    f"{request.input} has more than {MOST_DOCUMENTS:,} documents or "
                    f"{LARGEST_INPUT // 2**30} GiB; make several jobs of it."
                )
        except TranslationError as error:
            message = str(error)
        queue.begin(self._store, id, self._owner, names, message)

    def _translate(self, task: queue.Task, keep_on: Callable[[], bool]) -> None:
        try:
            result = self._translated(task, keep_on)
        except documents.StoppedError:
            queue.put_back(self._store, task, self._owner)
        except TranslationError as error:
            code = error.code if isinstance(error, RequestError) else RequestError.code
            failure = {"code": code, "message": str(error)}
            queue.finish(self._store, task, self._owner, "failed", failure)
        except Exception as error:  # one document must not end the work on all the others
            logging.getLogger(__name__).exception("%s could not be translated", task.document)
            failure = {"code": "InternalServerException", "message": f"{type(error).__name__}."}
            queue.finish(self._store, task, self._owner, "failed", failure)
        else:
            queue.finish(self._store, task, self._owner, "done", result)

    def _translated(self, task: queue.Task, keep_on: Callable[[], bool]) -> dict[str, Any]:
        job = jobs.get(self._store, task.job)
        request = job.request
        uri = join(request.input, task.document) if task.document else request.input
        content = _patiently(lambda: self._buckets.read(uri, LARGEST_DOCUMENT))
        if len(content) > LARGEST_DOCUMENT:
            raise RequestError(f"The document has more than {LARGEST_DOCUMENT // 2**20} MiB.")
        terms: dict[str, str] = {}
        for name in request.terminologies:
            terms = terminologies.terms(self._store, name, request.source_language, task.language)
        translation = documents.translate(
            content,
            request.content_type,
            self._translator(request.source_language, task.language),
            pairs=self._parallel_data(request, task.language),
            terminology=terms or None,
            keep_on=lambda: keep_on() and queue.is_wanted(self._store, task, self._owner),
        )
        output = join(job.output, target_name(task.document or _last(uri), task.language))
        _patiently(lambda: self._buckets.write(output, translation.content))
        return {"characters": translation.characters, "terms": translation.terms}

    def _translator(self, source: str, target: str) -> Translator:
        if (source, target) not in self._translators:
            self._translators[source, target] = self._engines.open(source, target)
        return self._translators[source, target]

    def _parallel_data(self, request: jobs.Request, language: str) -> ParallelData | None:
        """The job's parallel data for a language; the last ones stay in memory."""
        for name in request.parallel_data:
            version = parallel_data.get(self._store, name).version
            key = (name, version, request.source_language, language)
            if self._pairs[0] != key:
                try:
                    found = parallel_data.pairs(
                        self._store, name, request.source_language, language
                    )
                except NotFoundError:  # it has pairs of another of the job's languages
                    self._pairs = (key, None)
                else:
                    self._pairs = (key, found)
            return self._pairs[1]
        return None

    def _end(self, id: str) -> None:
        """Write the details of a job, a file for each language, and end it."""
        job = jobs.get(self._store, id)
        message = None
        try:
            if queue.has_died_often(self._store, id):
                raise UnavailableError("Its details cannot be written: the worker died of it.")
            for language in job.request.target_languages if job.documents else ():
                details = json.dumps(_details(self._store, job, language), ensure_ascii=False)
                uri = join(job.output, f"details/{language}.auxiliary-translation-details.json")
                _patiently(lambda u=uri, d=details: self._buckets.write(u, d.encode()))  # type: ignore[misc]
        except TranslationError as error:
            message = f"The documents are translated, but their details are not written: {error}"
        queue.end(self._store, id, self._owner, message)


def target_name(document: str, language: str) -> str:
    """The path of a document's translation within the job's output folder."""
    folder, slash, name = document.rpartition("/")
    return f"{folder}{slash}{language}.{name}"


def _details(store: Store, job: jobs.Job, language: str) -> dict[str, Any]:
    """What Amazon Translate writes beside the translated documents of a language."""
    done, customer, server, characters = [], 0, 0, 0
    chosen = select(TaskRow).where(TaskRow.job == job.id, TaskRow.language == language)
    with store.reading() as session:
        for row in session.scalars(chosen.order_by(TaskRow.position)):
            result = row.result or {}
            name = row.document or _last(job.request.input)
            told: dict[str, Any] = {}
            if row.status == "failed":
                told["error"] = {"errorCode": result["code"], "errorMessage": result["message"]}
                theirs = result["code"] in ("InternalServerException", UnavailableError.code)
                server, customer = server + theirs, customer + (not theirs)
            elif row.status == "done":
                characters += result["characters"]
                terms = [{"sourceText": a, "targetText": b} for a, b in result["terms"].items()]
                for terminology in job.request.terminologies:
                    told["appliedTerminologies"] = [{"name": terminology, "terms": terms}]
            else:
                continue  # the job was stopped before
            target = target_name(name, language)
            done.append({"sourceFile": name, "targetFile": target, "auxiliaryData": told})
    return {
        "sourceLanguageCode": job.request.source_language,
        "targetLanguageCode": language,
        "charactersTranslated": str(characters),
        "documentCountWithCustomerError": str(customer),
        "documentCountWithServerError": str(server),
        "inputDataPrefix": job.request.input,
        "outputDataPrefix": job.output,
        "details": done,
    }


def _last(uri: str) -> str:
    return uri.rstrip("/").rpartition("/")[2]


def _patiently(call: Callable[[], Any]) -> Any:
    """What a call returns, tried again a few times when a bucket does not answer."""
    for pause in _PATIENCE:
        try:
            return call()
        except UnavailableError:
            time.sleep(pause)
    return call()
