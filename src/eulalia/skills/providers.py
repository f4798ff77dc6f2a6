"""Whatever needs a service outside: weather, news, mail, taxis, food, radio …

Eulalia ships none of these services. A package offers one by an entry point of the group
`eulalia.providers`, named after the service and leading to a `Provider`; the skill asks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import entry_points
from typing import Final, Protocol, runtime_checkable

from eulalia.errors import EulaliaError
from eulalia.skills import preferences
from eulalia.skills.skill import Reply, Request, SkillError
from eulalia.turn import Entity, Outcome

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


_PREFERRED: Final = {
    "weather": ("home", "place_name", "place"),
    "radio": ("station", "radio_name", "radio"),
}
"""The preference that a service is told where the request names none, as which slot and kind."""


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
        self._installed: dict[str, Provider | None] = {}

    def handle(self, request: Request) -> Reply:
        """Ask the service.

        Raises SkillError when it breaks.
        """
        intent = request.interpretation.intent
        service = next((name for name, of in SERVICES.items() if intent in of), None)
        if service is None:
            raise SkillError(f"No outside service answers for the intent {intent!r}.")
        provider = self._provider(service)
        if provider is None:
            return Reply(request.answers.say(_MISSING[service]), Outcome.UNAVAILABLE)
        try:
            reply = provider.answer(_with_preference(request, service))
        except EulaliaError:
            raise
        except Exception as error:
            # A stranger's service may fail in any way; the customer gets one sentence.
            raise SkillError(f"The {service} service does not answer ({error}).") from error
        if not isinstance(reply, Reply):
            raise SkillError(f"The {service} service does not answer with a reply.")
        return reply

    def _provider(self, service: str) -> Provider | None:
        """The one that was given or, opened when first asked, the one that is installed."""
        if self._given is not None:
            return self._given.get(service)
        if service not in self._installed:
            self._installed[service] = _load(service)
        return self._installed[service]


def _with_preference(request: Request, service: str) -> Request:
    """The request with what the customer prefers among its entities, if it leaves that open."""
    if service not in _PREFERRED:
        return request
    name, slot, kind = _PREFERRED[service]
    value = preferences.get(request.records, request.customer, name)
    known = request.context.place if kind == "place" else None
    if not value or known or request.said(slot) is not None:
        return request
    return replace(request, entities=(*request.entities, Entity(slot, kind, value)))


def _load(service: str) -> Provider | None:
    """The installed provider of a service; where there are several, the first by its address."""
    entries = sorted(entry_points(group=GROUP, name=service), key=lambda entry: entry.value)
    if not entries:
        return None
    try:
        found = entries[0].load()
        made = found() if isinstance(found, type) or not isinstance(found, Provider) else found
        if not isinstance(made, Provider):
            raise TypeError("it has no method answer")
    except Exception as error:
        raise SkillError(f"The {service} service does not load ({error}).") from error
    return made
