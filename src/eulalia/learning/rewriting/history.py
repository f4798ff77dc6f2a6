"""What a customer has asked before, and what came of it: the personal layer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, zip_longest
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.learning.similarity import letters_alike
from eulalia.learning.state import normalize
from eulalia.text.vectors import Vectors
from eulalia.turn import Outcome, Turn

_SOON_SECONDS: Final = 60.0
_ALIKE: Final = 0.5
"""Likeness in letters from which a request soon after another is taken for the same wish."""
_MUCH_ALIKE: Final = 0.75
"""Likeness in letters from which what was refused for one request is not offered for another."""
_MOST: Final = 2_000
"""Wordings that are remembered; those not used for longest go first."""
_COMPLAINTS: Final = frozenset(
    {"abandonment", "barge_in", "correction", "denial", "rephrase", "reprompt"}
)


@dataclass(slots=True)
class Wording:
    """One way in which a customer puts a request."""

    text: str
    """As `learning.state` normalises it."""
    said: str
    """In the words of the turn."""
    tries: int = 0
    served: float = 0.0
    """Of these tries, those that are believed to have served the customer."""
    hours: NDArray[np.float32] = field(default_factory=lambda: np.zeros(24, np.float32))
    """How often it was asked at each hour of the day, of UTC."""

    @property
    def success(self) -> float:
        """The share of tries that served, held back towards a half while there are few."""
        return (self.served + 0.5) / (self.tries + 1.0)


class History:
    """The wordings of one customer in one locale, and those that rewriting has failed with."""

    def __init__(self, vectors: Vectors, locale: str) -> None:
        self.locale = locale
        self._vectors = vectors
        self._wordings: dict[str, Wording] = {}
        self._refused: dict[str, dict[str, int]] = defaultdict(dict)
        self._went: dict[tuple[str, str], int] = {}
        self._by_text: dict[str, NDArray[np.float32]] = {}
        self._words: Counter[str] = Counter()
        self._intents: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._wordings)

    def get(self, text: str) -> Wording | None:
        """The wording of a normalised text, if the customer ever asked so."""
        return self._wordings.get(text)

    def refused(self, request: str, text: str) -> bool:
        """Whether taking this request, or one much like it, for that text did not serve the
        customer the last time."""
        against = [each for each, times in self._refused.get(text, {}).items() if times]
        return bool((letters_alike([request] * len(against), against) >= _MUCH_ALIKE).any())

    def has_served(self, word: str) -> bool:
        """Whether the customer was served with a word among others."""
        return self._words[word] > 0

    def intent_share(self, intent: str | None) -> float:
        """The share of what served that had an intent, held back while there is little."""
        return self._intents[intent or ""] / (self._intents.total() + 5.0)

    def went(self, request: str, text: str) -> int:
        """How often this request did not serve and the customer said that text instead."""
        return self._went.get((request, text), 0)

    def learn(self, session: Sequence[Turn]) -> None:
        """Take note of all turns of a session, in order."""
        for turn, following in zip_longest(session, session[1:]):
            self.note(turn, following)

    def note(self, turn: Turn, following: Turn | None) -> None:
        """Take note of a turn, which what follows it in its session tells more of; a turn of
        another locale is left out."""
        text = normalize(turn.text or "")
        if not text or turn.locale != self.locale:
            return
        served = served_share(turn, following)
        if served > 0.5 and turn.interpretation is not None:
            self._intents[turn.interpretation.intent] += 1
        if served < 0.5 and following is not None and _follows_up(turn, following):
            pair = (text, normalize(following.text or ""))
            self._went[pair] = self._went.get(pair, 0) + 1
        if turn.rewrite is None:
            self._add(turn.text or "", served, turn.time)
            return
        understood = normalize(turn.rewrite.text)
        refused = self._refused[understood]
        refused[text] = 0 if served > 0.5 else refused.get(text, 0) + 1
        if served > 0.5:
            self._add(turn.rewrite.text, served, turn.time)

    def near(
        self, text: str, vector: NDArray[np.float32], count: int
    ) -> list[tuple[Wording, float]]:
        """The wordings most like a normalised text in letters, and those whose vectors are nearest
        to its vector of shape (size,), `count` of each, with their cosines."""
        if not self._wordings:
            return []
        new = [text for text in self._wordings if text not in self._by_text]
        self._by_text.update(zip(new, self._vectors.of(new, self.locale), strict=True))
        cosines = np.array([self._by_text[text] for text in self._wordings]) @ vector
        letters = letters_alike([text] * len(self._wordings), list(self._wordings))
        nearest = (np.argsort(-each, kind="stable")[:count].tolist() for each in (cosines, letters))
        wordings = list(self._wordings.values())
        places = dict.fromkeys(chain.from_iterable(nearest))
        return [(wordings[place], float(cosines[place])) for place in places]

    def _add(self, said: str, served: float, time: datetime) -> None:
        text = normalize(said)
        # Put back last, so that the first ones are those not used for longest.
        wording = self._wordings[text] = self._wordings.pop(text, Wording(text, said))
        if served > 0.5:
            self._words.update(set(text.split()))
        wording.tries += 1
        wording.served += served
        wording.hours[time.hour] += 1
        if len(self._wordings) > _MOST:
            oldest = next(iter(self._wordings))
            del self._wordings[oldest]
            self._by_text.pop(oldest, None)


def served_share(turn: Turn, following: Turn | None) -> float:
    """How far a turn is believed to have served the customer, from 0 to 1, judged by its outcome
    and by what the customer did next in the session."""
    kinds = {feedback.kind for feedback in turn.feedback}
    if turn.outcome is not Outcome.ANSWERED or kinds & _COMPLAINTS:
        return 0.0
    if "confirmation" in kinds:
        return 1.0
    return 0.1 if following is not None and _follows_up(turn, following) else 0.9


def _follows_up(turn: Turn, following: Turn) -> bool:
    """Whether the next turn looks like the same wish once more."""
    if (following.time - turn.time).total_seconds() > _SOON_SECONDS:
        return False
    one, other = normalize(turn.text or ""), normalize(following.text or "")
    return bool(letters_alike([one], [other])[0] >= _ALIKE)
