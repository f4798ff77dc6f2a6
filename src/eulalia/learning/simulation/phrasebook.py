"""What customers say: the requests of MASSIVE as patterns, and wishes that fill them.

Requests with the same intent and the same slots are taken for ways of saying one thing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Final

from eulalia.datasets import Massive, Request
from eulalia.errors import EulaliaError
from eulalia.text import CHARACTER_LOCALES, tokenize
from eulalia.truth import TrueSlot

PARTITIONS: Final = ("train", "dev")
"""Requests that may be looked at; the test partition is never read."""
OUT_OF_SCOPE: Final = "out_of_scope"
_OPEN: Final = frozenset(
    {"cooking_query", "general_greet", "general_quirky", "qa_factoid", "qa_maths", "social_post"}
)
"""Intents whose meaning lies in their words rather than in their slots."""
_COMMON: Final = 60
"""Words that say little, being the most frequent of a locale."""
_REMEMBERED: Final = 100_000
"""Texts whose words are kept."""

Frame = tuple[str, tuple[str, ...]]
"""An intent and the sorted names of its slots."""


class SimulationError(EulaliaError):
    """A simulation that cannot be run as asked."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A request with gaps."""

    number: int
    """Its place in the phrasebook."""
    intent: str
    literals: tuple[str, ...]
    """The text before, between and behind the gaps."""
    names: tuple[str, ...]
    """The slots that fill them."""
    values: tuple[str, ...]
    """What filled them in the request."""

    @property
    def frame(self) -> Frame:
        return self.intent, tuple(sorted(self.names))

    @property
    def domain(self) -> str:
        return self.intent.partition("_")[0]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants."""

    intent: str
    slots: tuple[TrueSlot, ...]
    """Sorted by name."""
    pattern: int | None
    """The pattern that says it first; None for what is in no phrasebook."""
    text: str
    """In the words of that pattern."""

    @property
    def is_open(self) -> bool:
        """Whether only these very words mean it."""
        return self.pattern is None or self.intent in _OPEN


class Phrasebook:
    """The patterns of a locale."""

    def __init__(
        self, locale: str, requests: Sequence[Request], impossible: Sequence[str] = ()
    ) -> None:
        """`impossible` are requests that no assistant of this kind can fulfil."""
        self.locale = locale
        self.impossible = tuple(impossible)
        self.patterns = tuple(_pattern(n, request) for n, request in enumerate(requests))
        self.by_frame: dict[Frame, list[int]] = defaultdict(list)
        for pattern in self.patterns:
            self.by_frame[pattern.frame].append(pattern.number)
        self.values: dict[str, Counter[str]] = defaultdict(Counter)
        for pattern in self.patterns:
            for name, value in zip(pattern.names, pattern.values, strict=True):
                self.values[f"{pattern.domain}.{name}"][value] += 1
        self.values_of: dict[tuple[str, str], set[str]] = defaultdict(set)
        """What filled a slot in the requests of an intent."""
        for pattern in self.patterns:
            for name, value in zip(pattern.names, pattern.values, strict=True):
                self.values_of[pattern.intent, name].add(value)
        self._slots = {
            (name, value.casefold())
            for (_, name), values in self.values_of.items()
            for value in values
        }
        texts = chain((request.text for request in requests), self.impossible)
        self.words: Counter[str] = Counter(
            token.text for text in texts for token in tokenize(text, locale)
        )
        self._weighty: dict[str, frozenset[str]] = {}
        inside = Counter(
            token.text
            for request in requests
            for slot in request.slots
            for token in tokenize(slot.value, locale)
        )
        self.common = frozenset(
            word.casefold()
            for word, count in self.words.most_common(_COMMON)
            if inside[word] < 0.3 * count  # "tomorrow" is frequent, and says a lot
        )

    @classmethod
    def open(cls, massive: Massive, locale: str, impossible: Sequence[str] = ()) -> Phrasebook:
        """The phrasebook of a locale of MASSIVE.

        Raises DatasetError for an unknown locale, SimulationError when it has no requests.
        """
        requests = [
            request for partition in PARTITIONS for request in massive.requests(locale, partition)
        ]
        if not requests:
            raise SimulationError(
                f"MASSIVE's file of {locale} has no requests for training; get the archive again."
            )
        return cls(locale, requests, impossible)

    def say(self, number: int, slots: Iterable[TrueSlot]) -> str:
        """A pattern with these values in its gaps."""
        pattern = self.patterns[number]
        values: dict[str, list[str]] = defaultdict(list)
        for slot in slots:
            values[slot.name].append(slot.value)
        parts = [pattern.literals[0]]
        for name, literal in zip(pattern.names, pattern.literals[1:], strict=True):
            parts += [values[name].pop(0), literal]
        return "".join(parts)

    def rephrase(self, wish: Wish, said: Sequence[str], rng: Random) -> str | None:
        """Another way to say a wish that is not among those said, or None without one.

        Where only the words themselves mean it, those that say little are left out.
        """
        if wish.is_open:
            shorter = self._without_common(wish.text)
            return shorter if shorter and shorter not in said else None
        frame = wish.intent, tuple(slot.name for slot in wish.slots)
        others = self.by_frame[frame]
        for number in rng.sample(others, min(len(others), 5)):
            text = self.say(number, wish.slots)
            if text not in said:
                return text
        return None

    def knows(self, name: str, value: str) -> bool:
        """Whether these words are such a slot in any request.

        >>> Phrasebook("en-US", requests).knows("date", "today")  # doctest: +SKIP
        True
        """
        return (name, value.casefold()) in self._slots

    def weighty(self, text: str) -> frozenset[str]:
        """The words of a text that say much, in lower case; all of them where none does."""
        known = self._weighty.get(text)
        if known is None:
            if len(self._weighty) >= _REMEMBERED:
                self._weighty.clear()
            words = {token.text.casefold() for token in tokenize(text, self.locale)}
            known = self._weighty[text] = frozenset(words - self.common or words)
        return known

    def _without_common(self, text: str) -> str:
        words = [token.text for token in tokenize(text, self.locale)]
        kept = [word for word in words if word.casefold() not in self.common]
        return ("" if self.locale in CHARACTER_LOCALES else " ").join(kept)


def _pattern(number: int, request: Request) -> Pattern:
    literals = []
    behind = 0
    slots = sorted(request.slots, key=lambda slot: slot.start)
    for slot in slots:
        literals.append(request.text[behind : slot.start])
        behind = slot.end
    return Pattern(
        number=number,
        intent=request.intent,
        literals=(*literals, request.text[behind:]),
        names=tuple(slot.name for slot in slots),
        values=tuple(slot.value for slot in slots),
    )
