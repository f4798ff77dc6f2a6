"""What a correction leaves out: "no, I meant the kitchen" is the whole request, in the kitchen."""

from __future__ import annotations

from eulalia.assistant.parts import Understander
from eulalia.assistant.stages.understanding import sure
from eulalia.text import tokenize
from eulalia.turn import Interpretation, Turn


def complete(meant: str, before: Turn, understander: Understander) -> str:
    """The request before with the things named now in the place of those named then.

    What is meant is taken as it is where it names nothing that the request before named too, or
    where it says more than that and can be understood by itself.
    """
    earlier = before.interpretation
    readings = understander.understand(meant, before.locale)
    if earlier is None or not readings or not readings[0].slots:
        return meant
    named = {slot.name: slot.value for slot in readings[0].slots}
    if not named.keys() <= {slot.name for slot in earlier.slots}:
        return meant
    if sure(readings) and not _adds_nothing(readings[0], earlier, before.locale):
        return meant
    text = earlier.text
    for slot in sorted(earlier.slots, key=lambda slot: -slot.start):
        if slot.name in named:
            text = text[: slot.start] + named.pop(slot.name) + text[slot.end :]
    return text


def _adds_nothing(fragment: Interpretation, earlier: Interpretation, locale: str) -> bool:
    """Whether all words of a fragment but the things that it names stand in the earlier request."""
    rest = fragment.text
    for slot in sorted(fragment.slots, key=lambda slot: -slot.start):
        rest = f"{rest[: slot.start]} {rest[slot.end :]}"
    return _words(rest, locale) <= _words(earlier.text, locale)


def _words(text: str, locale: str) -> set[str]:
    return {token.text.casefold() for token in tokenize(text, locale)}
