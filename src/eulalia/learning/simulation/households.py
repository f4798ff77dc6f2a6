"""Households: who lives there, what they call their things, and what they ask for and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random
from types import MappingProxyType
from typing import Final

from babel.core import get_global

from eulalia.learning.simulation.chances import stream
from eulalia.learning.simulation.hearing import Voice
from eulalia.learning.simulation.phrasebook import OUT_OF_SCOPE, Phrasebook, Wish
from eulalia.truth import TrueSlot

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "artist_name": "artist",
        "audiobook_name": "audiobook",
        "device_type": "device",
        "house_place": "room",
        "list_name": "list",
        "person": "contact",
        "place_name": "place",
        "playlist_name": "playlist",
        "podcast_name": "podcast",
        "radio_name": "station",
        "song_name": "song",
    }
)
"""The kind of name of its own that a household has for a slot."""
_OF_THE_WORLD: Final = frozenset({"qa", "recommendation", "news", "general"})
"""Domains in which names are those of the world: a famous person is nobody's contact."""
_KEPT: Final[Mapping[str, int]] = MappingProxyType(
    {"contact": 8, "place": 4, "device": 3, "room": 5, "song": 8, "artist": 5, "list": 4}
)
"""Names of a kind that a household has; three of the others."""
_SERVICES: Final = frozenset(
    {"cooking", "email", "news", "qa", "recommendation", "social", "takeaway", "transport",
     "weather"}
)  # fmt: skip
"""Domains that need a service, which a household may lack."""
_HOURS: Final[Mapping[str, float]] = MappingProxyType(
    {"alarm": 15.0, "cooking": 10.5, "news": 1.0, "takeaway": 11.5, "transport": 1.5,
     "weather": 0.5}
)  # fmt: skip
"""Hours after getting up at which a domain is mostly asked for; the others fill the day."""
_DEVICE_TYPES: Final = ("speaker", "speaker", "display", "phone")
_ODD: Final = frozenset("'’.@0123456789")
"""Characters of what is a name only in its sentence, such as "john's"."""
_FAMILIAR: Final = 3
"""Ways to say it that the phrasebook must have for what is wanted."""
_ZIPF: Final = 0.9
"""Exponent by which one request is more popular than the next."""


@dataclass(frozen=True, slots=True)
class Device:
    """A thing that hears."""

    id: str
    kind: str
    """speaker, display or phone; a speaker is heard from across the room."""
    place: str
    """The room that it stands in."""


@dataclass(frozen=True, slots=True)
class Habit:
    """A wish that comes back."""

    wish: Wish
    hour: float
    """Local time of day."""
    weekdays: frozenset[int]
    chance: float
    """That it comes on such a day."""


@dataclass(frozen=True, slots=True)
class Household:
    """One customer's home."""

    customer: str
    locale: str
    timezone: str
    voice: Voice
    devices: tuple[Device, ...]
    names: Mapping[str, tuple[str, ...]]
    """What things and people are called, by kind; the customer's own address book."""
    services: frozenset[str]
    """Domains that the household has the services for."""
    habits: tuple[Habit, ...]
    spontaneous: float
    """Wishes a day that are no habits."""
    patience: float
    """Chance to try again after a failure."""
    wakes: float
    """Local time of getting up, in hours."""

    def can(self, wish: Wish) -> bool:
        """Whether the wish is one that can be fulfilled here at all."""
        return wish.intent != OUT_OF_SCOPE and self.can_serve(wish.intent)

    def can_serve(self, intent: str) -> bool:
        """Whether the household has the service that an intent needs, if it needs any."""
        domain = intent.partition("_")[0]
        return domain not in _SERVICES or domain in self.services


