"""Code that changed on both sides, merged line by line."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

Change = tuple[int, int, list[str]]
"""The first line that is replaced, the line behind the last, and what stands there instead."""


def merge_lines(base: str, ours: str, theirs: str) -> str | None:
    """A text with both sides' changes; None where they meet.

    Changes meet if they replace the same line, or put something in the same place, unless they are
    the same.
    """
    lines = base.splitlines(keepends=True)
    found = sorted([*_changes(lines, ours), *_changes(lines, theirs)])
    merged: list[str] = []
    end = 0
    last: Change | None = None
    for start, stop, new in found:
        if last == (start, stop, new):
            continue
        if last is not None and (start < end or start == last[0]):
            return None
        merged += [*lines[end:start], *new]
        end = stop
        last = (start, stop, new)
    return "".join([*merged, *lines[end:]])


def _changes(lines: list[str], text: str) -> Iterator[Change]:
    new = text.splitlines(keepends=True)
    matcher = SequenceMatcher(None, lines, new, autojunk=False)
    for what, start, stop, first, last in matcher.get_opcodes():
        if what != "equal":
            yield start, stop, new[first:last]
