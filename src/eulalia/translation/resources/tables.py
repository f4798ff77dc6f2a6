"""The tables of resources and jobs."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VERSION: Final = 1
"""Of the tables; a database of another one is not opened."""


class Table(DeclarativeBase):
    """What all tables have in common. Times are seconds since 1970."""


class ParallelDataRow(Table):
    """Examples of translations, by their name."""

    __tablename__ = "parallel_data"

    name: Mapped[str] = mapped_column(String(256), primary_key=True)
    description: Mapped[str | None] = mapped_column(Text())
    status: Mapped[str] = mapped_column(String(32))
    """CREATING, UPDATING, ACTIVE or FAILED."""
    token: Mapped[str] = mapped_column(String(64))
    """The client's mark of the request that it was created or last updated by."""
    request: Mapped[str] = mapped_column(String(64))
    """A digest of that request, to know a repetition from another request with its mark."""
    uri: Mapped[str] = mapped_column(Text())
    format: Mapped[str] = mapped_column(String(8))
    version: Mapped[str | None] = mapped_column(String(64))
    """The file of what was imported; None until there is one."""
    coming: Mapped[dict[str, Any] | None] = mapped_column(JSON())
    """The import that waits or runs: uri, format, version, description."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON())
    """What the last import found: languages, size, imported, skipped, failed, problems."""
    attempt: Mapped[dict[str, Any] | None] = mapped_column(JSON())
    """How the last update went: status, time, message, problems."""
    created: Mapped[float] = mapped_column(Float())
    updated: Mapped[float] = mapped_column(Float())
    owner: Mapped[str | None] = mapped_column(String(64))
    """The worker that imports it now."""


class TerminologyRow(Table):
    """Terms with their translations, by their name."""

    __tablename__ = "terminologies"

    name: Mapped[str] = mapped_column(String(256), primary_key=True)
    description: Mapped[str | None] = mapped_column(Text())
    format: Mapped[str] = mapped_column(String(8))
    directionality: Mapped[str] = mapped_column(String(8))
    languages: Mapped[list[str]] = mapped_column(JSON())
    """The source's code, then the targets'."""
    terms: Mapped[list[list[str]]] = mapped_column(JSON())
    """A text in each of the languages; empty where there is none."""
    skipped: Mapped[int] = mapped_column(Integer())
    size: Mapped[int] = mapped_column(Integer())
    file: Mapped[str] = mapped_column(String(64))
    """The file that was imported, as it came."""
    created: Mapped[float] = mapped_column(Float())
    updated: Mapped[float] = mapped_column(Float())


class TagRow(Table):
    """A label that a customer gave a resource."""

    __tablename__ = "tags"

    resource: Mapped[str] = mapped_column(String(300), primary_key=True)
    """The end of the resource's name: parallel-data/NAME or terminology/NAME."""
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    value: Mapped[str] = mapped_column(String(256))


class JobRow(Table):
    """A job that translates documents."""

    __tablename__ = "jobs"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str | None] = mapped_column(String(256))
    status: Mapped[str] = mapped_column(String(32))
    request: Mapped[dict[str, Any]] = mapped_column(JSON())
    """What was asked for, as `jobs.Request` says."""
    account: Mapped[str] = mapped_column(String(12))
    message: Mapped[str | None] = mapped_column(Text())
    documents: Mapped[int] = mapped_column(Integer(), default=0)
    submitted: Mapped[float] = mapped_column(Float())
    ended: Mapped[float | None] = mapped_column(Float())
    attempts: Mapped[int] = mapped_column(Integer(), default=0)
    """How often its documents were being listed, or its end written, when the worker died."""
    owner: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (Index("jobs_by_status", "status", "number"),)


class TaskRow(Table):
    """A document to be translated into one language."""

    __tablename__ = "tasks"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    job: Mapped[str] = mapped_column(ForeignKey("jobs.id"))
    position: Mapped[int] = mapped_column(Integer())
    """Its place within the job; jobs take turns by it."""
    document: Mapped[str] = mapped_column(Text())
    """The document's path within the input folder."""
    language: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(8))
    """open, done or failed."""
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON())
    """What the job's details say: characters, terms; or code and message of the error."""
    attempts: Mapped[int] = mapped_column(Integer(), default=0)
    owner: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index("tasks_by_status", "status", "position"),
        Index("tasks_by_job", "job", "language", "status"),
    )
