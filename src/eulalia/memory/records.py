"""Records: the JSON things that skills keep for a customer, such as alarms, lists and lights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from sqlalchemy import delete, insert, select

from eulalia.memory.database import Database, check_name
from eulalia.memory.errors import MemoryAccessError
from eulalia.memory.tables import RecordRow

JSON: TypeAlias = Any
"""None, a bool, a number, a text, or a list or dict of such; mypy cannot look into the union."""


class Records:
    """What skills keep, by customer, kind and key; what is put is on disk when `put` returns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kinds(self, customer: str) -> tuple[str, ...]:
        """The kinds of which the customer has a record, in alphabetical order."""
        with self._database.reading() as session:
            chosen = select(RecordRow.kind).where(RecordRow.customer == customer).distinct()
            # Sorted here, since every database has an alphabet of its own.
            return tuple(sorted(session.scalars(chosen)))

    def get(self, customer: str, kind: str, key: str) -> JSON | None:
        """The value put under that key, or None."""
        with self._database.reading() as session:
            found = session.scalar(
                select(RecordRow.json).where(
                    RecordRow.customer == customer, RecordRow.kind == kind, RecordRow.key == key
                )
            )
        return None if found is None else json.loads(found)

    def put(self, customer: str, kind: str, key: str, value: JSON) -> None:
        """Keep a value, in place of the one there may be.

        Raises MemoryAccessError for what is no JSON value, or a name of over 200 characters.
        """
        row = {
            "customer": check_name(customer, "A customer"),
            "kind": check_name(kind, "The kind of a record"),
            "key": check_name(key, "The key of a record"),
            "json": _to_json(value, f"{kind} {key!r}"),
        }
        new = self._database.insert(RecordRow).values(row)
        with self._database.writing() as session:
            session.execute(
                new.on_conflict_do_update(
                    index_elements=["customer", "kind", "key"],
                    set_={"json": new.excluded.json},
                )
            )

    def delete(self, customer: str, kind: str, key: str) -> bool:
        """Forget a record; whether there was one."""
        with self._database.writing() as session:
            gone = session.execute(
                delete(RecordRow)
                .where(RecordRow.customer == customer, RecordRow.kind == kind, RecordRow.key == key)
                .returning(RecordRow.number)
            )
            return gone.first() is not None

    def replace_all(self, kind: str, records: Mapping[str, Mapping[str, JSON]]) -> int:
        """Keep these records, by customer and key, in place of all customers' of that kind.

        All at once or, on any error, not at all; how many they are. Raises MemoryAccessError as
        `put` does.
        """
        check_name(kind, "The kind of a record")
        rows = [
            {
                "customer": check_name(customer, "A customer"),
                "kind": kind,
                "key": check_name(key, "The key of a record"),
                "json": _to_json(value, f"{kind} {key!r}"),
            }
            for customer, own in records.items()
            for key, value in own.items()
        ]
        with self._database.writing() as session:
            session.execute(delete(RecordRow).where(RecordRow.kind == kind))
            if rows:
                session.execute(insert(RecordRow), rows)
        return len(rows)

    # Last, since behind it `list` names this method and no more the type.
    def list(self, customer: str, kind: str) -> dict[str, JSON]:
        """All records of a kind by key, in the order in which they were first put."""
        with self._database.reading() as session:
            rows = session.execute(
                select(RecordRow.key, RecordRow.json)
                .where(RecordRow.customer == customer, RecordRow.kind == kind)
                .order_by(RecordRow.number)
            )
            return {key: json.loads(value) for key, value in rows}


def _to_json(value: JSON, what: str) -> str:
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise MemoryAccessError(f"The record {what} is no JSON value ({error}).") from error
