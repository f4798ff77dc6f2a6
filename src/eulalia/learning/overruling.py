"""What a person thinks of learned rewrites: a file of decisions, as the report saves it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from reprlib import repr as brief
from typing import Any, Final

from eulalia.errors import EulaliaError
from eulalia.memory import Rewrites
from eulalia.rewrites import LearnedRewrite, Status

DECISIONS: Final = {
    "approve": Status.KEPT,
    "reject": Status.REJECTED,
    "pin": Status.PINNED,
}
_LARGEST: Final = 100_000_000
"""Bytes of a file of decisions."""

Identity = tuple[str, str | None, str, str]


class DecisionsError(EulaliaError):
    """A file that holds no decisions, or decisions on what is not there."""


def overrule(rewrites: Rewrites, path: Path, who: str) -> int:
    """Carry out the decisions of a file, all of them or none; how many changed something.

    Raises DecisionsError when the file holds anything else, or two decisions on one rewrite, or
    one on a rewrite that is not there.
    """
    decided = dict[Identity, Status]()
    for number, (identity, status) in enumerate(_read(path), 1):
        if decided.setdefault(identity, status) is not status:
            raise DecisionsError(f"{path}, decision {number} contradicts an earlier one.")
    expecting = rewrites.revision
    known = {_identity(rewrite): rewrite for rewrite in rewrites.all()}
    for identity in decided:
        if identity not in known:
            raise DecisionsError(
                f"{path} decides on a rewrite of {brief(identity[2])} that is not in this memory; "
                "name the memory that the report was made from."
            )
    changed = [replace(known[identity], status=status) for identity, status in decided.items()]
    return rewrites.change(
        changed, who=who, why=f"Decided in {path.name}.", overrule=True, expecting=expecting
    )


def _read(path: Path) -> Iterator[tuple[Identity, Status]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise DecisionsError(f"{path} is too large for a file of decisions; name another.")
        plain = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise DecisionsError(f"{path} cannot be read ({error.strerror}); name another.") from error
    except (ValueError, RecursionError) as error:
        raise DecisionsError(
            f"{path} is no JSON ({error}); save the decisions from the report again."
        ) from error
    if not isinstance(plain, dict) or not isinstance(plain.get("decisions"), list):
        raise DecisionsError(f"{path} has no list of decisions; save them from the report again.")
    for number, decision in enumerate(plain["decisions"], 1):
        yield _decision(decision, f"{path}, decision {number}")


def _decision(plain: Any, place: str) -> tuple[Identity, Status]:
    match plain:
        case {
            "locale": str(locale),
            "customer": str() | None as customer,
            "request": str(request),
            "text": str(text),
            "decision": str(decision),
            **others,
        } if not others and decision in DECISIONS:
            return (locale, customer, request, text), DECISIONS[decision]
    raise DecisionsError(
        f"{place} needs locale, customer, request, text and a decision of {', '.join(DECISIONS)}, "
        f"unlike {brief(plain)}."
    )


def _identity(rewrite: LearnedRewrite) -> Identity:
    return rewrite.locale, rewrite.customer, rewrite.request, rewrite.text
