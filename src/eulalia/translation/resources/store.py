"""The folder in which resources and jobs are kept: a database, and what was imported."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from eulalia.translation.errors import TranslationError
from eulalia.translation.resources.errors import UnavailableError
from eulalia.translation.resources.tables import VERSION, Table

_WAIT_SECONDS = 10


class Store:
    """A folder with `translation.db`, which several programs may use at once."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        """Take a folder that is there and an engine on its database; see `open`."""
        self.folder = folder
        self._engine = engine
        self._writer = engine.execution_options(writing=True)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a folder, made if it is not there.

        Raises TranslationError when it cannot be used, or is of another version.
        """
        folder = folder.expanduser().absolute()
        try:
            (folder / "files").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TranslationError(
                f"{folder} cannot be used ({error.strerror}); name another folder."
            ) from error
        engine = create_engine(
            f"sqlite:///{folder / 'translation.db'}", connect_args={"timeout": _WAIT_SECONDS}
        )
        event.listen(engine, "connect", _set_up)
        event.listen(engine, "begin", _begin)
        store = cls(folder, engine)
        with store.writing() as session:
            store._bring_up(session)
        return store

    def close(self) -> None:
        """Close all connections; what was written stays."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for questions. Raises UnavailableError when the database cannot be read."""
        with self._explaining(), Session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that has the database to itself; on disk when the block ends, or nothing is.

        Raises UnavailableError when the database cannot be written.
        """
        with self._explaining(), Session(self._writer) as session, session.begin():
            yield session

    def file(self, name: str) -> Path:
        """The place of a file that the database speaks of."""
        return self.folder / "files" / name

    def new_file(self, suffix: str) -> str:
        """A name for a file that there is none of yet."""
        return uuid.uuid4().hex + suffix

    def alone(self, role: str) -> Callable[[], None] | None:
        """Take a role that one program at a time may have in this folder; None if it is taken.

        What is returned gives it back; the end of the program does so too.
        """
        lock = sqlite3.connect(
            self.folder / f"{role}.lock", timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            lock.close()
            return None
        return lock.close

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            detail = " ".join(str(getattr(error, "orig", None) or error).split())[:200]
            raise UnavailableError(
                f"{self.folder / 'translation.db'} cannot be used ({detail}); see that its folder "
                "can be written and has room."
            ) from error

    def _bring_up(self, session: Session) -> None:
        version = session.scalar(text("PRAGMA user_version"))
        if version == 0:
            Table.metadata.create_all(session.connection())
            session.execute(text(f"PRAGMA user_version = {VERSION}"))
        elif version != VERSION:
            raise TranslationError(
                f"{self.folder} was made by another Eulalia (version {version} of its tables, "
                f"{VERSION} here); name another folder, or use that Eulalia."
            )


def _set_up(connection: Any, _: object) -> None:
    # We begin transactions ourselves, in _begin: Python's sqlite3 would begin them late.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: taken later, SQLite could refuse it without waiting.
    writing = connection.get_execution_options().get("writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
