"""Which later turns truly say a request again, told from what was wanted."""

from __future__ import annotations

from collections.abc import Sequence

from eulalia.learning.ngrams import words
from eulalia.truth import TrueSlot, Truth

_WHATEVER = "dontcare"
"""The value of who does not mind; the words for it fit any slot, so that nothing is told by it."""


def says_again(first: Truth | None, second: Truth | None) -> bool:
    """Whether the second of two turns of a session says what the first wanted.

    Both must pursue one goal by one intent. Where no intent is known but slots are, as in DSTC2,
    whose annotation is the goal as far as it was told, the second must tell a value of a slot that
    the first told too: the value's words are among those said, "moderate" also as "moderately".
    """
    if first is None or second is None or first.goal is None or first.goal != second.goal:
        return False
    if first.intent != second.intent:
        return False
    if first.intent is not None or not (first.slots or second.slots):
        return True
    return bool(_told(first) & _told(second))


def spans(later: Sequence[Sequence[int]], truths: Sequence[Truth | None]) -> list[tuple[int, ...]]:
    """For each turn the first unbroken run of later ones that say it again; empty for none.

    `later` has for each turn the places of those that may, in order, -1 where there is none.
    """
    found = []
    for place, others in enumerate(later):
        run: list[int] = []
        for other in others:
            if other >= 0 and says_again(truths[place], truths[other]):
                run.append(int(other))
            elif run:
                break
        found.append(tuple(run))
    return found


def _told(truth: Truth) -> set[TrueSlot]:
    said = words(truth.text or "")
    return {
        slot
        for slot in truth.slots
        if slot.value != _WHATEVER
        and all(any(word.startswith(part) for word in said) for part in words(slot.value))
    }
