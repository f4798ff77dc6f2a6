"""Services outside: none, given ones, installed ones, and those that break in every way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eulalia.errors import EulaliaError
from eulalia.memory import Memory
from eulalia.skills import Reply, Request, SkillError, preferences
from eulalia.skills.providers import SERVICES, ProviderSkill
from eulalia.turn import Outcome
from tests.skills.asking import Asking


class Sunshine:
    """A weather service of a simple kind."""

    def answer(self, request: Request) -> Reply:
        return Reply(f"Sunny, as in {request.interpretation.text!r}.")


class Broken:
    """A service that fails as it was told to."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def answer(self, request: Request) -> Reply:
        raise self.error


class Speechless:
    """A service that forgets to reply."""

    def answer(self, request: Request) -> Any:
        return None


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    with Memory.open(tmp_path) as memory:
        yield Asking(memory)


# Given


def test_a_service_is_asked_for_its_intents_alone(ask: Asking) -> None:
    skill = ProviderSkill({"weather": Sunshine()})
    assert ask(skill, "weather_query", "is it sunny").text == "Sunny, as in 'is it sunny'."
    reply = ask(skill, "news_query", "any news")
    assert (reply.text, reply.outcome) == ("No news service is set up.", Outcome.UNAVAILABLE)


def test_every_service_that_is_missing_is_named(ask: Asking) -> None:
    skill = ProviderSkill({})
    replies = {
        intent: ask(skill, intent, "please") for intents in SERVICES.values() for intent in intents
    }
    assert set(replies) == skill.intents
    assert {reply.outcome for reply in replies.values()} == {Outcome.UNAVAILABLE}
    assert len({reply.text for reply in replies.values()}) == len(SERVICES)


def test_no_intent_belongs_to_two_services() -> None:
    assert sum(map(len, SERVICES.values())) == len(ProviderSkill({}).intents)


def test_a_service_that_breaks_is_told_of_in_a_sentence(ask: Asking) -> None:
    skill = ProviderSkill({"weather": Broken(ConnectionResetError("reset by peer"))})
    with pytest.raises(SkillError, match=r"^The weather service does not answer \(reset by peer\)"):
        ask(skill, "weather_query", "is it sunny")


def test_a_service_that_explains_itself_is_heard(ask: Asking) -> None:
    skill = ProviderSkill({"weather": Broken(EulaliaError("Name a town; there is none set."))})
    with pytest.raises(EulaliaError, match=r"^Name a town; there is none set\.$"):
        ask(skill, "weather_query", "is it sunny")


def test_a_service_without_a_reply_is_told_of(ask: Asking) -> None:
    with pytest.raises(SkillError, match="does not answer with a reply"):
        ask(ProviderSkill({"weather": Speechless()}), "weather_query", "is it sunny")


def test_a_service_that_there_is_not_is_refused() -> None:
    with pytest.raises(SkillError, match="no service 'wether'; there are weather, news"):
        ProviderSkill({"wether": Sunshine()})


def test_an_intent_of_nobody_is_refused(ask: Asking) -> None:
    with pytest.raises(SkillError, match="'iot_coffee'"):
        ask(ProviderSkill({}), "iot_coffee", "coffee please")


# Installed

PACKAGE = """
from eulalia.skills import Reply

class Service:
    made = 0

    def __init__(self):
        Service.made += 1

    def answer(self, request):
        return Reply(f"service {Service.made}")

def make():
    return Service()

service = Service()
number = 7

class Explodes(Service):
    def __init__(self):
        raise OSError("the certificate has expired")
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a package with these entry points, by service."""

    def installed(package: str, **entries: str) -> None:
        site = tmp_path / "site"
        information = site / f"{package}-1.dist-info"
        information.mkdir(parents=True)
        (site / f"{package}.py").write_text(PACKAGE)
        (information / "METADATA").write_text(f"Name: {package}\nVersion: 1\n")
        lines = [f"{service} = {package}:{value}" for service, value in entries.items()]
        (information / "entry_points.txt").write_text("\n".join(["[eulalia.providers]", *lines]))
        monkeypatch.syspath_prepend(site)

    return installed


@pytest.mark.parametrize("value", ["Service", "make", "service"])
def test_an_installed_service_is_found_and_made_once(
    ask: Asking, install: Install, value: str
) -> None:
    install(f"weather_{value}_package", weather=value)
    skill = ProviderSkill()
    texts = [ask(skill, "weather_query", "is it sunny").text for _ in range(3)]
    assert len(set(texts)) == 1


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("Explodes", "the certificate has expired"),
        ("nothing", "nothing"),
        ("number", "not callable"),
        ("Reply", "missing"),
    ],
)
def test_a_service_that_does_not_load_leaves_the_others_alone(
    ask: Asking, install: Install, value: str, reason: str
) -> None:
    install(f"bad_{value.lower()}_package", weather=value, news="Service")
    skill = ProviderSkill()
    with pytest.raises(SkillError, match=f"The weather service does not load .*{reason}"):
        ask(skill, "weather_query", "is it sunny")
    assert ask(skill, "news_query", "any news").outcome is Outcome.ANSWERED


def test_of_two_packages_for_one_service_the_first_by_name_is_asked(
    ask: Asking, install: Install
) -> None:
    install("b_weather_package", weather="Explodes")
    install("a_weather_package", weather="Service")
    reply = ask(ProviderSkill(), "weather_query", "is it sunny")
    assert reply.outcome is Outcome.ANSWERED


class Told:
    """A service that tells which things it was asked about."""

    def answer(self, request: Request) -> Reply:
        return Reply(", ".join(str(entity.value) for entity in request.entities) or "nothing")


def test_weather_and_radio_are_told_what_the_customer_prefers(ask: Asking) -> None:
    services = ProviderSkill({"weather": Told(), "radio": Told(), "news": Told()})
    assert ask(services, "weather_query", "will it rain").text == "nothing"
    preferences.put(ask.memory.records, "default", "home", "Köln")
    preferences.put(ask.memory.records, "default", "station", "Radio 4")
    assert ask(services, "weather_query", "will it rain").text == "Köln"
    assert ask(services, "weather_query", "rain in Rome", place_name="Rome").text == "nothing"
    assert ask(services, "play_radio", "play the radio").text == "Radio 4"
    assert ask(services, "news_query", "the news").text == "nothing"
