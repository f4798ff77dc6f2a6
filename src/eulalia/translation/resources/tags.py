"""Labels that customers give their resources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from eulalia.translation.resources.errors import (
    NotFoundError,
    ParameterError,
    TooManyTagsError,
)
from eulalia.translation.resources.store import Store
from eulalia.translation.resources.tables import ParallelDataRow, TagRow, TerminologyRow

MOST = 50
"""Tags of one resource."""
_TABLES = {"parallel-data": ParallelDataRow, "terminology": TerminologyRow}


def tag(store: Store, resource: str, tags: Mapping[str, str]) -> None:
    """Give a resource tags, in place of those with the same keys.

    `resource` is `parallel-data/NAME` or `terminology/NAME`, here and below. Raises NotFoundError,
    ParameterError, TooManyTagsError.
    """
    with store.writing() as session:
        _check(session, resource)
        put(session, resource, tags)


def put(session: Session, resource: str, tags: Mapping[str, str]) -> None:
    """As `tag`, for a resource that is made in the same transaction."""
    standing = {row.key: row for row in session.scalars(_of(resource))}
    if len(standing.keys() | tags.keys()) > MOST:
        raise TooManyTagsError(f"A resource may have {MOST} tags, and no more.")
    for key, value in tags.items():
        if key.lower().startswith("aws:"):
            raise ParameterError(f"The tag {key!r} begins with aws:, which is kept for Amazon.")
        if key in standing:
            standing[key].value = value
        else:
            session.add(TagRow(resource=resource, key=key, value=value))


def untag(store: Store, resource: str, keys: Iterable[str]) -> None:
    """Take tags from a resource, as far as it has them. Raises NotFoundError."""
    with store.writing() as session:
        _check(session, resource)
        chosen = TagRow.resource == resource, TagRow.key.in_(list(keys))
        session.execute(delete(TagRow).where(*chosen))


def tags(store: Store, resource: str) -> dict[str, str]:
    """The tags of a resource. Raises NotFoundError."""
    with store.reading() as session:
        _check(session, resource)
        return {row.key: row.value for row in session.scalars(_of(resource).order_by(TagRow.key))}


def clear(session: Session, resource: str) -> None:
    """Forget the tags of a resource that is deleted in the same transaction."""
    session.execute(delete(TagRow).where(TagRow.resource == resource))


def _of(resource: str) -> Select[Any]:
    return select(TagRow).where(TagRow.resource == resource)


def _check(session: Session, resource: str) -> None:
    kind, _, name = resource.partition("/")
    if kind not in _TABLES or session.get(_TABLES[kind], name) is None:
        raise NotFoundError(f"There is no resource {resource}.")
