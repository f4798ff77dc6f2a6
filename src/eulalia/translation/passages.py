"""A text as sentences to translate one by one, and the translations as a text again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from eulalia.translation.protection import MASK
from eulalia.translation.scripts import is_unspaced
from eulalia.translation.sentences import split_sentences

_LONGEST = 400
"""Letters of what is translated at once; longer sentences are cut."""
_CUTS = (re.compile(r"(?<=[,;:，；：、])\s*"), re.compile(r"\s+"), re.compile(""))
"""Where, the best places first."""
_TOGETHER = 4
"""So many sentences are translated by one at most."""


@dataclass(frozen=True)
class Passage:
    """Sentences, none very long, and the white space before, between and after them."""

    sentences: tuple[str, ...]
    gaps: tuple[str, ...]
    """One more than there are sentences."""

    def framed(self, before: str, after: str) -> Passage:
        """The passage with something before and after it that is no part of its sentences."""
        *first, last = (before + self.gaps[0], *self.gaps[1:])
        return Passage(self.sentences, (*first, last + after))


def cut(text: str, language: str) -> Passage:
    """The sentences of a text; `joined` without a change they are the text again."""
    sentences: list[str] = []
    gaps: list[str] = []
    place = 0
    for sentence in split_sentences(text, language):
        for part in _short(sentence):
            start = text.index(part, place)
            if sentences and start == place and _is_end(sentences[-1], part):
                sentences[-1] += part
            else:
                gaps.append(text[place:start])
                sentences.append(part)
            place = start + len(part)
    return Passage(tuple(sentences), (*gaps, text[place:]))


def rejoined(passage: Passage, is_known: Callable[[str], bool]) -> Passage:
    """A passage whose sentences are put together again where they are known together.

    People translate two sentences by one, and one by two; sentences that are known by themselves
    stay as they are.
    """
    sentences, gaps = [], [passage.gaps[0]]
    place, count = 0, len(passage.sentences)
    while place < count:
        most = 1 if is_known(passage.sentences[place]) else count - place
        # The whole once, at its begin, as passages may be huge; then as many as are one elsewhere.
        first = count if most == count else min(most, _TOGETHER)
        for several in dict.fromkeys([first, *range(min(most, _TOGETHER), 0, -1)]):
            end = place + several
            text = passage.sentences[place]
            for gap, more in zip(
                passage.gaps[place + 1 : end], passage.sentences[place + 1 : end], strict=True
            ):
                text += gap + more
            if several == 1 or is_known(text):
                break
        sentences.append(text)
        gaps.append(passage.gaps[end])
        place = end
    return Passage(tuple(sentences), tuple(gaps))


def joined(
    passage: Passage, translations: Sequence[str], source_language: str, target_language: str
) -> str:
    """Translations of a passage's sentences with the white space that the target language wants."""
    ours, theirs = is_unspaced(source_language), is_unspaced(target_language)
    wanted = {" ": "" if theirs else " ", "": " " if ours and not theirs else ""}
    first, *between = passage.gaps[:-1] or ("",)
    gaps = [first, *(wanted.get(gap, gap) for gap in between), passage.gaps[-1]]
    if not translations:
        return passage.gaps[-1]
    parts = [part for two in zip(gaps, translations, strict=False) for part in two]
    return "".join([*parts, gaps[-1]])


def _is_end(sentence: str, part: str) -> bool:
    """Whether what follows a sentence is but the marks that close what it has begun."""
    return not MASK.sub("", part) and len(sentence) + len(part) <= _LONGEST


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
