"""A smaller set that still covers the whole of the larger one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from eulalia.datasets.errors import DatasetError

Item = TypeVar("Item")


def evenly_spaced(items: Sequence[Item], count: int | None) -> list[Item]:
    """So many of the items, at equal distances and in order; all of them for None or too many.

    >>> evenly_spaced("abcdefgh", 4)
    ['a', 'c', 'e', 'g']

    Raises DatasetError when the count is below one.
    """
    if count is None:
        return list(items)
    if count < 1:
        raise DatasetError(f"A limit of {count} leaves nothing; give at least 1.")
    count = min(count, len(items))
    return [items[number * len(items) // count] for number in range(count)]
