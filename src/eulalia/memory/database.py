"""A database: opened, brought up to date, and asked, with every failure told in one sentence."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from eulalia.memory.errors import (
    MemoryAccessError,
    MemoryBusyError,
    MemoryVersionError,
    explain,
    is_busy,
)
from eulalia.memory.tables import LONGEST_NAME, REVISIONS, VERSION_TABLE, Table

FILE_NAME: Final = "memory.db"
"""The database in a folder that is named as a memory."""
SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql+psycopg"
DRIVERS: Final = {
    "sqlite": SQLITE,
    "sqlite+pysqlite": SQLITE,
    "postgres": POSTGRESQL,
    "postgresql": POSTGRESQL,
    "postgresql+psycopg": POSTGRESQL,
}
_MIGRATION_LOCK: Final = 0x45756C616C6961  # "Eulalia", as PostgreSQL's advisory locks are numbers
_CONNECT_SECONDS: Final = 10
_PAUSE_SECONDS: Final = 0.02


class Database:
    """An SQLite or PostgreSQL database with the tables of this version."""

    def __init__(self, engine: Engine, place: str) -> None:
        """Take an engine from `open_engine`; `place` is what messages call the database."""
        self._engine = engine
        self._writer = engine.execution_options(writing=True)
        self._open = True
        self.place = place

    @classmethod
    def open(cls, url: str | Path, *, timeout: float) -> Self:
        """Open a database, made or migrated if need be, waiting `timeout` seconds for others.

        Raises MemoryAccessError or one of its kinds.
        """
        checked = check_url(url)
        database = cls(open_engine(checked, timeout), place_of(checked))
        try:
            database._bring_up_to_date(timeout)
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close all connections; what was written stays."""
        self._open = False
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for questions; it changes nothing and waits for no writer."""
        with self._explaining(), Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are on disk, all of them, when the block ends; none on error."""
        with self._explaining(), Session(self._writer) as session, session.begin():
            yield session

    @contextmanager
    def alone(self, role: str) -> Iterator[None]:
        """A block in a role that one program at a time may have; ours ends with the program.

        PostgreSQL holds the lock for us; beside an SQLite database it is a file, empty, that SQLite
        locks. Raises MemoryBusyError at once when another program has the role.
        """
        take = self._lock_file if self._is_sqlite else self._lock_server
        release = take(role, f"Another {role} is at work in {self.place}; wait until it is done.")
        try:
            yield
        finally:
            release()

    def _lock_file(self, role: str, busy: str) -> Callable[[], None]:
        place = f"{self.place}.{role}"
        try:
            lock = sqlite3.connect(place, timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise MemoryAccessError(f"{place} cannot be made; make its folder writable.") from error
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            lock.close()
            raise MemoryBusyError(busy) from error
        return lock.close

    def _lock_server(self, role: str, busy: str) -> Callable[[], None]:
        number = _MIGRATION_LOCK + zlib.crc32(role.encode())
        with self._explaining():
            connection = self._engine.connect()
            taken = connection.scalar(text(f"SELECT pg_try_advisory_lock({number})"))
            connection.commit()

        def release() -> None:
            connection.invalidate()  # the lock ends with its connection
            connection.close()

        if not taken:
            release()
            raise MemoryBusyError(busy)
        return release

    def insert(self, table: type[Table]) -> Any:
        """An INSERT that can tell what to do on conflict, in the words of this database."""
        dialect = sqlite if self._is_sqlite else postgresql
        return dialect.insert(table)

    @property
    def _is_sqlite(self) -> bool:
        return self._engine.dialect.name == SQLITE

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        if not self._open:
            raise MemoryAccessError(f"The memory at {self.place} is closed; open it again.")
        try:
            yield
        except SQLAlchemyError as error:
            raise explain(error, self.place) from error

    # Bringing it up to date

    def _bring_up_to_date(self, timeout: float) -> None:
        with self.reading() as session:
            revision = self._revision(session.connection())
        if self._is_sqlite:
            self._write_ahead(timeout)
        if revision != REVISIONS[-1]:
            self._migrate()

    def _revision(self, connection: Connection) -> str | None:
        """The version of the tables, or None where there are none yet.

        Raises MemoryVersionError for one of the future, MemoryAccessError for tables of somebody
        else, which we would spoil.
        """
        tables = set(inspect(connection).get_table_names())
        if VERSION_TABLE in tables:
            found = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
            if found is not None and found not in REVISIONS:
                raise MemoryVersionError(
                    f"{self.place} was made by a newer Eulalia (version {found} of its tables, "
                    f"and {REVISIONS[-1]} is the newest known here); update Eulalia."
                )
            return None if found is None else str(found)
        # A PostgreSQL database may serve several programs; a file serves one.
        foreign = tables if self._is_sqlite else tables & set(Table.metadata.tables)
        if foreign:
            raise MemoryAccessError(
                f"{self.place} is the database of another program (it has a table "
                f"{min(foreign)!r}); name another."
            )
        return None

    def _write_ahead(self, timeout: float) -> None:
        """Switch to the write-ahead log: readers and a writer then do not wait for each other.

        SQLite does not wait its busy timeout for this switch, so we do.
        """
        deadline = time.monotonic() + timeout
        while True:
            try:
                with self._engine.connect() as connection:
                    connection.execution_options(without_begin=True)
                    connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                return
            except SQLAlchemyError as error:
                if not is_busy(error) or time.monotonic() > deadline:
                    raise explain(error, self.place) from error
            time.sleep(_PAUSE_SECONDS)

    def _migrate(self) -> None:
        """Bring the tables to the newest version, in one transaction that excludes all others."""
        # Only here: a memory that is up to date opens without waiting for Alembic's import.
        from alembic import command
        from alembic.config import Config

        with self.writing() as session:
            connection = session.connection()
            if not self._is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            if self._revision(connection) == REVISIONS[-1]:
                return  # another process was faster
            config = Config()
            config.set_main_option("script_location", "eulalia.memory:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def check_url(url: str | Path) -> URL:
    """The URL of a database, from a URL, a file or a folder.

    Raises MemoryAccessError for anything else.
    """
    if isinstance(url, Path) or "://" not in url:
        return _file_url(Path(url).expanduser())
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise MemoryAccessError(
            "This is no URL of a database; write one such as "
            "postgresql+psycopg://user@host/name, or the path of a file."
        ) from error
    if parsed.drivername not in DRIVERS:
        raise MemoryAccessError(
            f"{parsed.drivername!r} is no database that Eulalia keeps things in; "
            "use sqlite:/// or postgresql+psycopg://."
        )
    parsed = parsed.set(drivername=DRIVERS[parsed.drivername])
    return _check_file(parsed) if parsed.drivername == SQLITE else parsed


def _file_url(path: Path) -> URL:
    file = path / FILE_NAME if _is_folder(path) else path
    return _check_file(URL.create(SQLITE, database=str(file)))


def _check_file(url: URL) -> URL:
    if not url.database or url.database == ":memory:":
        raise MemoryAccessError("A memory must outlive the program; name a file for it.")
    if url.query.get("uri"):
        return url  # SQLite's own syntax for files, which it checks itself
    if "\0" in url.database:
        raise MemoryAccessError("A file's name cannot hold a NUL; name another.")
    path = Path(url.database)
    if _is_folder(path):
        raise MemoryAccessError(f"{path} is a folder; name a file in it.")
    if not _is_folder(path.parent):
        raise MemoryAccessError(f"There is no folder {path.parent}; make it, or name another.")
    return url


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise MemoryAccessError(
            f"{path} cannot be reached ({error.strerror}); name another."
        ) from error


def place_of(url: URL) -> str:
    """What to call a database in messages: never with its password."""
    if url.drivername == SQLITE:
        return str(url.database)
    return url.render_as_string(hide_password=True)


def open_engine(url: URL, timeout: float) -> Engine:
    """The engine for a checked URL, set up so that what is committed is on disk.

    Raises MemoryAccessError when the driver is not installed.
    """
    if url.drivername == SQLITE:
        engine = create_engine(url, connect_args={"timeout": timeout})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def set_up_postgresql(connection: Any, _: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = on")
            cursor.execute("SET timezone = 'UTC'")
            cursor.execute(f"SET lock_timeout = {max(1, round(timeout * 1000))}")
        connection.commit()

    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}
    try:
        # A server that was restarted must not cost the next turn.
        engine = create_engine(url, pool_pre_ping=True, connect_args=arguments)
    except ImportError as error:
        raise MemoryAccessError(
            "PostgreSQL needs one more package; install it with: pip install 'eulalia[postgresql]'."
        ) from error
    event.listen(engine, "connect", set_up_postgresql)
    return engine


def _set_up_sqlite(connection: Any, _: object) -> None:
    # We begin transactions ourselves, in _begin_sqlite: Python's sqlite3 would begin them late.
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")  # in WAL mode, NORMAL may lose the last turns


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("without_begin"):
        return
    # A writer takes its lock at once: taken later, SQLite could refuse it without waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")


def check_name(name: str, what: str) -> str:
    """An identifier as every database can keep and index it; MemoryAccessError otherwise."""
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise MemoryAccessError(f"{what} must be a text of 1 to {LONGEST_NAME} characters.")
    if "\0" in name or any("\ud800" <= letter <= "\udfff" for letter in name):
        raise MemoryAccessError(f"{what} {name!r} holds a letter that no database keeps.")
    return name
