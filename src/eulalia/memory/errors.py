"""What can go wrong with keeping things, each told in one sentence."""

from __future__ import annotations

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from eulalia.errors import EulaliaError


class MemoryAccessError(EulaliaError):
    """A memory that cannot be opened, read or written as asked; nothing was changed."""


class MemoryBusyError(MemoryAccessError):
    """Another program kept the memory locked for longer than we wait."""


class MemoryVersionError(MemoryAccessError):
    """A database that a newer Eulalia has made."""


_LONGEST_DETAIL: Final = 200

_SQLITE_SENTENCES: Final = {
    sqlite3.SQLITE_READONLY: "{place} cannot be written; make it and its folder writable, "
    "or name another.",
    sqlite3.SQLITE_NOTADB: "{place} is no database; name another file, or move this one away.",
    sqlite3.SQLITE_CORRUPT: "{place} is damaged; put a copy of it back, or name another file.",
    sqlite3.SQLITE_FULL: "The disk is full, {place} cannot grow; make room and try again.",
    sqlite3.SQLITE_AUTH: "{place} may not be used; name another file.",
}
_SQLITE_SENTENCES[sqlite3.SQLITE_PERM] = _SQLITE_SENTENCES[sqlite3.SQLITE_READONLY]
_SQLITE_SENTENCES[sqlite3.SQLITE_CANTOPEN] = _SQLITE_SENTENCES[sqlite3.SQLITE_READONLY]

_POSTGRESQL_BUSY: Final = {"55P03", "40P01", "57014"}  # lock not available, deadlock, cancelled
_POSTGRESQL_FORBIDDEN: Final = "42501"


def is_busy(error: SQLAlchemyError) -> bool:
    """Whether the only trouble is that somebody else is at it."""
    cause = _cause(error)
    if isinstance(cause, PoolTimeoutError):
        return True
    if isinstance(cause, sqlite3.Error):
        return _sqlite_code(cause) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(cause, "sqlstate", None) in _POSTGRESQL_BUSY


def explain(error: SQLAlchemyError, place: str) -> MemoryAccessError:
    """The sentence for an error of the database at `place`."""
    cause = _cause(error)
    if is_busy(error):
        return MemoryBusyError(
            f"Another program keeps {place} locked; try again when it has finished."
        )
    detail = _detail(cause)
    if isinstance(cause, sqlite3.Error):
        sentence = _SQLITE_SENTENCES.get(_sqlite_code(cause), "{place} does not work ({detail}).")
        return MemoryAccessError(sentence.format(place=place, detail=detail))
    state = getattr(cause, "sqlstate", None)
    if state == _POSTGRESQL_FORBIDDEN:
        return MemoryAccessError(f"{place} does not let us in ({detail}); grant us the right.")
    if state is None:
        return MemoryAccessError(
            f"{place} cannot be reached ({detail}); check the URL, and that its server runs."
        )
    return MemoryAccessError(f"{place} does not work ({detail}).")


def _cause(error: SQLAlchemyError) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig else error


def _sqlite_code(error: sqlite3.Error) -> int:
    """The primary result code; the bits above it tell details."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _detail(cause: BaseException) -> str:
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    return lines[0][:_LONGEST_DETAIL].rstrip(".: ")
