"""Jobs that translate all documents of a folder into several languages.

Here they are asked for, told and stopped; `work` does what is to be done.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eulalia.translation.jobs.documents import check_type
from eulalia.translation.jobs.engines import Engines, check_pair
from eulalia.translation.languages import check_language
from eulalia.translation.resources import pages, parallel_data, terminologies
from eulalia.translation.resources.buckets import Buckets, join, parse
from eulalia.translation.resources.errors import (
    ConflictError,
    FilterError,
    LanguagePairError,
    NotFoundError,
    ParameterError,
    RequestError,
    TooManyError,
)
from eulalia.translation.resources.store import Store
from eulalia.translation.resources.tables import JobRow, TaskRow

STATUSES = (
    "SUBMITTED IN_PROGRESS COMPLETED COMPLETED_WITH_ERROR FAILED STOP_REQUESTED STOPPED".split()
)
UNFINISHED = ("SUBMITTED", "IN_PROGRESS", "STOP_REQUESTED")
MOST_LANGUAGES = 10
"""Target languages of a job."""
MOST_WAITING = 1000
"""Jobs that are not done."""


@dataclass(frozen=True)
class Request:
    """What a job is to do."""

    input: str
    """The URI of the folder whose documents are translated, folders within it too."""
    output: str
    """The URI of a folder, in which the job makes one of its own."""
    content_type: str
    source_language: str
    target_languages: tuple[str, ...]
    terminologies: tuple[str, ...] = ()
    """One name or none; so with the parallel data."""
    parallel_data: tuple[str, ...] = ()
    name: str | None = None
    role: str | None = None
    """The role that Amazon would read buckets by; it is told again, and means nothing here."""


@dataclass(frozen=True)
class Job:
    """A job as it stands; times are seconds since 1970."""

    id: str
    status: str
    request: Request
    account: str
    documents: int
    """To be translated, each counted once for each language; so with the next two."""
    translated: int
    failed: int
    message: str | None
    submitted: float
    ended: float | None

    @property
    def output(self) -> str:
        """The URI of the job's own folder, with a slash at its end."""
        return join(self.request.output, f"{self.account}-TranslateText-{self.id}/")

    @property
    def is_done(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status not in UNFINISHED


@dataclass(frozen=True)
class Filter:
    """Which jobs are listed: those for which all that is given is true."""

    name: str | None = None
    status: str | None = None
    before: float | None = None
    """Submitted earlier than this time."""
    after: float | None = None


def start(
    store: Store,
    buckets: Buckets,
    engines: Engines,
    request: Request,
    *,
    token: str,
    account: str,
) -> Job:
    """A new job; the same request with the same token again returns the job that it made.

    Raises ParameterError, RequestError, NotFoundError, LanguagePairError for a request that cannot
    be carried out, ConflictError for another request with a token that was used, TooManyError when
    too many jobs wait, and what `Buckets.check` raises.
    """
    digest = hashlib.sha256(json.dumps(asdict(request), sort_keys=True).encode()).hexdigest()
    with store.reading() as session:
        known = _known(session, token, digest)
    if known is not None:
        return known
    request = _checked(store, buckets, engines, request)
    with store.writing() as session:
        known = _known(session, token, digest)
        if known is not None:
            return known  # another client was faster
        waiting = select(func.count()).where(JobRow.status.in_(UNFINISHED))
        if (session.scalar(waiting) or 0) >= MOST_WAITING:
            raise TooManyError(f"{MOST_WAITING} jobs wait to be done; wait for some of them.")
        row = JobRow(
            id=uuid.uuid4().hex,
            token=token,
            digest=digest,
            name=request.name,
            status="SUBMITTED",
            request=asdict(request),
            account=account,
            documents=0,
            attempts=0,
            submitted=time.time(),
        )
        session.add(row)
        session.flush()
        return _told(session, row)


def get(store: Store, id: str) -> Job:
    """A job. Raises NotFoundError."""
    with store.reading() as session:
        return _told(session, _row(session, id))


def everything(
    store: Store,
    chosen: Filter | None = None,
    count: int = pages.LONGEST,
    token: str | None = None,
) -> pages.Page[Job]:
    """Jobs, the newest first, a page at a time. Raises FilterError, ParameterError."""
    chosen = chosen or Filter()
    query = select(JobRow).order_by(JobRow.number.desc()).limit(count + 1)
    if chosen.status is not None and chosen.status not in STATUSES:
        raise FilterError(f"{chosen.status!r} is no status; there are: {', '.join(STATUSES)}.")
    if chosen.before is not None and chosen.after is not None and chosen.after >= chosen.before:
        raise FilterError("No job was submitted after a time that is later than the one before it.")
    if chosen.name is not None:
        query = query.where(JobRow.name == chosen.name)
    if chosen.status is not None:
        query = query.where(JobRow.status == chosen.status)
    if chosen.before is not None:
        query = query.where(JobRow.submitted < chosen.before)
    if chosen.after is not None:
        query = query.where(JobRow.submitted > chosen.after)
    last = pages.after(token)
    with store.reading() as session:
        if last:
            number = session.scalar(select(JobRow.number).where(JobRow.id == last))
            if number is None:
                raise ParameterError("The NextToken is none that was given out here.")
            query = query.where(JobRow.number < number)
        rows = session.scalars(query).all()
        return pages.page([_told(session, row) for row in rows], count, lambda each: each.id)


def stop(store: Store, id: str) -> Job:
    """Ask that a job be stopped; one that is done stays as it is. Raises NotFoundError."""
    with store.writing() as session:
        row = _row(session, id)
        if row.status in ("SUBMITTED", "IN_PROGRESS"):
            row.status = "STOP_REQUESTED"
        return _told(session, row)


def _checked(store: Store, buckets: Buckets, engines: Engines, request: Request) -> Request:
    check_type(request.content_type)
    targets = request.target_languages
    if not 0 < len(targets) <= MOST_LANGUAGES or len(set(targets)) < len(targets):
        raise ParameterError(
            f"A job has 1 to {MOST_LANGUAGES} target languages, each once; these are "
            f"{', '.join(targets) or 'none'}."
        )
    for target in targets:
        check_pair(engines, request.source_language, target)
    for names, what in ((request.terminologies, "terminology"), (request.parallel_data, "set")):
        if len(names) > 1:
            raise ParameterError(f"A job takes one {what}, not {len(names)}.")
    for name in request.terminologies:
        terminologies.get(store, name)
    for name in request.parallel_data:
        _check_parallel_data(store, name, request.source_language, targets)
    for uri in (request.input, request.output):
        parse(uri)
        buckets.check(uri)
    return replace(request, output=request.output.rstrip("/"))


def _check_parallel_data(store: Store, name: str, source: str, targets: Sequence[str]) -> None:
    found = parallel_data.get(store, name)
    if found.version is None:
        raise RequestError(f"The parallel data {name} is {found.status} and cannot be used yet.")
    wanted = {check_language(target) for target in targets}
    if found.languages[0] != check_language(source) or not wanted & set(found.languages[1:]):
        raise LanguagePairError(
            f"The parallel data {name} is from {found.languages[0]} to "
            f"{', '.join(found.languages[1:])}, and the job from {source} to {', '.join(targets)}."
        )


def _known(session: Session, token: str, digest: str) -> Job | None:
    row = session.scalar(select(JobRow).where(JobRow.token == token))
    if row is None:
        return None
    if row.digest != digest:
        raise ConflictError("Another request has used this ClientToken; give each its own.")
    return _told(session, row)


def _row(session: Session, id: str) -> JobRow:
    row = session.scalar(select(JobRow).where(JobRow.id == id))
    if row is None:
        raise NotFoundError(f"There is no job {id}.")
    return row


def _told(session: Session, row: JobRow) -> Job:
    counted = select(TaskRow.status, func.count()).where(TaskRow.job == row.id)
    rows = session.execute(counted.group_by(TaskRow.status)).all()
    counts: dict[str, int] = {row[0]: row[1] for row in rows}
    kept = row.request.items()
    request: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in kept}
    return Job(
        id=row.id,
        status=row.status,
        request=Request(**request),
        account=row.account,
        documents=row.documents,
        translated=counts.get("done", 0),
        failed=counts.get("failed", 0),
        message=row.message,
        submitted=row.submitted,
        ended=row.ended,
    )
