"""The world: all households, their ears, and what goes wrong there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Self

from eulalia.datasets import Massive
from eulalia.learning.simulation.channel import Channel
from eulalia.learning.simulation.confusions import Confusions
from eulalia.learning.simulation.faults import Faults, Rates
from eulalia.learning.simulation.hearing import Hearing
from eulalia.learning.simulation.households import Household, Neighbourhood
from eulalia.learning.simulation.phrasebook import Phrasebook, SimulationError
from eulalia.learning.state import normalize

START: Final = date(2026, 1, 5)
"""The first day, a Monday."""
_AT_HAND: Final = 20_000
"""Households that are kept in memory; the others are made again when they are needed."""


@dataclass(frozen=True, slots=True)
class Place:
    """A locale of the world."""

    phrasebook: Phrasebook
    neighbourhood: Neighbourhood
    hearing: Hearing


class World:
    """Customers by number, spread over the locales in turn."""

    def __init__(
        self,
        phrasebooks: Sequence[Phrasebook],
        customers: int,
        seed: int,
        *,
        hearing: Callable[[Phrasebook], Hearing],
        rates: Rates | None = None,
    ) -> None:
        """`hearing` makes the ears for a locale.

        Raises SimulationError when there would be no customers or no locale.
        """
        if customers < 1:
            raise SimulationError(f"A simulation needs customers, not {customers}; give 1 or more.")
        if not phrasebooks:
            raise SimulationError("A simulation needs a locale; name one, such as en-US.")
        self.rates = rates or Rates()
        self.faults = Faults(self.rates, seed)
        self.customers = customers
        self.locales = tuple(phrasebook.locale for phrasebook in phrasebooks)
        self.places: Mapping[str, Place] = {
            phrasebook.locale: Place(
                phrasebook,
                Neighbourhood(phrasebook, self.rates.impossible, seed),
                hearing(phrasebook),
            )
            for phrasebook in phrasebooks
        }
        self._household = lru_cache(maxsize=_AT_HAND)(self._make)

    @classmethod
    def open(
        cls,
        massive: Massive,
        customers: int,
        seed: int,
        *,
        locales: Sequence[str] = ("en-US",),
        rates: Rates | None = None,
        impossible: Mapping[str, Sequence[str]] | None = None,
        hearing: Callable[[Phrasebook], Hearing] | None = None,
    ) -> Self:
        """A world whose customers type through a channel of confusions, unless ears are given.

        `impossible` has requests by locale that no such assistant can fulfil. Raises DatasetError
        for a locale that MASSIVE lacks, SimulationError as the constructor does.
        """
        if customers < 1:  # before minutes are spent on reading
            raise SimulationError(f"A simulation needs customers, not {customers}; give 1 or more.")
        phrasebooks = [
            Phrasebook.open(massive, locale, (impossible or {}).get(locale, ()))
            for locale in dict.fromkeys(locales)
        ]
        if hearing is None:
            confusions = Confusions.open()

            def hearing(phrasebook: Phrasebook) -> Hearing:
                return Channel(confusions, phrasebook.words, phrasebook.locale)

        return cls(phrasebooks, customers, seed, hearing=hearing, rates=rates)

    def household(self, number: int) -> Household:
        """The household of that number, from 0 on."""
        return self._household(number)

    def household_of(self, customer: str) -> Household:
        """The household of a customer. Raises SimulationError for a stranger."""
        locale, _, digits = customer.rpartition("-")
        number = int(digits) if digits.isdecimal() else self.customers
        if number >= self.customers or self.locales[number % len(self.locales)] != locale:
            raise SimulationError(f"No customer {customer!r} lives in this simulation.")
        return self._household(number)

    def names(self, customer: str) -> tuple[str, ...]:
        """What a customer's people and things are called, which an assistant may know of.

        Raises SimulationError for a stranger.
        """
        by_kind = self.household_of(customer).names
        return tuple(dict.fromkeys(normalize(name) for kept in by_kind.values() for name in kept))

    def _make(self, number: int) -> Household:
        locale = self.locales[number % len(self.locales)]
        return self.places[locale].neighbourhood.household(number)
