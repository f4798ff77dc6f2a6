"""How a text is understood, as far as it matters to what should be understood in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from eulalia.learning.state import normalize, state
from eulalia.turn import Interpretation

_ANSWERED_BY_WORDS: Final = frozenset(
    {"cooking_query", "general_greet", "general_quirky", "qa_factoid", "qa_maths", "social_post"}
)
"""Intents of which the words say what is wanted, and not the slots alone."""
_NAMING: Final = frozenset(
    {"artist_name", "audiobook_name", "device_type", "house_place", "list_name", "person",
     "place_name", "playlist_name", "podcast_name", "radio_name", "song_name"}
)  # fmt: skip
"""Slots whose values may be names of the customer's own."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a text is understood."""

    state: str | None
    """What is the same for all texts that lead to the same; None when no reading is sure enough to
    act on."""
    intent: str | None
    confidence: float
    named: tuple[str, ...] = ()
    """The normalised values of slots that name people or things."""

    @classmethod
    def of(cls, text: str, interpretation: Interpretation | None) -> Self:
        """The meaning of a text whose best reading this is; None where none is sure enough."""
        if interpretation is None:
            return cls(None, None, 0.0)
        meant = state(text, interpretation)
        if interpretation.intent in _ANSWERED_BY_WORDS:
            meant += " " + normalize(text)
        return cls(
            meant,
            interpretation.intent,
            interpretation.confidence,
            tuple(normalize(s.value) for s in interpretation.slots if s.name in _NAMING),
        )
