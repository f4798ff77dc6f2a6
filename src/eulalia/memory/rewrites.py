"""Learned rewrites: how each of them stands, and who changed what, when and why."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.orm import Session

from eulalia.memory.database import Database, check_name
from eulalia.memory.errors import MemoryAccessError, MemoryBusyError
from eulalia.memory.tables import RewriteChangeRow, RewriteRevisionRow, RewriteRow
from eulalia.rewrites import LearnedRewrite, Status

OVERRULED: Final = frozenset({Status.REJECTED, Status.PINNED})
"""What a person has decided; learning never changes it."""
_LONGEST_TEXT: Final = 10_000
_BATCH: Final = 500
"""Keys in one question; databases limit them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A rewrite, and since when it has had its status."""

    rewrite: LearnedRewrite
    since: datetime
    """On the clock of the turns that it is judged by, in UTC."""


@dataclass(frozen=True, slots=True)
class Change:
    """A rewrite before and after a revision; None where there was or is none."""

    before: LearnedRewrite | None
    after: LearnedRewrite | None


@dataclass(frozen=True, slots=True)
class Revision:
    """All that was changed at once."""

    number: int
    time: datetime
    who: str
    why: str
    undoes: int | None
    """The revision that this one took back."""
    changes: tuple[Change, ...]


class Rewrites:
    """Every learned rewrite; each change of them is one transaction, and can be taken back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def learning(self) -> Iterator[None]:
        """While the block lasts no other learner begins; a learner that is killed lets go.

        Raises MemoryBusyError at once when another learner is at work.
        """
        with self._database.alone("learner"):
            yield

    @property
    def revision(self) -> int:
        """How many times rewrites were changed; whoever holds a copy sees that it is old."""
        with self._database.reading() as session:
            return _revision(session)

    def all(self, statuses: Collection[Status] = tuple(Status)) -> list[LearnedRewrite]:
        """The rewrites of these statuses, in the order in which they were first kept."""
        return [standing.rewrite for standing in self.standings(statuses)]

    def standings(self, statuses: Collection[Status] = tuple(Status)) -> list[Standing]:
        """The same, each with the time from which on it has had its status."""
        chosen = (
            select(RewriteRow)
            .where(RewriteRow.status.in_([str(status) for status in statuses]))
            .order_by(RewriteRow.number)
        )
        with self._database.reading() as session:
            return [
                Standing(LearnedRewrite.from_json(row.json), row.since)
                for row in session.scalars(chosen)
            ]

    def change(
        self,
        rewrites: Iterable[LearnedRewrite],
        *,
        who: str,
        why: str,
        overrule: bool = False,
        since: datetime | None = None,
        expecting: int | None = None,
    ) -> int:
        """Keep rewrites with their statuses, all of them or none; how many were new or changed.

        What a person rejected or pinned stays so, unless a person says so by `overrule`. `since` is
        the time from which a new status counts, now by default. Raises MemoryBusyError when
        `expecting` names a revision and another has come since, MemoryAccessError for a rewrite
        that cannot be kept.
        """
        wanted = {_key(rewrite): rewrite for rewrite in rewrites}
        check_name(who, "Who changes rewrites")
        moment = since or datetime.now(UTC)
        with self._database.writing() as session:
            _exclude_others(session)
            revision = _revision(session)
            if expecting is not None and revision != expecting:
                raise MemoryBusyError(
                    f"The rewrites in {self._database.place} were changed meanwhile; try again."
                )
            standing = _rows(session, list(wanted))
            changed = 0
            for key, rewrite in wanted.items():
                row = standing.get(key)
                if row is not None and not overrule and row.status in OVERRULED:
                    continue
                changed += _put(session, revision + 1, key, row, rewrite, moment)
            if changed:
                _begin_revision(session, revision + 1, who, why)
        return changed

    def undo(self, *, who: str, why: str) -> Revision | None:
        """Take back the newest revision that has not been taken back; None if there is none."""
        check_name(who, "Who changes rewrites")
        undone = select(RewriteRevisionRow.undoes).where(RewriteRevisionRow.undoes.is_not(None))
        newest = (
            select(RewriteRevisionRow)
            .where(RewriteRevisionRow.undoes.is_(None))
            .where(RewriteRevisionRow.number.not_in(undone))
            .order_by(RewriteRevisionRow.number.desc())
            .limit(1)
        )
        with self._database.writing() as session:
            _exclude_others(session)
            row = session.scalar(newest)
            if row is None:
                return None
            number = _revision(session) + 1
            changes = list(session.scalars(_changes_of(row.number)))
            standing = _rows(session, [change.key for change in changes])
            for change in changes:
                _put_back(session, number, change, standing.get(change.key))
            _begin_revision(session, number, who, why, undoes=row.number)
            return _told(row, changes)

    def history(self, limit: int = 20) -> list[Revision]:
        """The newest revisions, newest first."""
        chosen = select(RewriteRevisionRow).order_by(RewriteRevisionRow.number.desc()).limit(limit)
        with self._database.reading() as session:
            return [
                _told(row, session.scalars(_changes_of(row.number)).all())
                for row in session.scalars(chosen).all()
            ]


