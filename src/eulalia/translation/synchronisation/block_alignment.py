"""Which blocks of documents and of their translations belong together.

Sentences are often merged in translation and seldom left out; with blocks it is the other way
round. So they are aligned by the same evidence as sentences (see `alignment`), but at other costs,
and a block of code goes with code alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from eulalia.translation.alignment import Bead, align
from eulalia.translation.evidence import IMPOSSIBLE, Band, Values, of_lengths, of_words
from eulalia.translation.lattice import Gap, best_path
from eulalia.translation.lexicon import Side, Table, from_spelling, learn, resemblance
from eulalia.translation.synchronisation.blocks import Block, Page

PASSES = 4
"""How often the blocks are aligned; from the second time on with what was learned."""
_BEADS = [(1, 1), (1, 2), (2, 1)]
_GAP = Gap(first=-2.0, further=-1.0)
_MERGED = -10.0
"""What two blocks for one count, in nats; a block without a counterpart counts as _GAP says."""
_WHOLE = 700
"""Up to so many blocks a side, all pairs are looked at; of more, those near a first way."""
_MARGIN = 48


def align_blocks(
    documents: Sequence[tuple[Page, Page]], passed: Callable[[], None] = lambda: None
) -> list[list[Bead]]:
    """The beads that cover all blocks of each pair of documents, in order.

    A dictionary is learned from all documents together. `passed` is called after each of the
    PASSES.
    """
    texts = [[[block.text for block in page.blocks] for page in pages] for pages in documents]
    ours = Side([text for source, _ in texts for text in source])
    theirs = Side([text for _, target in texts for text in target])
    sides = []
    i = j = 0
    for source, target in texts:
        sides.append((ours.part(i, i + len(source)), theirs.part(j, j + len(target))))
        i, j = i + len(source), j + len(target)
    bands = [_band(source, target) for source, target in texts]
    alike = resemblance(ours.vocabulary, theirs.vocabulary)
    forth = from_spelling(ours, theirs, alike)
    back = from_spelling(theirs, ours, alike.reversed())
    found: list[list[Bead]] = []
    for number in range(PASSES):
        if number:
            links = [
                (source.among_all(bead.source), target.among_all(bead.target))
                for (source, target), beads in zip(sides, found, strict=True)
                for bead in beads
                if bead.source and bead.target
            ]
            forth = learn(ours, theirs, links, alike)
            back = learn(theirs, ours, [(b, a) for a, b in links], alike.reversed())
        found = [
            _align(pages, pair, band, forth, back)
            for pages, pair, band in zip(documents, sides, bands, strict=True)
        ]
        passed()
    return found


def _align(
    pages: tuple[Page, Page],
    sides: tuple[Side, Side],
    band: Band,
    forth: Table,
    back: Table,
) -> list[Bead]:
    """The beads of one pair of documents, which lie within a band."""
    sources, targets = (page.blocks for page in pages)
    if not sources or not targets:
        left = [Bead(range(i, i + 1), range(0), 0.0) for i in range(len(sources))]
        return left + [Bead(range(0), range(j, j + 1), 0.0) for j in range(len(targets))]
    lengths = [
        np.array([len(block.text) for block in side], np.float64) for side in (sources, targets)
    ]
    lengths[1] *= max(lengths[0].sum(), 1) / max(lengths[1].sum(), 1)
    scores = of_words(*sides, forth, back, band, _BEADS)
    for (a, b), score in zip(_BEADS, scores, strict=True):
        score += of_lengths(lengths[0], lengths[1], band, a, b) + _MERGED * (a + b - 2)
        score += _of_kinds(sources, targets, band, a, b)
    beads = []
    for source, target in best_path(scores, _BEADS, band, _GAP):
        sure = 0.0
        if source and target:
            nats = scores[_BEADS.index((len(source), len(target)))]
            words = sides[0].words(source) + sides[1].words(target)
            sure = 1 / (
                1 + np.exp(-float(nats[band.place(source[-1], target[-1])]) / max(words, 1))
            )
        beads.append(Bead(source, target, sure))
    return beads


def _of_kinds(
    sources: Sequence[Block], targets: Sequence[Block], band: Band, a: int, b: int
) -> Values:
    """0 for beads whose blocks are all of code or all of text, impossible for others."""
    ours, theirs = (np.array([block.is_code for block in side]) for side in (sources, targets))
    kinds = [np.roll(ours, n)[band.source] for n in range(a)]
    kinds += [np.roll(theirs, n)[band.target] for n in range(b)]
    same = np.all(np.array(kinds) == kinds[0], axis=0)
    return np.where(same, np.float32(0), IMPOSSIBLE)


def _band(source: list[str], target: list[str]) -> Band:
    """The pairs of blocks that are looked at."""
    if max(len(source), len(target)) <= _WHOLE or not source or not target:
        return Band.whole(len(source), len(target))
    low, high = np.full(len(source), len(target)), np.zeros(len(source), np.int64)
    for bead in align(source, target):
        rows = slice(max(bead.source.start - 1, 0), bead.source.stop)
        low[rows] = np.minimum(low[rows], bead.target.start)
        high[rows] = np.maximum(high[rows], bead.target.stop)
    return Band.around(low, high, len(target), _MARGIN)
