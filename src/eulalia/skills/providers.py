"""Whatever needs a service outside: weather, news, mail, taxis, food, radio …

Eulalia ships none of these services. A package offers one by an entry point of the group
`eulalia.providers`, named after the service and leading to a `Provider`; the skill asks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib.metadata import entry_points
from typing import Final, Protocol, runtime_checkable

from eulalia.errors import EulaliaError
from eulalia.skills.skill import Reply, Request, SkillError
from eulalia.turn import Outcome

GROUP: Final = "eulalia.providers"

SERVICES: Final[dict[str, frozenset[str]]] = {
    "weather": frozenset({"weather_query"}),
    "news": frozenset({"news_query"}),
    "email": frozenset(
        {"email_query", "email_sendemail", "email_addcontact", "email_querycontact"}
    ),
    "social": frozenset({"social_post", "social_query"}),
    "transport": frozenset(
        {"transport_query", "transport_taxi", "transport_ticket", "transport_traffic"}
    ),
    "takeaway": frozenset({"takeaway_order", "takeaway_query"}),
    "recipes": frozenset({"cooking_query", "cooking_recipe"}),
    "podcasts": frozenset({"play_podcasts"}),
    "radio": frozenset({"play_radio"}),
    "audiobooks": frozenset({"play_audiobook"}),
    "games": frozenset({"play_game"}),
    "movies": frozenset({"recommendation_movies"}),
    "places": frozenset({"recommendation_events", "recommendation_locations"}),
    "stocks": frozenset({"qa_stock"}),
    "currencies": frozenset({"qa_currency"}),
    "knowledge": frozenset({"qa_factoid", "qa_definition"}),
}
"""The services there may be, and the intents that each answers for."""

_MISSING: Final[dict[str, str]] = {
    "weather": "No weather service is set up.",
    "news": "No news service is set up.",
    "email": "No mail account is set up.",
    "social": "No social network is set up.",
    "transport": "No travel service is set up.",
    "takeaway": "No food delivery service is set up.",
    "recipes": "No recipe collection is set up.",
    "podcasts": "No podcast service is set up.",
    "radio": "No radio service is set up.",
    "audiobooks": "No audiobook service is set up.",
    "games": "No game is set up.",
    "movies": "No film guide is set up.",
    "places": "No guide to places and events is set up.",
    "stocks": "No stock exchange service is set up.",
    "currencies": "No exchange rate service is set up.",
    "knowledge": "No encyclopedia is set up.",
}
"""Whole sentences, so that every language can say them in its own way."""


@runtime_checkable
class Provider(Protocol):
    """A service outside that answers requests of one kind."""

    def answer(self, request: Request) -> Reply:
        """Do what is asked; an EulaliaError's sentence tells what went wrong."""


class ProviderSkill:
    """Hands each request to the service that is set up for it, or says that none is."""

    name = "services"
    intents = frozenset[str]().union(*SERVICES.values())

    def __init__(self, providers: Mapping[str, Provider] | None = None) -> None:
        """`providers` by service; without it, those that are installed.

        Raises SkillError for a service that is not one of `SERVICES`.
        """
        if unknown := sorted(set(providers or ()) - set(SERVICES)):
            raise SkillError(
                f"There is no service {unknown[0]!r}; there are {', '.join(SERVICES)}."
            )
        self._given = providers

    def handle(self, request: Request) -> Reply:
        """Ask the service.

        Raises SkillError when it breaks.
        """
        intent = request.interpretation.intent
        service = next((name for name, of in SERVICES.items() if intent in of), None)
        if service is None:
            raise SkillError(f"No outside service answers for the intent {intent!r}.")
        provider = self._providers.get(service)
        if provider is None:
            return Reply(request.answers.say(_MISSING[service]), Outcome.UNAVAILABLE)
        try:
            return provider.answer(request)
        except EulaliaError:
            raise
        except Exception as error:
            # A stranger's service may fail in any way; the customer gets one sentence.
            raise SkillError(f"The {service} service does not answer ({error}).") from error

    @cached_property
    def _providers(self) -> Mapping[str, Provider]:
        if self._given is not None:
            return self._given
        found = {}
        for entry in entry_points(group=GROUP):
            if entry.name not in SERVICES:
                continue
            try:
                made = entry.load()
                found[entry.name] = made() if isinstance(made, type) else made
            except Exception as error:
                raise SkillError(f"The {entry.name} service does not load ({error}).") from error
        return found
