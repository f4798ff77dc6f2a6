"""Which sentences of two texts are translations of each other.

No model that was trained elsewhere has a part in it. A first pass knows lengths and likenesses of
spelling; each further pass learns a dictionary from the links of the one before (the way of Moore,
2002, and of Varga and others: Parallel corpora for medium density languages, 2005). Long texts are
aligned coarsely first, many sentences taken as one, and then finer and finer along the way found
(Thompson and Koehn: Vecalign, 2019).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eulalia.translation.evidence import IMPOSSIBLE, Band, Values, of_lengths, of_words
from eulalia.translation.lattice import Gap, best_path
from eulalia.translation.lexicon import Floats, Side, Table, from_spelling, learn, resemblance

Flags = npt.NDArray[np.bool_]

PASSES = 4
"""How often the sentences themselves are aligned; from the second time on with what was learned."""
_WHOLE = 700
"""Up to so many sentences a side, all pairs are looked at."""
_FACTOR = 4
"""Each coarser pass takes so many sentences as one."""


@dataclass(frozen=True)
class Costs:
    """What may be linked with what, and what it counts in nats."""

    beads: list[tuple[int, int]]
    """Numbers of sentences, of the source and of the target, that may be linked."""
    gap: Gap
    """For sentences without a counterpart."""
    further: float
    """For each sentence beyond one a side."""
    margin: int
    """How many sentences around the way found the next pass looks at."""


SENTENCES = Costs(
    [(a, b) for a in range(1, 6) for b in range(1, 6) if a + b <= 6],
    Gap(first=-8.0, further=-1.0),
    further=-2.0,
    margin=12,
)


@dataclass(frozen=True)
class Bead:
    """Sentences that translate each other, by their numbers; one side may be empty.

    `score` tells from 0 to 1 how much of the words and lengths of one side the other explains; 0
    where a side is empty.
    """

    source: range
    target: range
    score: float


def align(
    source: Sequence[str], target: Sequence[str], passed: Callable[[], None] = lambda: None
) -> list[Bead]:
    """The beads that cover all sentences of both texts, in order.

    `passed` is called after each of the PASSES. Time and memory grow with the number of sentences,
    not with its square.
    """
    return align_documents([(source, target)], passed=passed)[0]


def align_documents(
    documents: Sequence[tuple[Sequence[str], Sequence[str]]],
    within: Sequence[Sequence[Bead]] | None = None,
    passed: Callable[[], None] = lambda: None,
    *,
    costs: Costs = SENTENCES,
    kinds: Sequence[tuple[Flags, Flags]] | None = None,
) -> list[list[Bead]]:
    """The beads of each pair of documents; all of them share what is learned.

    `within` may give for each document beads of which those found are parts, `kinds` for each of
    the sentences which of two kinds it is, so that they are linked with their own kind alone.
    `passed` is called after each of the PASSES.
    """
    if not documents:
        return []
    parts = _read(documents, costs, kinds)
    ours, theirs = parts[0].source.whole, parts[0].target.whole
    alike = resemblance(ours.vocabulary, theirs.vocabulary)
    forth = from_spelling(ours, theirs, alike)
    back = from_spelling(theirs, ours, alike.reversed())
    if within is None:
        bands = [_first_band(part, forth, back) for part in parts]
    else:
        bands = [part.within(beads) for part, beads in zip(parts, within, strict=True)]
    found: list[list[Bead]] = []
    for number in range(PASSES):
        if number:
            linked = [
                link for part, beads in zip(parts, found, strict=True) for link in part.links(beads)
            ]
            forth = learn(ours, theirs, linked, alike)
            back = learn(theirs, ours, [(b, a) for a, b in linked], alike.reversed())
            if within is None:
                bands = [
                    part.around(beads, 1, costs.margin)
                    for part, beads in zip(parts, found, strict=True)
                ]
        found = [part.beads(forth, back, band) for part, band in zip(parts, bands, strict=True)]
        passed()
    return found


def _read(
    documents: Sequence[tuple[Sequence[str], Sequence[str]]],
    costs: Costs,
    kinds: Sequence[tuple[Flags, Flags]] | None,
) -> list[_Texts]:
    """The documents in numbers, their words numbered together."""
    ours = Side([sentence for source, _ in documents for sentence in source])
    theirs = Side([sentence for _, target in documents for sentence in target])
    parts = []
    i = j = 0
    for number, (source, target) in enumerate(documents):
        lengths = [
            np.array([len(sentence) for sentence in side], np.float64) for side in (source, target)
        ]
        ratio = max(lengths[0].sum(), 1) / max(lengths[1].sum(), 1)
        sides = ours.part(i, i + len(source)), theirs.part(j, j + len(target))
        own = kinds[number] if kinds else None
        parts.append(_Texts(*sides, lengths[0], lengths[1] * ratio, costs, own))
        i, j = i + len(source), j + len(target)
    return parts


def _first_band(texts: _Texts, forth: Table, back: Table) -> Band:
    """The pairs of sentences near the way that is best when many are taken as one."""
    size = 1
    while max(texts.size) > _WHOLE * size:
        size *= _FACTOR
    coarse = texts.merged(size)
    band = Band.whole(*coarse.size)
    while size > 1:
        beads = coarse.beads(forth, back, band)
        size //= _FACTOR
        coarse = texts.merged(size)
        band = coarse.around(beads, _FACTOR, _FACTOR * texts.costs.margin // 2)
    return band


@dataclass
class _Texts:
    """Two texts in numbers; lengths are in letters, the target's brought to the source's mean."""

    source: Side
    target: Side
    source_lengths: Floats
    target_lengths: Floats
    costs: Costs
    kinds: tuple[Flags, Flags] | None = None
    """Of which kind the sentences of the source and of the target are."""

    @property
    def size(self) -> tuple[int, int]:
        return len(self.source), len(self.target)

    def merged(self, size: int) -> _Texts:
        """The same with so many sentences taken as one each."""
        ours, theirs = (
            np.add.reduceat(lengths, np.arange(0, len(lengths), size))
            for lengths in (self.source_lengths, self.target_lengths)
        )
        # Without kinds: what is taken as one may be of both.
        return _Texts(self.source.merged(size), self.target.merged(size), ours, theirs, self.costs)

    def beads(self, forth: Table, back: Table, band: Band) -> list[Bead]:
        """The best way through the band, by these probabilities of words."""
        sources, targets = self.size
        if not sources or not targets:
            left = [Bead(range(i, i + 1), range(0), 0.0) for i in range(sources)]
            return left + [Bead(range(0), range(j, j + 1), 0.0) for j in range(targets)]
        allowed = self.costs.beads
        scores = of_words(self.source, self.target, forth, back, band, allowed)
        for (a, b), score in zip(allowed, scores, strict=True):
            score += of_lengths(self.source_lengths, self.target_lengths, band, a, b)
            score += self.costs.further * (a + b - 2)
            if self.kinds:
                score += _of_kinds(*self.kinds, band, a, b)
        beads = []
        for source, target in best_path(scores, allowed, band, self.costs.gap):
            sure = 0.0
            if source and target:
                score = scores[allowed.index((len(source), len(target)))]
                words = self.source.words(source) + self.target.words(target)
                nats = float(score[band.place(source[-1], target[-1])])
                sure = 1 / (1 + np.exp(-nats / max(words, 1)))
            beads.append(Bead(source, target, sure))
        return beads

    def links(self, beads: Sequence[Bead]) -> list[tuple[range, range]]:
        """The beads with no empty side, by the numbers of the sentences among all documents'."""
        return [
            (self.source.among_all(bead.source), self.target.among_all(bead.target))
            for bead in beads
            if bead.source and bead.target
        ]

    def within(self, beads: Sequence[Bead]) -> Band:
        """The pairs of sentences whose parts are linked.

        Target sentences that are linked with nothing go to the source sentence after them.
        """
        sources, targets = self.size
        starts, ends = np.zeros(sources, np.int64), np.zeros(sources, np.int64)
        reached = 0
        for bead in beads:
            rows = slice(bead.source.start, bead.source.stop)
            if bead.source:
                starts[rows], ends[rows] = reached, bead.target.stop
                reached = bead.target.stop
        ends[ends == reached] = targets
        return Band(starts, ends)

    def around(self, beads: Sequence[Bead], scale: int, margin: int) -> Band:
        """The pairs near a way; each of its sentences stands for `scale` of these."""
        sources, targets = self.size
        low, high = np.full(sources, targets), np.zeros(sources, np.int64)
        for bead in beads:
            rows = slice(max(bead.source.start * scale - 1, 0), bead.source.stop * scale)
            low[rows] = np.minimum(low[rows], bead.target.start * scale)
            high[rows] = np.maximum(high[rows], bead.target.stop * scale)
        return Band.around(low, high, targets, margin)


def _of_kinds(source: Flags, target: Flags, band: Band, a: int, b: int) -> Values:
    """0 for beads whose sentences are all of one kind, impossible for others."""
    kinds = [np.roll(source, n)[band.source] for n in range(a)]
    kinds += [np.roll(target, n)[band.target] for n in range(b)]
    return np.where(np.all(np.array(kinds) == kinds[0], axis=0), np.float32(0), IMPOSSIBLE)
