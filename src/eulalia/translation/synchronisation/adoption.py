"""Translations that people made before there was a state: which block translates which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, zip_longest

from eulalia.translation.alignment import Bead, align_documents
from eulalia.translation.extract import LOWEST
from eulalia.translation.synchronisation.blocks import Page
from eulalia.translation.synchronisation.state import Row, digest

_UNTRANSLATED = 4
"""A block of so many words that is the same on both sides has not been translated."""


def adopt(
    documents: Sequence[tuple[Page, Page]], stepped: Callable[[], None] = lambda: None
) -> list[tuple[Row, ...]]:
    """The rows of documents and their translations, whose blocks are aligned.

    A block for which there is no translation has no row. What aligns badly is doubtful, and what
    stands in the source's own words is to be translated. `stepped` is called `alignment.PASSES`
    times.
    """
    if not documents:
        return []
    texts = [
        ([block.text for block in ours.blocks], [block.text for block in theirs.blocks])
        for ours, theirs in documents
    ]
    return [
        tuple(row for bead in beads for _, row in sorted(_rows(bead, ours, theirs), key=_place))
        for beads, (ours, theirs) in zip(
            align_documents(texts, None, stepped), documents, strict=True
        )
    ]


def _rows(bead: Bead, ours: Page, theirs: Page) -> Iterator[tuple[int, Row]]:
    """The rows of a bead and their places in the source.

    Blocks of text that stand together are one row; each of code is its own.
    """
    sources, targets = _groups(bead.source, ours), _groups(bead.target, theirs)
    for is_code in (False, True):
        these = [group for kind, group in sources if kind == is_code]
        those = [group for kind, group in targets if kind == is_code]
        if is_code:
            these = [[i] for group in these for i in group]
            those = [[j] for group in those for j in group]
        unsure = not is_code and (bead.score < LOWEST or len(these) != len(those))
        for source, target in zip_longest(these, those):
            if source and target:
                row = _row(source, target, ours, theirs, is_code=is_code, doubtful=unsure)
                yield source[0], row


def _place(found: tuple[int, Row]) -> int:
    return found[0]


def _groups(numbers: range, page: Page) -> list[tuple[bool, list[int]]]:
    """Blocks one after the other of the same kind, which is code or not."""
    kinds = groupby(numbers, lambda number: page.blocks[number].is_code)
    return [(is_code, list(group)) for is_code, group in kinds]


def _row(
    source: list[int], target: list[int], ours: Page, theirs: Page, *, is_code: bool, doubtful: bool
) -> Row:
    sources = tuple(ours.blocks[i].text for i in source)
    translations = tuple(theirs.blocks[j].text for j in target)
    gaps = digest(ours.blocks[source[0]].gap), digest(theirs.blocks[target[0]].gap)
    if is_code:
        return Row(sources, translations, "copy", gaps)
    if sources == translations and sum(len(text.split()) for text in sources) >= _UNTRANSLATED:
        return Row(("",), translations, "machine", gaps, now=sources)
    return Row(sources, translations, "person", gaps, doubtful=doubtful)
