"""Translations that people made before there was a state: which block translates which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from eulalia.translation.alignment import Bead
from eulalia.translation.synchronisation.block_alignment import align_blocks
from eulalia.translation.synchronisation.blocks import Page
from eulalia.translation.synchronisation.state import Row, digest

_SURE = 0.5
"""Blocks that score less are doubtful: their words and lengths speak against them."""
_UNTRANSLATED = 4
"""A block of so many words that is the same on both sides has not been translated."""


def adopt(
    documents: Sequence[tuple[Page, Page]], passed: Callable[[], None] = lambda: None
) -> list[tuple[Row, ...]]:
    """The rows of documents and their translations, whose blocks are aligned.

    A block for which there is no translation has no row. What aligns badly is doubtful, and what
    stands in the source's own words is to be translated. `passed` is called after each of the
    `alignment.PASSES`.
    """
    if not documents:
        return []
    return [
        tuple(_row(bead, ours, theirs) for bead in _linked(beads, ours, theirs))
        for beads, (ours, theirs) in zip(align_blocks(documents, passed), documents, strict=True)
    ]


def _linked(beads: Sequence[Bead], ours: Page, theirs: Page) -> Iterator[Bead]:
    """The beads with two sides; as many blocks of text as are left on both in one place go too.

    A person may have said there something of their own, but it stands for the source all the same.
    """
    for is_linked, group in groupby(beads, lambda bead: bool(bead.source and bead.target)):
        if is_linked:
            yield from group
            continue
        left = list(group)
        sources = [i for bead in left for i in bead.source if not ours.blocks[i].is_code]
        targets = [j for bead in left for j in bead.target if not theirs.blocks[j].is_code]
        if len(sources) == len(targets):
            for i, j in zip(sources, targets, strict=True):
                yield Bead(range(i, i + 1), range(j, j + 1), 0.0)


def _row(bead: Bead, ours: Page, theirs: Page) -> Row:
    """What is known of blocks and their translation."""
    sources = tuple(ours.blocks[i].text for i in bead.source)
    translations = tuple(theirs.blocks[j].text for j in bead.target)
    first = ours.blocks[bead.source[0]]
    gap = digest(first.gap)
    if first.is_code:
        return Row(sources, translations, "copy", gap)
    if sources == translations and sum(len(text.split()) for text in sources) >= _UNTRANSLATED:
        return Row(("",), translations, "machine", gap, now=sources)
    return Row(sources, translations, "person", gap, doubtful=bool(bead.score < _SURE))
