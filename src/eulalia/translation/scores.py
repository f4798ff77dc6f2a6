"""How well sentences were aligned, counted as Bleualign's and Vecalign's own scripts count.

Sennrich and Volk: MT-based Sentence Alignment for OCR-generated Parallel Texts (2010); Thompson and
Koehn: Vecalign (2019).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Link = tuple[Sequence[int], Sequence[int]]
"""Numbers of source sentences and of target sentences; one side may be empty."""


@dataclass(frozen=True)
class AlignmentScore:
    """F1, precision and recall from 0 to 1.

    Strict counts a link that is wholly right, lax one that shares a pair of sentences with a true
    link. What is left out counts for precision where it is among the links, never for recall.
    """

    strict: float
    lax: float
    strict_precision: float
    strict_recall: float
    lax_precision: float
    lax_recall: float


def score_links(found: Iterable[Link], true: Iterable[Link]) -> AlignmentScore:
    """The score of found links; 0 where there are none."""
    ours = {(tuple(a), tuple(b)) for a, b in found if a or b}
    theirs = {(tuple(a), tuple(b)) for a, b in true if a or b}
    precision = _shares(ours, theirs)
    recall = _shares({link for link in theirs if all(link)}, {link for link in ours if all(link)})
    strict, lax = (_f1(p, r) for p, r in zip(precision, recall, strict=True))
    return AlignmentScore(strict, lax, precision[0], recall[0], precision[1], recall[1])


def _shares(
    links: set[tuple[tuple[int, ...], tuple[int, ...]]],
    others: set[tuple[tuple[int, ...], tuple[int, ...]]],
) -> tuple[float, float]:
    """The shares of links that are among the others, and that share a pair with one of them."""
    pairs = {(i, j) for ours, theirs in others for i in ours for j in theirs}
    strict = sum(link in others for link in links)
    lax = sum(
        link in others or any((i, j) in pairs for i in link[0] for j in link[1]) for link in links
    )
    return strict / max(len(links), 1), lax / max(len(links), 1)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