# Rows


def _exclude_others(session: Session) -> None:
    """Let no second writer in until the end of the transaction; SQLite never does."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE rewrite_revisions IN EXCLUSIVE MODE"))


def _revision(session: Session) -> int:
    return session.scalar(select(func.max(RewriteRevisionRow.number))) or 0


def _rows(session: Session, keys: Sequence[str]) -> dict[str, RewriteRow]:
    found: dict[str, RewriteRow] = {}
    for start in range(0, len(keys), _BATCH):
        chosen = select(RewriteRow).where(RewriteRow.key.in_(keys[start : start + _BATCH]))
        found |= {row.key: row for row in session.scalars(chosen)}
    return found


def _begin_revision(
    session: Session, number: int, who: str, why: str, undoes: int | None = None
) -> None:
    session.add(
        RewriteRevisionRow(
            number=number, time=datetime.now(UTC), who=who, why=_check_text(why), undoes=undoes
        )
    )


def _put(
    session: Session,
    revision: int,
    key: str,
    row: RewriteRow | None,
    rewrite: LearnedRewrite,
    moment: datetime,
) -> bool:
    """Keep a rewrite in its row, or in a new one; whether that changed anything."""
    after = rewrite.to_json()
    before = None if row is None else row.json
    if before == after:
        return False
    session.add(
        RewriteChangeRow(
            revision=revision,
            key=key,
            before=before,
            before_since=None if row is None else row.since,
            after=after,
        )
    )
    if row is None:
        session.add(RewriteRow(key=key, status=rewrite.status, since=moment, json=after))
        return True
    if row.status != rewrite.status:
        row.status, row.since = rewrite.status, moment
    row.json = after
    return True


def _put_back(
    session: Session, revision: int, change: RewriteChangeRow, row: RewriteRow | None
) -> None:
    session.add(
        RewriteChangeRow(
            revision=revision,
            key=change.key,
            before=change.after,
            before_since=None if row is None else row.since,
            after=change.before,
        )
    )
    if change.before is None:
        session.execute(delete(RewriteRow).where(RewriteRow.key == change.key))
    elif row is not None and change.before_since is not None:
        row.json, row.since = change.before, change.before_since
        row.status = LearnedRewrite.from_json(change.before).status


def _changes_of(revision: int) -> Select[Any]:
    return (
        select(RewriteChangeRow)
        .where(RewriteChangeRow.revision == revision)
        .order_by(RewriteChangeRow.number)
    )


def _told(row: RewriteRevisionRow, changes: Iterable[RewriteChangeRow]) -> Revision:
    return Revision(
        number=row.number,
        time=row.time,
        who=row.who,
        why=row.why,
        undoes=row.undoes,
        changes=tuple(Change(_read(change.before), _read(change.after)) for change in changes),
    )


def _read(plain: str | None) -> LearnedRewrite | None:
    return None if plain is None else LearnedRewrite.from_json(plain)


def _key(rewrite: LearnedRewrite) -> str:
    check_name(rewrite.locale, "The locale of a rewrite")
    if rewrite.customer is not None:
        check_name(rewrite.customer, "The customer of a rewrite")
    for what in (rewrite.request, rewrite.text):
        _check_text(what)
    identity = [rewrite.locale, rewrite.customer, rewrite.request, rewrite.text]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()


def _check_text(what: str) -> str:
    if not 0 < len(what) <= _LONGEST_TEXT:
        raise MemoryAccessError(
            f"A text of a rewrite has {len(what):,} letters; give it 1 to {_LONGEST_TEXT:,}."
        )
    if "\0" in what or any("\ud800" <= letter <= "\udfff" for letter in what):
        raise MemoryAccessError(f"The text {what[:80]!r} holds a letter that no database keeps.")
    return what
