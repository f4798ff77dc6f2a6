"""A text as sentences to translate one by one, and the translations as a text again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eulalia.translation.sentences import split_sentences

_LONGEST = 400
"""Letters of what is translated at once; longer sentences are cut."""
_CUTS = (re.compile(r"(?<=[,;:，；：、])\s*"), re.compile(r"\s+"), re.compile(""))
"""Where, the best places first."""
_UNSPACED = ("zh", "ja")


@dataclass(frozen=True)
class Passage:
    """Sentences, none very long, and the white space before, between and after them."""

    sentences: tuple[str, ...]
    gaps: tuple[str, ...]
    """One more than there are sentences."""


def cut(text: str, language: str) -> Passage:
    """The sentences of a text; `joined` without a change they are the text again."""
    sentences, gaps = [], []
    place = 0
    for sentence in split_sentences(text, language):
        for part in _short(sentence):
            start = text.index(part, place)
            gaps.append(text[place:start])
            sentences.append(part)
            place = start + len(part)
    return Passage(tuple(sentences), (*gaps, text[place:]))


def uncut(text: str) -> Passage:
    """A text as if it were one sentence, however long."""
    inner = text.strip()
    start = text.index(inner)
    return Passage((inner,), (text[:start], text[start + len(inner) :]))


def joined(
    passage: Passage, translations: Sequence[str], source_language: str, target_language: str
) -> str:
    """Translations of a passage's sentences with the white space that the target language wants."""
    ours, theirs = (
        language.split("-")[0] in _UNSPACED for language in (source_language, target_language)
    )
    wanted = {" ": "" if theirs else " ", "": " " if ours and not theirs else ""}
    first, *between = passage.gaps[:-1] or ("",)
    gaps = [first, *(wanted.get(gap, gap) for gap in between), passage.gaps[-1]]
    if not translations:
        return passage.gaps[-1]
    parts = [part for two in zip(gaps, translations, strict=False) for part in two]
    return "".join([*parts, gaps[-1]])


def _short(sentence: str) -> Iterator[str]:
    """The parts of a sentence, none longer than what is translated at once; masks stay whole."""
    while len(sentence) > _LONGEST:
        end = _cutting_place(sentence)
        yield sentence[:end].rstrip()
        sentence = sentence[end:].lstrip()
    if sentence:
        yield sentence


def _cutting_place(sentence: str) -> int:
    """Where to cut a long sentence: as late as may be, at the best kind of place."""
    for kind in _CUTS:
        ends = [found.end() for found in kind.finditer(sentence, 0, _LONGEST)]
        late = [end for end in ends if _LONGEST // 3 < end <= _LONGEST]
        if late:
            opening = sentence.rfind("⟦", 0, late[-1])
            within = opening >= 0 and "⟧" not in sentence[opening : late[-1]]
            return opening if within and opening > 0 else late[-1]
    return _LONGEST
