"""A block whose source changed: sentence by sentence, what stays, is repaired, or is made new.

Known are the source as it was with its translation, and the source as it is. Sentences whose
source stayed keep their translation. Of the others the machine's own are translated again; those
that a person wrote stay, and are stale unless numbers and protected spans alone have changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eulalia.translation.adaptation import TranslationMemory, reused
from eulalia.translation.adaptation.memory import words
from eulalia.translation.alignment import align
from eulalia.translation.extract import LOWEST
from eulalia.translation.masking import Kind, mask
from eulalia.translation.pairs import Pair, ParallelData
from eulalia.translation.protection import MASK, Protected, is_intact, protect
from eulalia.translation.sentences import split_sentences
from eulalia.translation.synchronisation.matching import arranged, match

LIKE = 0.35
"""Texts of the source that share this much of their words are the same one, changed."""
_UNSPACED = ("zh", "ja")


@dataclass(frozen=True)
class Piece:
    """A sentence of a block's new translation, or several that belong together."""

    source: str
    """What it translates."""
    text: str | None
    """The translation; None if it is to be made."""
    verdict: str = "kept"
    """`kept`, `repaired`, `translated` or `stale`."""
    machine: str = ""
    """What the machine once wrote there."""


def merge(
    old_source: str,
    new_source: str,
    translation: str,
    machine: str,
    languages: tuple[str, str],
    kind: Kind,
) -> list[Piece] | None:
    """The pieces of the new translation; None where the old sentences cannot be told apart.

    `machine` is what the machine wrote of the translation, all of it or some sentences.
    """
    if reads_alike(old_source, new_source, translation, kind):
        return [Piece(new_source, translation, "kept", machine)]
    old, new = (sentences(text, languages[0], kind) for text in (old_source, new_source))
    ours = sentences(translation, languages[1], kind)
    linked = _linked(old, ours)
    if linked is None:
        return None
    written = sentences(machine, languages[1], kind)
    found = match(old, new, 0.0)
    place = {i: j for j, i in enumerate(found) if i is not None}
    kept: dict[int, Piece] = {}
    bead_of: dict[int, int] = {}
    for number, (theirs, own) in enumerate(linked):
        bead_of |= dict.fromkeys(theirs, number)
        source = joined([old[i] for i in theirs], languages[0])
        text = joined([ours[i] for i in own], languages[1])
        places = [place.get(i, -1) for i in theirs]
        changed = joined([new[j] for j in places if j >= 0], languages[0])
        by_machine = all(ours[i] in written for i in own)
        before = [ours[i] for i in own] if by_machine else _counterparts(own, ours, written)
        piece = Piece(source, text, "stale", joined(before, languages[1]))
        if changed == source and places == list(range(places[0], places[0] + len(places))):
            kept[number] = replace(piece, verdict="kept")
        elif not by_machine:
            mended = None
            if len(places) == 1 and changed:
                alike = reads_alike(source, changed, text, kind)
                mended = text if alike else repaired(source, text, changed)
            if mended is not None:
                piece = replace(piece, source=changed, text=mended, verdict="repaired")
            kept[number] = piece
    # By number what is kept, by their own places behind these what is to be translated.
    order = dict.fromkeys(
        bead_of[i] if i is not None and bead_of[i] in kept else len(linked) + j
        for j, i in enumerate(found)
    )
    before_new = {
        number: len(linked) + j for i, j in place.items() if (number := bead_of[i]) not in kept
    }
    all_beads = [
        n if n in kept else before_new[n]
        for n in range(len(linked))
        if n in kept or n in before_new
    ]
    return [
        kept[key] if key in kept else Piece(new[key - len(linked)], None, "translated")
        for key in arranged(list(order), all_beads)
    ]


def sentences(text: str, language: str, kind: Kind) -> list[str]:
    """A block's sentences, of which none ends within what is protected."""
    masked = mask(text, kind)
    return [masked.restore(each) for each in split_sentences(masked.text, language)]


def joined(texts: Sequence[str], language: str) -> str:
    """Sentences one after the other, with a space where the language has one."""
    return ("" if language.split("-")[0] in _UNSPACED else " ").join(texts)


def reads_alike(old: str, new: str, translation: str, kind: Kind) -> bool:
    """Whether a text has changed in nothing but capitals, punctuation and emphasis.

    Then its translation still stands, provided that it has the marks of emphasis. The same goes for
    code and references which it has already.
    """
    before, after, own = (protect(mask(text, kind)) for text in (old, new, translation))
    return _words(before) == _words(after) and all(
        _spans(after, masked) in (_spans(before, masked), _spans(own, masked))
        for masked in (True, False)
    )


def repaired(source: str, translation: str, changed: str) -> str | None:
    """The translation of a sentence for the same one with other numbers and protected spans."""
    sentence = protect(mask(changed, Kind.MARKDOWN))
    memory = TranslationMemory.of(ParallelData("", "", [Pair(source, translation)]))
    nearest = memory.best([sentence])[0]
    taken = reused(sentence, nearest, "examples") if nearest else None
    if taken is None or not is_intact(taken, sentence):
        return None
    return sentence.restored(taken)


def _linked(old: list[str], ours: list[str]) -> list[tuple[range, range]] | None:
    """Which sentences translate each other; None unless that is plain."""
    if len(old) == len(ours):
        return [(range(i, i + 1), range(i, i + 1)) for i in range(len(old))]
    beads = align(old, ours) if old and ours else []
    if not beads or any(
        not bead.source or not bead.target or bead.score < LOWEST for bead in beads
    ):
        return None
    return [(bead.source, bead.target) for bead in beads]


def _words(text: Protected) -> list[str]:
    """The words outside of what is protected, in small letters."""
    return [word for word in words(MASK.sub(" ", text.text)) if word.isalnum()]


def _spans(text: Protected, masked: bool) -> list[str]:
    """What is protected: what the format masks, or the marks that stand around text."""
    both = zip(text.spans, text.written, strict=True)
    return sorted(span for span, written in both if bool(MASK.fullmatch(written)) == masked)


def _counterparts(own: range, ours: list[str], written: list[str]) -> list[str]:
    """What the machine wrote in the places of sentences, if it wrote as many."""
    return [written[i] for i in own] if len(ours) == len(written) else []
