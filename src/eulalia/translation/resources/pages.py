"""Long lists a page at a time, with a token for the next page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from eulalia.translation.resources.errors import ParameterError

LONGEST = 500
"""Things on a page at most."""
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Page(Generic[Thing]):
    """Some things of a list."""

    things: tuple[Thing, ...]
    token: str | None
    """For the next page; None at the end."""


def page(found: Sequence[Thing], count: int, key: Callable[[Thing], str]) -> Page[Thing]:
    """A page of so many things, of which one more has been looked for."""
    kept = tuple(found[:count])
    more = len(found) > count
    token = base64.urlsafe_b64encode(key(kept[-1]).encode()).decode() if more else None
    return Page(kept, token)


def after(token: str | None) -> str:
    """The key of the last thing before this token's page; empty for the first page.

    Raises ParameterError for a token that is none of ours.
    """
    if token is None:
        return ""
    try:
        return base64.b64decode(token.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise ParameterError("The NextToken is none that was given out here.") from error
