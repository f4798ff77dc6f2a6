"""What two turns have in common when they ask the same."""

from __future__ import annotations

import re
import unicodedata

from eulalia.turn import Interpretation

OUT_OF_SCOPE = "out_of_scope"
"""The intent of what was not understood; such requests are told apart by their words."""

_PUNCTUATION = re.compile(r"[^\w\s]|_")


def state(text: str, interpretation: Interpretation | None) -> str:
    """How turns are told to be alike: the intent with its slots, or else the normalised text.

    The braces of an intent never occur in a normalised text, so that the two are never confused.

    >>> state("what's UP?", None)
    'what s up'
    >>> state("wake me", Interpretation("wake me", domain="alarm", intent="alarm_set"))
    'alarm_set{}'
    """
    if interpretation is None or interpretation.intent == OUT_OF_SCOPE:
        return normalize(text)
    return f"{interpretation.intent}{{{slots(interpretation)}}}"


def slots(interpretation: Interpretation) -> str:
    """The slots as `name=value`, in lower case, sorted and joined by `;`."""
    return ";".join(
        sorted(
            f"{slot.name}={' '.join(slot.value.lower().split())}" for slot in interpretation.slots
        )
    )


def normalize(text: str) -> str:
    """A text in one case and width, without punctuation and needless white space.

    >>> normalize("  Play Ｊazz, PLEASE!")
    'play jazz please'
    """
    plain = _PUNCTUATION.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(plain.split())
