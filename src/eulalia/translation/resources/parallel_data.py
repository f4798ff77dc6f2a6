"""Parallel data as a resource: imported from a bucket, kept under a name.

Creating and updating only take note of what is wanted; a worker imports (`import_next`). Until an
update is done, and when it fails, what was there before is used.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from eulalia.translation.errors import TranslationError
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
from eulalia.translation.resources.importing import FORMATS, read_records
from eulalia.translation.resources.store import Store
from eulalia.translation.resources.tables import JobRow, ParallelDataRow

MOST = 1000
"""Resources in a folder."""
LARGEST_FILE = 5 * 2**30
LARGEST_RECORD = 1000
"""Bytes of a text."""
_TOLD = 1000
"""So many problems of a file are kept."""
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


# Importing, which workers do


def claim(store: Store, owner: str) -> str | None:
    """The name of a resource that waits to be imported, now this worker's; None if none does."""
    with store.reading() as session:  # most of the time there is nothing, and no need to lock
        if session.scalar(_waiting()) is None:
            return None
    with store.writing() as session:
        row: ParallelDataRow | None = session.scalar(_waiting())
        if row is None:
            return None
        row.owner = owner
        return row.name


def import_claimed(store: Store, buckets: Buckets, name: str, owner: str) -> None:
    """Import what a worker has claimed; what goes wrong is kept with the resource."""
    with store.reading() as session:
        coming = _row(session, name).coming
    if coming is None:
        return
    path = store.file(coming["version"])
    try:
        buckets.copy(coming["uri"], path, LARGEST_FILE)
        facts = _count(path, coming["format"])
        failure = None if facts["imported"] else "The file holds no record that can be taken."
    except TranslationError as error:
        facts, failure = {}, str(error)
    except OSError as error:
        facts, failure = {}, f"The file cannot be kept ({error.strerror})."
    needless = _finish(store, name, owner, coming, facts, failure)
    if needless:
        store.file(needless).unlink(missing_ok=True)


def is_importing(store: Store) -> bool:
    """Whether an import waits or runs."""
    under_way = ParallelDataRow.status.in_(("CREATING", "UPDATING"))
    with store.reading() as session:
        return session.scalar(select(ParallelDataRow.name).where(under_way).limit(1)) is not None


def release(store: Store, owner: str | None) -> None:
    """Let others import what a worker that died had claimed; None is for all."""
    claimed = (
        ParallelDataRow.owner.is_not(None) if owner is None else ParallelDataRow.owner == owner
    )
    with store.writing() as session:
        session.execute(update(ParallelDataRow).where(claimed).values(owner=None))


def _waiting() -> Any:
    waits = ParallelDataRow.status.in_(("CREATING", "UPDATING")), ParallelDataRow.owner.is_(None)
    return select(ParallelDataRow).where(*waits).order_by(ParallelDataRow.updated).limit(1)


def _count(path: Path, format: str) -> dict[str, Any]:
    records = read_records(path, format, LARGEST_RECORD)
    counts = {"imported": 0, "skipped": 0, "failed": 0}
    problems: list[str] = []
    for record in records.records:
        if record.problem:
            what, problem = "failed", record.problem
        elif not record.texts[0] or not any(record.texts[1:]):
            what, problem = "skipped", "It has no text, or no translation."
        else:
            what, problem = "imported", ""
        counts[what] += 1
        if problem and len(problems) < _TOLD:
            problems.append(f"{'Unit' if format == 'TMX' else 'Line'} {record.place}: {problem}")
    return {
        "languages": list(records.languages),
        "size": path.stat().st_size,
        "problems": problems,
        **counts,
    }


def _finish(
    store: Store,
    name: str,
    owner: str,
    coming: Mapping[str, Any],
    facts: dict[str, Any],
    failure: str | None,
) -> str | None:
    """Write down how an import went; the name of the file that is no longer needed."""
    now = time.time()
    with store.writing() as session:
        row = session.get(ParallelDataRow, name)
        if row is None or row.owner != owner:
            return None  # another worker was given it in the meantime
        updating = row.attempt is not None
        row.owner, row.coming = None, None
        if updating:
            status = "FAILED" if failure else "ACTIVE"
            row.attempt = {"status": status, "time": now, "message": failure}
        if failure:
            row.status = "ACTIVE" if row.version else "FAILED"
            row.facts = row.facts if row.version else {"message": failure}
            return str(coming["version"])
        old, row.version = row.version, coming["version"]
        row.uri, row.format = coming["uri"], coming["format"]
        row.description = coming["description"] or row.description
        row.status, row.facts, row.updated = "ACTIVE", facts, now
        return old


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
