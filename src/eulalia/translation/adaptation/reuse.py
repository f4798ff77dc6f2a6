"""Translations taken over from parallel data, repaired where a number or a span differs."""

from __future__ import annotations

import re

from eulalia.translation.adaptation.memory import Match, words
from eulalia.translation.masking import Kind, mask
from eulalia.translation.protection import MASK, Protected, protect_pair

CLOSE = 0.75
"""A match as close as this is taken over by the method `reuse` even if words differ."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def reused(sentence: Protected, match: Match, method: str) -> str | None:
    """The match's translation for the sentence, or None where it cannot stand for it.

    Where the two sentences are the same but for numbers and protected spans, these are put in;
    `reuse` takes a close match over even if words differ.
    """
    if match.likeness == 1 and words(match.target):
        return match.target
    repaired = _repaired(sentence, match)
    if repaired is not None:
        return repaired
    return match.target if method == "reuse" and match.likeness >= CLOSE else None


def _repaired(sentence: Protected, match: Match) -> str | None:
    """The translation with the sentence's numbers and masks for the match's, if no more differs."""
    source, target = protect_pair(
        mask(match.pair.source, Kind.MARKDOWN), mask(match.pair.target, Kind.MARKDOWN)
    )
    ours, theirs = (_NUMBER.sub("#", MASK.sub("⟦⟧", text)) for text in (sentence.text, source.text))
    if words(ours) != words(theirs):
        return None
    new, old = (_NUMBER.findall(MASK.sub("", text)) for text in (sentence.text, source.text))
    if len(set(old)) < len(old) or sorted(_NUMBER.findall(MASK.sub("", target))) != sorted(old):
        return None
    numbers = dict(zip(old, new, strict=True))
    parts = re.split(r"(⟦\d+⟧)", target)
    parts[::2] = [_NUMBER.sub(lambda found: numbers[found[0]], part) for part in parts[::2]]
    return "".join(parts)
