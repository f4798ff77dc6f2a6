"""Memory: every turn, kept before its answer leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Self

from sqlalchemy import Select, and_, func, or_, select

from eulalia.memory.database import Database, check_name
from eulalia.memory.errors import MemoryAccessError
from eulalia.memory.records import Records
from eulalia.memory.rewrites import Rewrites
from eulalia.memory.tables import TurnRow
from eulalia.turn import Feedback, Outcome, Turn

USUAL_TIMEOUT: Final = 5.0
"""Seconds to wait for another program that has the database locked."""


class Memory:
    """Turns, records and rewrites, in SQLite or PostgreSQL; threads and processes may share it.

    >>> with Memory.open("memory.db") as memory:  # doctest: +SKIP
    ...     memory.save(turn)
    ...     memory.turns(session=turn.session)
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.records = Records(database)
        """What skills keep."""
        self.rewrites = Rewrites(database)
        """What was learned."""

    @classmethod
    def open(cls, url: str | Path, *, timeout: float = USUAL_TIMEOUT) -> Self:
        """Open the memory at a URL, in a file or in a folder's `memory.db`; make it if need be.

        `sqlite:///FILE` and `postgresql+psycopg://USER@HOST/NAME` are the URLs. Tables of an older
        version are migrated; several processes may do so at once. `timeout` is how many seconds to
        wait, now and later, while another program keeps the database locked.

        Raises MemoryVersionError for a database from a newer Eulalia, MemoryBusyError when it
        stays locked, MemoryAccessError when it cannot be used for another reason.
        """
        return cls(Database.open(url, timeout=timeout))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; what was kept stays."""
        self._database.close()

    # Turns

    def save(self, turn: Turn) -> None:
        """Keep a turn, in place of the one with its id; it is on disk on return.

        Raises MemoryAccessError when it cannot be kept.
        """
        self.save_all([turn])

    def save_all(self, turns: Iterable[Turn]) -> int:
        """Keep many turns, or none of them when one cannot be had or kept; how many there were."""
        insert = self._database.insert(TurnRow)
        replacing = insert.on_conflict_do_update(
            index_elements=["id"],
            set_={name: insert.excluded[name] for name in _COPIED},
        )
        count = 0
        with self._database.writing() as session:
            for count, turn in enumerate(turns, 1):  # noqa: B007
                session.execute(replacing, _row(turn))
        return count

    def turn(self, id: str) -> Turn | None:
        """The turn with that id, or None."""
        with self._database.reading() as session:
            found = session.scalar(select(TurnRow.json).where(TurnRow.id == id))
        return None if found is None else Turn.from_json(found)

    def find(self, prefix: str, *, limit: int = 10) -> list[Turn]:
        """The turns whose id begins so, newest first."""
        chosen = select(TurnRow.json).where(func.substr(TurnRow.id, 1, len(prefix)) == prefix)
        return self._newest(chosen, limit)

    def turns(
        self,
        *,
        customer: str | None = None,
        session: str | None = None,
        locale: str | None = None,
        outcome: Outcome | str | None = None,
        limit: int | None = 100,
        before: Turn | None = None,
    ) -> list[Turn]:
        """The turns that have all that is given, newest first, `limit` of them at most.

        `before` goes on behind the last turn of an earlier answer, and `limit=None` has no limit.
        """
        chosen = _choose(customer, session, locale, outcome)
        if before is not None:
            number = select(TurnRow.number).where(TurnRow.id == before.id).scalar_subquery()
            same_moment = and_(TurnRow.time == before.time, TurnRow.number < number)
            chosen = chosen.where(or_(TurnRow.time < before.time, same_moment))
        return self._newest(chosen, limit)

    def each(
        self,
        *,
        customer: str | None = None,
        session: str | None = None,
        locale: str | None = None,
        outcome: Outcome | str | None = None,
    ) -> Iterator[Turn]:
        """All turns that have what is given, oldest first, read while they are gone through."""
        chosen = _choose(customer, session, locale, outcome)
        ordered = chosen.order_by(TurnRow.time, TurnRow.number)
        with self._database.reading() as reader:
            for text in reader.scalars(ordered.execution_options(yield_per=_PAGE)):
                yield Turn.from_json(text)

    def add_feedback(self, turn_id: str, feedback: Feedback) -> Turn:
        """Add what the customer let us know to a turn, and return the turn.

        Raises MemoryAccessError when there is no such turn.
        """
        with self._database.writing() as session:
            row = session.scalar(select(TurnRow).where(TurnRow.id == turn_id).with_for_update())
            if row is None:
                raise MemoryAccessError(f"There is no turn {turn_id!r}; look it up in the turns.")
            turn = Turn.from_json(row.json)
            turn = replace(turn, feedback=(*turn.feedback, feedback))
            row.json = turn.to_json()
        return turn

    def count(self) -> int:
        """How many turns are kept."""
        with self._database.reading() as session:
            return session.scalar(select(func.count()).select_from(TurnRow)) or 0

    def _newest(self, chosen: Select[Any], limit: int | None) -> list[Turn]:
        if limit is not None and limit < 0:
            raise MemoryAccessError(f"The limit is {limit}; it cannot be less than 0.")
        ordered = chosen.order_by(TurnRow.time.desc(), TurnRow.number.desc()).limit(limit)
        with self._database.reading() as session:
            found = session.scalars(ordered).all()
        return [Turn.from_json(text) for text in found]


_PAGE: Final = 200
_COPIED: Final = ("session", "customer", "locale", "outcome", "time", "json")


def _choose(
    customer: str | None, session: str | None, locale: str | None, outcome: Outcome | str | None
) -> Select[Any]:
    wanted = {"customer": customer, "session": session, "locale": locale, "outcome": outcome}
    return select(TurnRow.json).filter_by(
        **{name: str(value) for name, value in wanted.items() if value is not None}
    )


def _row(turn: Turn) -> dict[str, Any]:
    return {
        "id": check_name(turn.id, "A turn's id"),
        "session": check_name(turn.session, "A turn's session"),
        "customer": check_name(turn.customer, "A turn's customer"),
        "locale": check_name(turn.locale, "A turn's locale"),
        "outcome": turn.outcome,
        "time": turn.time,
        "json": turn.to_json(),
    }
