"""Rewrites: requests that are put in other words before they are understood, and why.

They are learned from many customers' turns or from one's own, tried, kept or withdrawn, and
overruled by people. A file of them is JSON lines, best first.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from reprlib import repr as brief
from typing import Any, Final, Self

from eulalia.errors import EulaliaError


class RewriteError(EulaliaError):
    """A file or a line that holds no rewrites."""


class Status(StrEnum):
    """How far a rewrite has come."""

    CANDIDATE = "candidate"
    """Derived from turns; not in use."""
    TRIAL = "trial"
    """In use for the customers of the treatment group."""
    KEPT = "kept"
    """It won its trial; in use for all but those held out."""
    WITHDRAWN = "withdrawn"
    """It stopped winning; not in use, and not tried again on the same evidence."""
    REJECTED = "rejected"
    """A person does not want it; never in use again."""
    PINNED = "pinned"
    """A person wants it; in use for all, whatever the figures say."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a rewrite is believed."""

    turns: int
    """How often the request was made."""
    customers: int
    """How many customers went from the request to the rewrite."""
    transitions: int
    """How often they did, within a session."""
    score: float
    """Probability of getting from the request to success by way of the rewrite."""
    success_before: float
    """Share of the request's turns that were not defective."""
    success_after: float
    """Share of the rewrite's turns that were not defective."""
    lower_bound: float
    """What `success_after` is at least, with 95 % probability."""


@dataclass(frozen=True, slots=True)
class LearnedRewrite:
    """A request and what it should be taken for."""

    locale: str
    request: str
    """Words as `eulalia.text` normalises them for comparison."""
    text: str
    """What is understood in its place."""
    evidence: Evidence
    customer: str | None = None
    """Whose it is; None for one of the global layer."""
    status: Status = Status.CANDIDATE
    state: str | None = None
    """What the text was understood as when it succeeded (`learning.state`); None if not known."""

    def to_json(self) -> str:
        """The rewrite on one line of JSON."""
        # A tenth of what dataclasses.asdict takes, which copies; a night may write 100,000.
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["evidence"] = {name: getattr(self.evidence, name) for name in Evidence.__slots__}
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> Self:
        """The rewrite that `to_json` wrote; RewriteError for anything else."""
        try:
            plain = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise RewriteError(f"This is no JSON ({error}); a rewrite is one object.") from error
        if not isinstance(plain, dict) or not isinstance(plain.get("evidence"), dict):
            raise RewriteError(f"A rewrite is an object with its evidence, not {brief(plain)}.")
        return cls(
            locale=_value(plain, "locale", str),
            request=_value(plain, "request", str),
            text=_value(plain, "text", str),
            evidence=_evidence(plain["evidence"]),
            customer=None if plain.get("customer") is None else _value(plain, "customer", str),
            status=_status(plain.get("status", Status.CANDIDATE)),
            state=None if plain.get("state") is None else _value(plain, "state", str),
        )


def read(path: str | Path) -> Iterator[LearnedRewrite]:
    """The rewrites of a file, one after the other; RewriteError names the line that holds none."""
    try:
        with Path(path).open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield LearnedRewrite.from_json(line)
                    except RewriteError as error:
                        raise RewriteError(f"{path}, line {number}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise RewriteError(f"{path} cannot be read as a file of rewrites: {error}.") from error


def write(path: str | Path, rewrites: Iterable[LearnedRewrite]) -> int:
    """Write a file of rewrites, whole or not at all; how many there are."""
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}.unfinished")
    count = 0
    try:
        with unfinished.open("w", encoding="utf-8") as lines:
            for rewrite in rewrites:
                lines.write(rewrite.to_json() + "\n")
                count += 1
        unfinished.replace(path)
    except OSError as error:
        raise RewriteError(f"{path} cannot be written: {error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


_COUNTS: Final = frozenset({"turns", "customers", "transitions"})


def _evidence(plain: dict[str, Any]) -> Evidence:
    return Evidence(
        **{
            item.name: _value(plain, item.name, int if item.name in _COUNTS else float)
            for item in fields(Evidence)
        }
    )


def _value(plain: dict[str, Any], name: str, kind: type) -> Any:
    value = plain.get(name)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise RewriteError(f"A rewrite's {name} is a {kind.__name__}, not {brief(value)}.")
    return value


def _status(value: Any) -> Status:
    try:
        return Status(value)
    except ValueError as error:
        raise RewriteError(
            f"A rewrite's status is {', '.join(Status)}, not {brief(value)}."
        ) from error
