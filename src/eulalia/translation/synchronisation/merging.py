"""A block whose source changed: sentence by sentence, what stays, is repaired, or is made new.

Known are the source as it was with its translation, and the source as it is. Sentences whose
source stayed keep their translation. Of the others the machine's own are translated again; those
that a person wrote stay, and are stale unless numbers and protected spans alone have changed.
"""

from __future__ import annotations

from collections import Counter
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
    stands = still_stands(old_source, new_source, translation, kind)
    if stands is not None:
        return [Piece(new_source, stands, "kept", stands if machine == translation else machine)]
    old, new = (sentences(text, languages[0], kind) for text in (old_source, new_source))
    ours = sentences(translation, languages[1], kind)
    linked = _linked(old, ours)
    if linked is None:
        return None
    written = sentences(machine, languages[1], kind)
    found = match(old, new, 0.0)
    place = {i: j for j, i in enumerate(found) if i is not None}
    # What a group of old sentences becomes; those that are not there are to be translated.
    kept: dict[int, Piece] = {}
    for number, (theirs, own) in enumerate(linked):
        source = joined([old[i] for i in theirs], languages[0])
        text = joined([ours[i] for i in own], languages[1])
        places = [place[i] for i in theirs if i in place]
        changed = joined([new[j] for j in places], languages[0])
        by_machine = all(ours[i] in written for i in own)
        before = [ours[i] for i in own] if by_machine else _counterparts(own, ours, written)
        piece = Piece(source, text, "stale", joined(before, languages[1]))
        if changed == source and places == list(range(places[0], places[-1] + 1)):
            kept[number] = replace(piece, verdict="kept")
        elif not by_machine:
            kept[number] = _mended(piece, changed, kind) if len(theirs) == 1 else piece
    return _in_order(linked, place, new, kept)


def _in_order(
    linked: list[tuple[range, range]], place: dict[int, int], new: list[str], kept: dict[int, Piece]
) -> list[Piece]:
    """The pieces in the order of the new sentences; what these lack stands where it stood.

    Pieces that are kept go by the number of their group, others by that of their sentence, which
    is counted on behind the groups.
    """
    group_of = {place[i]: n for n, (theirs, _) in enumerate(linked) for i in theirs if i in place}
    order = [group_of[j] if group_of.get(j) in kept else len(linked) + j for j in range(len(new))]
    stood = [
        number if number in kept else len(linked) + place[i]
        for number, (theirs, _) in enumerate(linked)
        for i in theirs
        if number in kept or i in place
    ]
    return [
        kept[key] if key in kept else Piece(new[key - len(linked)], None, "translated")
        for key in arranged(list(dict.fromkeys(order)), list(dict.fromkeys(stood)))
    ]


def _mended(piece: Piece, changed: str, kind: Kind) -> Piece:
    """A person's sentence with what its source is now, if that can be told without them."""
    if not changed or piece.text is None:
        return piece
    text = still_stands(piece.source, changed, piece.text, kind)
    if text is None:
        text = repaired(piece.source, piece.text, changed)
    return piece if text is None else Piece(changed, text, "repaired", piece.machine)


def sentences(text: str, language: str, kind: Kind) -> list[str]:
    """A block's sentences, of which none ends within what is protected."""
    masked = mask(text, kind)
    return [masked.restore(each) for each in split_sentences(masked.text, language)]


def joined(texts: Sequence[str], language: str) -> str:
    """Sentences one after the other, with a space where the language has one."""
    return ("" if language.split("-")[0] in _UNSPACED else " ").join(texts)


def still_stands(old: str, new: str, translation: str, kind: Kind) -> str | None:
    """The translation of a text that has changed in capitals, punctuation and emphasis alone.

    Marks of emphasis that are gone go from the translation too. None where it may not stand any
    more: where other words, code or references are in the text, which the translation has not yet,
    or new marks.
    """
    before, after, own = (protect(mask(text, kind)) for text in (old, new, translation))
    masked = _spans(after, True)
    if _words(before) != _words(after) or masked not in (_spans(before, True), _spans(own, True)):
        return None
    marks, stood, ours = (Counter(_spans(each, False)) for each in (after, before, own))
    if marks in (stood, ours):
        return translation
    gone = stood - marks
    if marks - stood or any(marks[mark] or ours[mark] != gone[mark] for mark in gone):
        return None
    spans = ("" if span in gone else span for span in own.spans)
    return replace(own, spans=tuple(spans)).restored(own.text)


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
