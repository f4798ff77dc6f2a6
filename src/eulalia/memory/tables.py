"""The tables of a memory.

A change here needs a migration beside those in `migrations/versions`, and its number in REVISIONS.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

REVISIONS: Final = ("1", "2")
"""Every version that the tables have had, oldest first."""
VERSION_TABLE: Final = "eulalia_version"
LONGEST_NAME: Final = 200
"""Characters of an identifier, a customer, a kind or a key; databases index no longer ones."""

Number = BigInteger().with_variant(Integer(), "sqlite")
"""Counts up with each row; SQLite does so only for INTEGER."""


class Moment(TypeDecorator[datetime]):
    """A point in time: with a time zone on PostgreSQL, in UTC on SQLite, which knows none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Table(DeclarativeBase):
    """What all tables have in common."""


class TurnRow(Table):
    """A turn, whole as JSON; the columns beside it repeat what turns are looked up by."""

    __tablename__ = "turns"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    """The order in which turns were first saved."""
    id: Mapped[str] = mapped_column(String(LONGEST_NAME), unique=True)
    session: Mapped[str] = mapped_column(String(LONGEST_NAME))
    customer: Mapped[str] = mapped_column(String(LONGEST_NAME))
    locale: Mapped[str] = mapped_column(String(LONGEST_NAME))
    outcome: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    time: Mapped[datetime] = mapped_column(Moment())
    json: Mapped[str] = mapped_column(Text())

    __table_args__ = (
        Index("turns_by_time", "time", "number"),
        Index("turns_by_session", "session", "time"),
        Index("turns_by_customer", "customer", "time"),
        Index("turns_by_locale", "locale", "time"),
        Index("turns_by_outcome", "outcome", "time"),
    )


class RecordRow(Table):
    """A thing that a skill keeps for a customer."""

    __tablename__ = "records"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    """The order in which records were first put."""
    customer: Mapped[str] = mapped_column(String(LONGEST_NAME))
    kind: Mapped[str] = mapped_column(String(LONGEST_NAME))
    key: Mapped[str] = mapped_column(String(LONGEST_NAME))
    json: Mapped[str] = mapped_column(Text())

    __table_args__ = (UniqueConstraint("customer", "kind", "key", name="records_by_key"),)


class RewriteRow(Table):
    """A learned rewrite as it stands."""

    __tablename__ = "rewrites"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of whose it is, its locale, request and text, which are too long for an index."""
    status: Mapped[str] = mapped_column(String(LONGEST_NAME))
    since: Mapped[datetime] = mapped_column(Moment())
    """When it came to its status."""
    json: Mapped[str] = mapped_column(Text())

    __table_args__ = (Index("rewrites_by_status", "status", "number"),)


class RewriteRevisionRow(Table):
    """A change of rewrites: who made it, when and why."""

    __tablename__ = "rewrite_revisions"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    time: Mapped[datetime] = mapped_column(Moment())
    who: Mapped[str] = mapped_column(String(LONGEST_NAME))
    why: Mapped[str] = mapped_column(Text())
    undoes: Mapped[int | None] = mapped_column(Number, nullable=True, unique=True)
    """The revision that this one took back."""


class RewriteChangeRow(Table):
    """A rewrite before and after a revision; with its `since`, so that it can be put back."""

    __tablename__ = "rewrite_changes"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    revision: Mapped[int] = mapped_column(Number)
    key: Mapped[str] = mapped_column(String(64))
    before: Mapped[str | None] = mapped_column(Text(), nullable=True)
    before_since: Mapped[datetime | None] = mapped_column(Moment(), nullable=True)
    after: Mapped[str | None] = mapped_column(Text(), nullable=True)

    __table_args__ = (Index("rewrite_changes_by_revision", "revision", "number"),)