class Neighbourhood:
    """The households of one locale, made from its phrasebook one by one."""

    def __init__(self, phrasebook: Phrasebook, impossible: float, seed: int) -> None:
        """`impossible` is the share of wishes that nobody could fulfil."""
        self.phrasebook = phrasebook
        self._impossible = impossible if phrasebook.impossible else 0.0
        self._seed = seed
        order = [
            pattern.number
            for pattern in phrasebook.patterns
            if len(phrasebook.by_frame[pattern.frame]) >= _FAMILIAR
        ] or list(range(len(phrasebook.patterns)))
        stream(seed, phrasebook.locale, "popularity").shuffle(order)
        self._order = order
        self._popularity = list(accumulate((n + 10) ** -_ZIPF for n in range(len(order))))

    def household(self, number: int) -> Household:
        """The household of that number; the same number always gives the same."""
        locale = self.phrasebook.locale
        rng = stream(self._seed, locale, number, "household")
        customer = f"{locale}-{number:07d}"
        names = {kind: self._names(slot, kind, rng) for slot, kind in KINDS.items()}
        rooms = names["room"] or ("home",)
        kinds = [rng.choice(_DEVICE_TYPES) for _ in range(rng.randint(1, 3))]
        devices = tuple(
            Device(f"{kind}-{n}", kind, rooms[n % len(rooms)]) for n, kind in enumerate(kinds, 1)
        )
        wakes = min(max(rng.gauss(7.0, 1.2), 4.0), 11.0)
        return Household(
            customer=customer,
            locale=locale,
            timezone=rng.choice(_zones(locale.partition("-")[2])),
            voice=Voice(customer, locale, rng.gauss(0.0, 1.0), far=False),
            devices=devices,
            names=MappingProxyType(names),
            services=frozenset(s for s in sorted(_SERVICES) if rng.random() < 0.93),
            habits=tuple(
                _habit(self.wish(names, rng), wakes, rng) for _ in range(rng.randint(5, 14))
            ),
            spontaneous=rng.uniform(0.2, 1.2),
            patience=rng.betavariate(5, 2.2),
            wakes=wakes,
        )

    def wish(self, names: Mapping[str, tuple[str, ...]], rng: Random) -> Wish:
        """Something that a household with these names may want."""
        if rng.random() < self._impossible:
            text = rng.choice(self.phrasebook.impossible)
            return Wish(OUT_OF_SCOPE, (), None, text)
        number = rng.choices(self._order, cum_weights=self._popularity)[0]
        pattern = self.phrasebook.patterns[number]
        slots = []
        for name, value in zip(pattern.names, pattern.values, strict=True):
            own = names.get(KINDS.get(name, ""), ()) if pattern.domain not in _OF_THE_WORLD else ()
            if name == "device_type":
                # A lamp is not told to clean the floor, nor a vacuum cleaner to be dim.
                able = self.phrasebook.values_of[pattern.intent, name]
                own = tuple(thing for thing in own if thing in able)
            slots.append(TrueSlot(name, rng.choice(own) if own else value))
        # Sorting is stable: of two slots of one name, the first said stays the first.
        text = self.phrasebook.say(number, slots)
        return Wish(pattern.intent, tuple(sorted(slots, key=lambda slot: slot.name)), number, text)

    def _names(self, slot: str, kind: str, rng: Random) -> tuple[str, ...]:
        """Names as the requests of this locale have them, each once, the popular ones oftener."""
        names, weights = self._pool(slot)
        wanted = min(_KEPT.get(kind, 3), len(names))
        drawn: dict[str, None] = {}
        while len(drawn) < wanted:
            drawn[rng.choices(names, cum_weights=weights)[0]] = None
        return tuple(drawn)

    @cache  # noqa: B019 (a neighbourhood lives as long as its world)
    def _pool(self, slot: str) -> tuple[list[str], list[float]]:
        counts = {
            value: count**0.5
            for domain_slot, values in sorted(self.phrasebook.values.items())
            if domain_slot.endswith(f".{slot}") and domain_slot.split(".")[0] not in _OF_THE_WORLD
            for value, count in values.items()
            if len(value) <= 30 and len(value.split()) <= 3 and not _ODD.intersection(value)
        }
        return list(counts), list(accumulate(counts.values()))


def _habit(wish: Wish, wakes: float, rng: Random) -> Habit:
    domain = wish.intent.partition("_")[0]
    after = _HOURS.get(domain)
    hour = wakes + (rng.gauss(after, 0.7) if after is not None else rng.uniform(0.0, 15.0))
    days = rng.choice([range(7), range(7), range(5), range(5, 7), [rng.randrange(7)]])
    return Habit(wish, min(max(hour, 0.0), 23.9), frozenset(days), rng.uniform(0.25, 0.9))


@cache
def _zones(territory: str) -> tuple[str, ...]:
    """The time zones of a country, in the CLDR's order; UTC where it names none."""
    zones = get_global("zone_territories")
    return tuple(sorted(zone for zone, place in zones.items() if place == territory)) or ("UTC",)
