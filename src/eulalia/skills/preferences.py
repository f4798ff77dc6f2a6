"""What a customer prefers, for the skills to look at where a request leaves something open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from eulalia.memory.records import Records

KIND: Final = "preference"
"""The kind of record; a preference's name is its key."""
NAMES: Final = ("name", "home", "units", "team", "artist", "genre", "station", "list")
"""What to call the customer; the town they live in; metric or imperial; a favourite team, artist,
kind of music and radio station; the list that is meant where none is named."""
LONGEST: Final = 80
"""Characters of a preference."""


def get(records: Records, customer: str, name: str) -> str:
    """A preference, or an empty text where there is none."""
    value = records.get(customer, KIND, name)
    return value if isinstance(value, str) else ""


def every(records: Records, customer: str) -> dict[str, str]:
    """All preferences that are known, in the order of `NAMES`."""
    kept = records.list(customer, KIND)
    return {name: kept[name] for name in NAMES if isinstance(kept.get(name), str) and kept[name]}


def put(records: Records, customer: str, name: str, value: str) -> None:
    """Keep a preference in place of the one there may be."""
    records.put(customer, KIND, name, value[:LONGEST])


def forget(records: Records, customer: str, name: str) -> bool:
    """Forget a preference; whether there was one."""
    return records.delete(customer, KIND, name)
