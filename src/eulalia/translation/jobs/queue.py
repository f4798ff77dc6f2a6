"""What is to be done next, and by whom: each piece of work belongs to one worker at a time.

A worker that dies gives its work back (`release`). A document is written in one piece under one
name, and counted once, by its row; so it is neither lost nor doubled, however often it is begun.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from eulalia.translation.resources import imports
from eulalia.translation.resources.store import Store
from eulalia.translation.resources.tables import JobRow, TaskRow

MOST_ATTEMPTS = 5
"""So many workers may die of a piece of work before it is given up."""
_DIED = "The worker died of it, again and again."


@dataclass(frozen=True)
class Task:
    """A document to be translated into one language."""

    number: int
    job: str
    document: str
    """Its path within the job's input folder."""
    language: str


@dataclass(frozen=True)
class Work:
    """What a worker has claimed: one of these."""

    to_import: str | None = None
    """The name of parallel data."""
    to_list: str | None = None
    """The id of a job whose documents are not known yet."""
    to_end: str | None = None
    """The id of a job that has nothing left to do."""
    to_translate: Task | None = None


def claim(store: Store, owner: str) -> Work | None:
    """The next piece of work, now this worker's; None if there is none."""
    name = imports.claim(store, owner)
    if name is not None:
        return Work(to_import=name)
    with store.reading() as session:  # most of the time there is nothing, and no need to lock
        if not any(session.scalar(query) for query in (_ending(), _listing(), _translating())):
            return None
    with store.writing() as session:
        ending = session.scalar(_ending())
        if ending is not None:
            return Work(to_end=_take_job(ending, owner))
        listing = session.scalar(_listing())
        if listing is not None:
            return Work(to_list=_take_job(listing, owner))
        task = session.scalar(_translating())
        if task is None:
            return None
        task.owner, task.attempts = owner, task.attempts + 1
        if task.attempts > MOST_ATTEMPTS:
            task.owner, task.status = None, "failed"
            task.result = {"code": "InternalServerException", "message": _DIED}
            return None
        return Work(to_translate=Task(task.number, task.job, task.document, task.language))


def begin(store: Store, job: str, owner: str, documents: Iterable[str], message: str) -> None:
    """Write down the documents of a job; the message is for when there are none."""
    with store.writing() as session:
        row = _owned(session, job, owner)
        if row is None:
            return
        row.owner, row.attempts = None, 0
        names, languages = list(documents), row.request["target_languages"]
        if not names:
            row.status, row.message, row.ended = "FAILED", message, time.time()
            return
        tasks = [
            {"job": job, "document": name, "language": language, "status": "open", "attempts": 0}
            for name in names
            for language in languages
        ]
        places = [{"position": place} for place in range(len(tasks))]
        rows = [task | place for task, place in zip(tasks, places, strict=True)]
        session.execute(insert(TaskRow), rows)
        row.documents = len(tasks)
        if row.status == "SUBMITTED":
            row.status = "IN_PROGRESS"


def finish(store: Store, task: Task, owner: str, status: str, result: Mapping[str, Any]) -> None:
    """Write down how a document came out, "done" or "failed"."""
    mine = TaskRow.number == task.number, TaskRow.owner == owner
    with store.writing() as session:
        session.execute(
            update(TaskRow).where(*mine).values(status=status, result=dict(result), owner=None)
        )


def put_back(store: Store, task: Task, owner: str) -> None:
    """Leave a document for later: what stops the work is not its fault."""
    mine = TaskRow.number == task.number, TaskRow.owner == owner
    left = {"owner": None, "attempts": TaskRow.attempts - 1}
    with store.writing() as session:
        session.execute(update(TaskRow).where(*mine).values(left))


def end(store: Store, job: str, owner: str, message: str | None = None) -> None:
    """A job is done; with a message it has failed."""
    with store.writing() as session:
        row = _owned(session, job, owner)
        if row is None:
            return
        of_job = select(func.count()).where(TaskRow.job == job)
        failed = session.scalar(of_job.where(TaskRow.status == "failed"))
        left = session.scalar(of_job.where(TaskRow.status == "open"))
        if message is not None:
            row.status = "FAILED"
        elif row.status == "STOP_REQUESTED" and (left or not row.documents):
            row.status = "STOPPED"
        else:
            row.status = "COMPLETED_WITH_ERROR" if failed else "COMPLETED"
        row.owner, row.message, row.ended = None, message, time.time()
        session.execute(
            update(TaskRow)
            .where(TaskRow.job == job, TaskRow.status == "open")
            .values(status="left", owner=None)
        )


def is_wanted(store: Store, task: Task, owner: str) -> bool:
    """Whether a document is still to be translated by this worker."""
    query = select(TaskRow.number).join(JobRow, JobRow.id == TaskRow.job)
    query = query.where(TaskRow.number == task.number, TaskRow.owner == owner)
    with store.reading() as session:
        return session.scalar(query.where(JobRow.status == "IN_PROGRESS")) is not None


def release(store: Store, owner: str | None = None) -> None:
    """Give back what a worker that died had claimed; by default, what any had."""
    imports.release(store, owner)
    with store.writing() as session:
        for table in (JobRow, TaskRow):
            claimed = table.owner.is_not(None) if owner is None else table.owner == owner
            session.execute(update(table).where(claimed).values(owner=None))


def is_idle(store: Store) -> bool:
    """Whether nothing is to be done, nor being done."""
    importing = imports.is_importing(store)
    with store.reading() as session:
        working = JobRow.status.in_(("SUBMITTED", "IN_PROGRESS", "STOP_REQUESTED"))
        return not importing and session.scalar(select(JobRow.id).where(working).limit(1)) is None


def _take_job(row: JobRow, owner: str) -> str:
    row.owner, row.attempts = owner, row.attempts + 1
    return row.id


def has_died_often(store: Store, job: str) -> bool:
    """Whether listing a job's documents, or ending it, has killed too many workers."""
    with store.reading() as session:
        attempts = session.scalar(select(JobRow.attempts).where(JobRow.id == job))
    return (attempts or 0) > MOST_ATTEMPTS


def _owned(session: Session, job: str, owner: str) -> JobRow | None:
    return session.scalar(select(JobRow).where(JobRow.id == job, JobRow.owner == owner))


def _ending() -> Select[Any]:
    """A job of which nothing is left to translate, or nothing shall be and nothing is being."""
    task = aliased(TaskRow)
    of_job = exists().where(task.job == JobRow.id)
    through = (JobRow.status == "IN_PROGRESS") & ~of_job.where(task.status == "open")
    stopped = (JobRow.status == "STOP_REQUESTED") & ~of_job.where(task.owner.is_not(None))
    return select(JobRow).where(JobRow.owner.is_(None), through | stopped).limit(1)


def _listing() -> Select[Any]:
    waits = JobRow.owner.is_(None), JobRow.status == "SUBMITTED"
    return select(JobRow).where(*waits).order_by(JobRow.number).limit(1)


def _translating() -> Select[Any]:
    """Jobs take turns: the first documents of all of them come before any second one."""
    query = select(TaskRow).join(JobRow, JobRow.id == TaskRow.job)
    waits = JobRow.status == "IN_PROGRESS", TaskRow.status == "open", TaskRow.owner.is_(None)
    return query.where(*waits).order_by(TaskRow.position, TaskRow.number).limit(1)
