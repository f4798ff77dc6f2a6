"""How far translated requests agree with those that people translated and annotated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eulalia.translation.requests.annotated import AnnotatedRequest
from eulalia.translation.scoring import score


@dataclass(frozen=True)
class Agreement:
    """Shares from 0 to 1, and BLEU from 0 to 100 with sacrebleu's signature."""

    n: int
    preserved: float
    """Of the translations, those with each slot of their source, each with a value."""
    same_slots: float
    """Of the translations, those with the slots of the person's."""
    slot_f1: float
    """Of values, counted right with the same name and, but for spaces and capitals, letters."""
    ceiling: float
    """The share of people's own translations that have each slot of their source."""
    bleu: float
    signature: str


def compare(
    sources: Sequence[AnnotatedRequest],
    translations: Sequence[AnnotatedRequest],
    references: Sequence[AnnotatedRequest],
    target_language: str,
) -> Agreement:
    """The agreement of translations with references, one for each source.

    Raises TranslationError for none at all.
    """
    scored = score(
        [each.text for each in translations], [each.text for each in references], target_language
    )
    right = ours = theirs = 0
    for made, reference in zip(translations, references, strict=True):
        own, wanted = _values(made), _values(reference)
        right += sum((own & wanted).values())
        ours += sum(own.values())
        theirs += sum(wanted.values())
    return Agreement(
        n=len(sources),
        preserved=_share(sources, translations),
        same_slots=_share(references, translations),
        slot_f1=2 * right / (ours + theirs) if ours + theirs else 1.0,
        ceiling=_share(sources, references),
        bleu=scored.bleu,
        signature=scored.signatures["bleu"],
    )


def _share(ours: Sequence[AnnotatedRequest], theirs: Sequence[AnnotatedRequest]) -> float:
    """The share of pairs with the same names of slots."""
    names = [[sorted(part.slot for part in each.slots) for each in side] for side in (ours, theirs)]
    same: int = sum(a == b for a, b in zip(*names, strict=True))
    return same / len(ours)


def _values(request: AnnotatedRequest) -> Counter[tuple[str, str]]:
    return Counter((part.slot, "".join(part.text.split()).casefold()) for part in request.slots)
