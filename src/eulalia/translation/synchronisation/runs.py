"""Blocks of a document, gathered by what is known of them."""

from __future__ import annotations

from collections.abc import Sequence

from eulalia.translation.synchronisation.blocks import Block
from eulalia.translation.synchronisation.matching import match
from eulalia.translation.synchronisation.state import Row

Key = tuple[str, int]
"""What a run is of: a `row`, a `new` block of the source, or a person's `own`, and its number."""


def find_runs(
    blocks: Sequence[Block],
    rows: Sequence[Row],
    known: Sequence[tuple[str, ...]],
    *,
    kind: str,
    lowest: float,
    parted: bool,
) -> dict[Key, list[int]]:
    """The numbers of the blocks of each row, whose texts are `known`, and of each other block.

    Blocks of a row that have been `parted` stay together if so wanted, else the first ones count.
    Blocks without a row are of the `kind` new or own; `lowest` is that of `matching.match`.
    """
    owners = [row for row, texts in enumerate(known) for _ in texts]
    flat = [text for texts in known for text in texts]
    found: list[int | None] = [None] * len(blocks)
    for is_code in (False, True):
        ours = [i for i, row in enumerate(owners) if rows[row].is_code == is_code]
        theirs = [j for j, block in enumerate(blocks) if block.is_code == is_code]
        old, new = [flat[i] for i in ours], [blocks[j].text for j in theirs]
        for j, i in zip(theirs, match(old, new, lowest), strict=True):
            found[j] = None if i is None else owners[ours[i]]
    runs: dict[Key, list[int]] = {}
    last: Key | None = None
    for j, row in enumerate(found):
        key = (kind, j) if row is None else ("row", row)
        if key in runs and key != last and not parted:
            key = (kind, j)
        runs.setdefault(key, []).append(j)
        last = key
    return runs
