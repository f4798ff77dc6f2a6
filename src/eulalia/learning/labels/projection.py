"""Slots carried over from the words that were understood to those that were not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Final

from eulalia.learning.state import normalize
from eulalia.text import CHARACTER_LOCALES, Token, tokenize
from eulalia.turn import Slot

_ALIKE: Final = 0.75
"""Likeness of letters from which words are taken for a misheard or inflected value."""


def project(values: Iterable[tuple[str, str]], text: str, locale: str) -> tuple[Slot, ...]:
    """The slots of a text that has these values, or what is much like them; those that it does not
    say are left out. `values` are names and values.

    The best match comes first, and no word is part of two slots.

    >>> [slot.value for slot in project([("place", "new york")], "whether in new yorck", "en-US")]
    ['new yorck']
    """
    tokens = tokenize(text, locale)
    found = sorted(
        (
            (likeness, -start, start, end, name)
            for name, value in dict.fromkeys(values)
            for likeness, start, end in _matches(normalize(value), tokens, locale)
        ),
        reverse=True,
    )
    taken: set[int] = set()
    slots: list[Slot] = []
    wanted = [name for name, _ in dict.fromkeys(values)]
    for likeness, _, start, end, name in found:
        if taken.isdisjoint(range(start, end)) and wanted.count(name) > sum(
            slot.name == name for slot in slots
        ):
            taken.update(range(start, end))
            first, last = tokens[start].start, tokens[end - 1].end
            slots.append(Slot(name, text[first:last], first, last, round(likeness, 3)))
    return tuple(sorted(slots, key=lambda slot: slot.start))


def annotate(text: str, slots: Sequence[Slot], locale: str) -> str | None:
    """The text as MASSIVE annotates it, `wake me at [time : seven]`; None for one that cannot be
    annotated so: without words, or with brackets of its own."""
    tokens = tokenize(text, locale)
    if not tokens or "[" in text or "]" in text:
        return None
    pieces = []
    end = 0
    for slot in sorted(slots, key=lambda slot: slot.start):
        pieces += [text[end : slot.start], f" [{slot.name} : {slot.value}] "]
        end = slot.end
    return " ".join("".join([*pieces, text[end:]]).split())


def _matches(value: str, tokens: Sequence[Token], locale: str) -> Iterable[tuple[float, int, int]]:
    """How much each stretch of about the value's length is like it, with its start and end."""
    wanted = value.replace(" ", "")
    if not wanted:
        return
    length = len(wanted) if locale in CHARACTER_LOCALES else len(value.split())
    for size in range(max(1, length - 1), length + 2):
        for start in range(len(tokens) - size + 1):
            said = "".join(normalize(t.text) for t in tokens[start : start + size])
            said = said.replace(" ", "")
            if said == wanted:
                yield 1.0, start, start + size
            elif locale not in CHARACTER_LOCALES and said:
                matcher = SequenceMatcher(None, wanted, said, autojunk=False)
                if matcher.quick_ratio() >= _ALIKE and (ratio := matcher.ratio()) >= _ALIKE:
                    yield ratio, start, start + size
