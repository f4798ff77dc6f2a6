"""Parallel data as a resource: imported from a bucket, kept under a name.

Creating and updating only take note of what is wanted; a worker imports (`imports`). Until an
update is done, and when it fails, what was there before is used.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eulalia.translation.languages import check_language
from eulalia.translation.pairs import Pair
from eulalia.translation.pairs import ParallelData as Pairs
from eulalia.translation.resources import pages, tags
from eulalia.translation.resources.buckets import Buckets, parse
from eulalia.translation.resources.errors import (
    ConflictError,
    LimitError,
    ModifiedError,
    NotFoundError,
    ParameterError,
)
from eulalia.translation.resources.records import FORMATS, read_records
from eulalia.translation.resources.store import Store
from eulalia.translation.resources.tables import JobRow, ParallelDataRow

MOST = 1000
"""Resources in a folder."""
LARGEST_RECORD = 1000
"""Bytes of a text."""
_UNFINISHED = ("SUBMITTED", "IN_PROGRESS", "STOP_REQUESTED")


@dataclass(frozen=True)
class ParallelData:
    """A resource as it stands; times are seconds since 1970."""

    name: str
    description: str | None
    status: str
    """CREATING, UPDATING, ACTIVE or FAILED."""
    uri: str
    format: str
    created: float
    updated: float
    languages: tuple[str, ...] = ()
    """The source's code, then the targets'; none until it is imported."""
    message: str | None = None
    """Why it failed."""
    size: int | None = None
    """Bytes of the imported file."""
    imported: int | None = None
    skipped: int | None = None
    """Records without a text on one side."""
    failed: int | None = None
    """Records that cannot be taken."""
    version: str | None = None
    """The file that was imported, by its name in the store."""
    problems: tuple[str, ...] = field(default=(), repr=False)
    """What is wrong with records, a sentence each."""
    attempt: Mapping[str, Any] | None = None
    """How the last update went: its status, time, message and problems."""


def create(
    store: Store,
    buckets: Buckets,
    name: str,
    uri: str,
    format: str,
    *,
    token: str,
    description: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> ParallelData:
    """A new resource, which a worker will import.

    The same call with the same token again returns what it made. Raises ConflictError for a name
    that is taken, LimitError for one resource too many, and what `Buckets.check` raises.
    """
    _check_source(buckets, uri, format)
    digest = _digest(name, uri, format, description, labels or {})
    now = time.time()
    with store.writing() as session:
        row = session.get(ParallelDataRow, name)
        if row is not None:
            if (row.token, row.request) == (token, digest):
                return _told(row)
            raise ConflictError(f"There is parallel data of the name {name} already.")
        if (session.scalar(select(func.count()).select_from(ParallelDataRow)) or 0) >= MOST:
            raise LimitError(f"There are {MOST} sets of parallel data; delete one first.")
        row = ParallelDataRow(
            name=name,
            description=description,
            status="CREATING",
            token=token,
            request=digest,
            uri=uri,
            format=format,
            coming=_coming(store, uri, format, description),
            facts={},
            created=now,
            updated=now,
        )
        session.add(row)
        tags.put(session, f"parallel-data/{name}", labels or {})
        return _told(row)


def renew(
    store: Store,
    buckets: Buckets,
    name: str,
    uri: str,
    format: str,
    *,
    token: str,
    description: str | None = None,
) -> ParallelData:
    """Import a resource anew from a file.

    Raises NotFoundError, ModifiedError while an import is under way, and what `Buckets.check` does.
    """
    _check_source(buckets, uri, format)
    digest = _digest(name, uri, format, description, {})
    with store.writing() as session:
        row = _row(session, name)
        if (row.token, row.request) == (token, digest):
            return _told(row)
        if row.coming is not None:
            raise ModifiedError(f"{name} is being imported; wait until that is done.")
        row.token, row.request = token, digest
        row.coming = _coming(store, uri, format, description)
        row.status = "UPDATING" if row.version else "CREATING"
        row.attempt = {"status": "UPDATING", "time": time.time()}
        return _told(row)


def get(store: Store, name: str) -> ParallelData:
    """A resource. Raises NotFoundError."""
    with store.reading() as session:
        return _told(_row(session, name))


def everything(
    store: Store, count: int = pages.LONGEST, token: str | None = None
) -> pages.Page[ParallelData]:
    """Resources by their names, a page at a time."""
    chosen = select(ParallelDataRow).where(ParallelDataRow.name > pages.after(token))
    with store.reading() as session:
        found = session.scalars(chosen.order_by(ParallelDataRow.name).limit(count + 1)).all()
        return pages.page([_told(row) for row in found], count, lambda each: each.name)


def remove(store: Store, name: str) -> None:
    """Delete a resource. Raises NotFoundError, and ModifiedError while something uses it."""
    with store.writing() as session:
        row = _row(session, name)
        if row.coming is not None:
            raise ModifiedError(f"{name} is being imported; wait until that is done.")
        check_unused(session, "parallel_data", name)
        tags.clear(session, f"parallel-data/{name}")
        version = row.version
        session.delete(row)
    if version:
        store.file(version).unlink(missing_ok=True)


def check_unused(session: Session, kind: str, name: str) -> None:
    """Raise ModifiedError while a job is not done that uses parallel data or a terminology."""
    for job in session.scalars(select(JobRow).where(JobRow.status.in_(_UNFINISHED))):
        if name in job.request[kind]:
            raise ModifiedError(f"The job {job.id} uses {name}; wait until it is done, or stop it.")


def pairs(store: Store, name: str, source_language: str, target_language: str) -> Pairs:
    """The pairs of two languages. Raises NotFoundError where there are none."""
    row = get(store, name)
    codes = check_language(source_language), check_language(target_language)
    if row.version is None or codes[0] != row.languages[0] or codes[1] not in row.languages[1:]:
        raise NotFoundError(f"The parallel data {name} has no pairs from {codes[0]} to {codes[1]}.")
    target = row.languages.index(codes[1])
    records = read_records(store.file(row.version), row.format, LARGEST_RECORD).records
    texts = (record.texts for record in records if record.texts)
    found = [Pair(each[0], each[target]) for each in texts if each[0] and each[target]]
    return Pairs(*codes, found)


def _check_source(buckets: Buckets, uri: str, format: str) -> None:
    if format not in FORMATS:
        raise ParameterError(f"{format!r} is none of the formats {', '.join(FORMATS)}.")
    parse(uri)
    buckets.check(uri)


def _coming(store: Store, uri: str, format: str, description: str | None) -> dict[str, Any]:
    return {
        "uri": uri,
        "format": format,
        "version": store.new_file(f".{format.lower()}"),
        "description": description,
    }


def _digest(*request: object) -> str:
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


def _row(session: Session, name: str) -> ParallelDataRow:
    row = session.get(ParallelDataRow, name)
    if row is None:
        raise NotFoundError(f"There is no parallel data of the name {name}.")
    return row


def _told(row: ParallelDataRow) -> ParallelData:
    facts = row.facts or {}
    return ParallelData(
        name=row.name,
        description=row.description,
        status=row.status,
        uri=row.uri,
        format=row.format,
        created=row.created,
        updated=row.updated,
        languages=tuple(facts.get("languages", ())),
        message=facts.get("message"),
        size=facts.get("size"),
        imported=facts.get("imported"),
        skipped=facts.get("skipped"),
        failed=facts.get("failed"),
        version=row.version,
        problems=tuple(facts.get("problems", ())),
        attempt=row.attempt,
    )
