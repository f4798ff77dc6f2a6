"""Custom terminology as a resource: terms that are always translated in one way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eulalia.translation.languages import check_language
from eulalia.translation.resources import pages, tags
from eulalia.translation.resources.errors import (
    LimitError,
    NotFoundError,
    ParameterError,
)
from eulalia.translation.resources.parallel_data import check_unused
from eulalia.translation.resources.records import FORMATS, read_records
from eulalia.translation.resources.store import Store
from eulalia.translation.resources.tables import TerminologyRow

MOST = 100
"""Terminologies in a folder."""
LARGEST_FILE = 10 * 2**20
LARGEST_TERM = 200
"""Bytes of a term."""
MOST_TARGETS = 10
DIRECTIONS = ("UNI", "MULTI")
"""From the source to the targets, or between all languages."""


@dataclass(frozen=True)
class Terminology:
    """A resource as it stands; times are seconds since 1970."""

    name: str
    description: str | None
    format: str
    directionality: str
    languages: tuple[str, ...]
    """The source's code, then the targets'."""
    terms: int
    skipped: int
    """Records that could not be taken, and repetitions."""
    size: int
    """Bytes of the file that was imported."""
    file: str
    """That file, by its name in the store."""
    created: float
    updated: float


def put(
    store: Store,
    name: str,
    content: bytes,
    format: str,
    *,
    directionality: str = "UNI",
    description: str | None = None,
    labels: Mapping[str, str] | None = None,
) -> Terminology:
    """Import a terminology, in place of the one that has this name.

    Raises ParameterError for a file or a direction that cannot be used, LimitError for too much.
    """
    if format not in FORMATS or directionality not in DIRECTIONS:
        raise ParameterError(
            f"A terminology is of a format {', '.join(FORMATS)} and of a directionality "
            f"{' or '.join(DIRECTIONS)}, not {format} and {directionality}."
        )
    if len(content) > LARGEST_FILE:
        raise LimitError(f"A terminology may have {LARGEST_FILE:,} bytes.")
    file = store.new_file(f".{format.lower()}")
    path = store.file(file)
    path.write_bytes(content)
    try:
        languages, terms, skipped = _read(path, format)
        with store.writing() as session:
            row = session.get(TerminologyRow, name)
            now = time.time()
            old = None
            if row is None:
                _check_room(session)
                row = TerminologyRow(name=name, created=now)
                session.add(row)
            else:
                old = row.file
            row.description, row.format, row.directionality = description, format, directionality
            row.languages, row.terms, row.skipped = languages, terms, skipped
            row.size, row.file, row.updated = len(content), file, now
            tags.put(session, f"terminology/{name}", labels or {})
            told = _told(row)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if old:
        store.file(old).unlink(missing_ok=True)
    return told


def get(store: Store, name: str) -> Terminology:
    """A terminology. Raises NotFoundError."""
    with store.reading() as session:
        return _told(_row(session, name))


def everything(
    store: Store, count: int = pages.LONGEST, token: str | None = None
) -> pages.Page[Terminology]:
    """Terminologies by their names, a page at a time."""
    chosen = select(TerminologyRow).where(TerminologyRow.name > pages.after(token))
    with store.reading() as session:
        found = session.scalars(chosen.order_by(TerminologyRow.name).limit(count + 1)).all()
        return pages.page([_told(row) for row in found], count, lambda each: each.name)


def remove(store: Store, name: str) -> None:
    """Delete a terminology. Raises NotFoundError, and ModifiedError while a job uses it."""
    with store.writing() as session:
        row = _row(session, name)
        check_unused(session, "terminologies", name)
        tags.clear(session, f"terminology/{name}")
        file = row.file
        session.delete(row)
    store.file(file).unlink(missing_ok=True)


def terms(store: Store, name: str, source_language: str, target_language: str) -> dict[str, str]:
    """The terms of one language with their translations in another; perhaps none.

    Raises NotFoundError when there is no such terminology.
    """
    codes = check_language(source_language), check_language(target_language)
    with store.reading() as session:
        row = _row(session, name)
        languages, rows, direction = row.languages, row.terms, row.directionality
    if not set(codes) <= set(languages):
        return {}
    source, target = (languages.index(code) for code in codes)
    if direction == "UNI" and source != 0:
        return {}
    return {each[source]: each[target] for each in reversed(rows) if each[source] and each[target]}


def _read(path: Path, format: str) -> tuple[list[str], list[list[str]], int]:
    """The languages, the terms, and how many records are left out."""
    records = read_records(path, format, LARGEST_TERM)
    if len(records.languages) > MOST_TARGETS + 1:
        raise LimitError(f"A terminology may have {MOST_TARGETS} target languages.")
    found: dict[str, list[str]] = {}
    skipped = 0
    for record in records.records:
        usable = record.texts and record.texts[0] and any(record.texts[1:])
        if not usable or record.texts[0] in found:
            skipped += 1
        else:
            found[record.texts[0]] = list(record.texts)
    if not found:
        raise ParameterError("The file holds no term that can be taken.")
    return list(records.languages), list(found.values()), skipped


def _check_room(session: Session) -> None:
    if (session.scalar(select(func.count()).select_from(TerminologyRow)) or 0) >= MOST:
        raise LimitError(f"There are {MOST} terminologies; delete one first.")


def _row(session: Session, name: str) -> TerminologyRow:
    row = session.get(TerminologyRow, name)
    if row is None:
        raise NotFoundError(f"There is no terminology of the name {name}.")
    return row


def _told(row: TerminologyRow) -> Terminology:
    return Terminology(
        name=row.name,
        description=row.description,
        format=row.format,
        directionality=row.directionality,
        languages=tuple(row.languages),
        terms=len(row.terms),
        skipped=row.skipped,
        size=row.size,
        file=row.file,
        created=row.created,
        updated=row.updated,
    )
