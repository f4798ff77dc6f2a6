"""Imports of parallel data that wait or run, which workers take from one another's hands."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from eulalia.translation.errors import TranslationError
from eulalia.translation.resources.buckets import Buckets
from eulalia.translation.resources.parallel_data import LARGEST_RECORD
from eulalia.translation.resources.records import read_records
from eulalia.translation.resources.store import Store
from eulalia.translation.resources.tables import ParallelDataRow

LARGEST_FILE = 5 * 2**30
_TOLD = 1000
"""So many problems of a file are kept."""


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
        row = session.get(ParallelDataRow, name)
        coming = row.coming if row else None
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
