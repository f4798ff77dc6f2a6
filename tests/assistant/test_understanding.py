"""Skills that read requests by themselves are asked before the understander."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from eulalia.memory import Memory
from eulalia.skills import TemplateSkill
from eulalia.skills.home import HomeSkill, VirtualHouse
from eulalia.skills.music import MusicSkill
from eulalia.turn import Interpretation, Outcome
from tests.assistant.parts import Make, Reads, Waits, reading


def test_a_template_is_matched_without_the_understander(make: Make, coffee: TemplateSkill) -> None:
    turn = make(None, templates=[coffee]).ask("A large mocha, please")
    assert turn.outcome is Outcome.ANSWERED
    assert turn.answer is not None
    assert turn.answer.text == "One large mocha, coming up."
    assert turn.interpretation is not None
    assert turn.interpretation.confidence == 1.0
    assert turn.interpretation.source == turn.skill == "coffee"


def test_what_no_template_matches_goes_to_the_understander(
    make: Make, coffee: TemplateSkill
) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()], templates=[coffee])
    assert assistant.ask("a large tea").skill == "waits"


def test_templates_are_for_their_own_language(make: Make, coffee: TemplateSkill) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()], templates=[coffee])
    assert assistant.ask("a large mocha", locale="de-DE").skill == "waits"


def test_a_template_may_use_the_name_of_an_intent_that_another_skill_has(
    make: Make, coffee: TemplateSkill
) -> None:
    assistant = make(Reads((reading("order", 0.9),)), skills=[Waits()], templates=[coffee])
    assert assistant.ask("something").outcome is Outcome.UNAVAILABLE
    assert assistant.ask("a large mocha").skill == "coffee"


def test_a_skill_may_read_requests_by_itself(make: Make) -> None:
    class Patient(Waits):
        name = "patient"

        def match(self, text: str) -> Interpretation | None:
            return replace(reading("wait", 1.0, text), source="patient") if "wait" in text else None

    assistant = make(Reads((reading("go", 0.9),)), skills=[Patient()])
    assert assistant.ask("please wait").skill == "patient"
    assert assistant.ask("please go").outcome is Outcome.UNAVAILABLE
    assert assistant.ask("bitte wait", locale="de-DE").outcome is Outcome.UNAVAILABLE


@pytest.mark.parametrize(
    "intent", ["iot_hue_lighton", "iot_wemo_on", "weather_query", "music_query"]
)
def test_blinds_and_thermostat_are_moved_whatever_the_understander_says(
    make: Make, memory: Memory, intent: str
) -> None:
    assistant = make(Reads((reading(intent, 0.99),)), skills=[HomeSkill(), MusicSkill()])

    def state(key: str) -> Mapping[str, object]:
        devices = VirtualHouse(memory.records, "default").devices()
        return next(device.state for device in devices if device.key == key)

    assistant.ask("close the blinds in the bedroom")
    assert state("blind.bedroom") == {"position": 0}
    assert state("blind.living room") == {"position": 100}
    turn = assistant.ask("open the blinds in the bedroom")
    assert state("blind.bedroom") == {"position": 100}
    assert (turn.skill, turn.outcome) == ("home", Outcome.ANSWERED)
    assert turn.span("nlu").notes["source"] == "home"  # type: ignore[union-attr]
    assistant.ask("set the thermostat to twenty one degrees")
    assert state("thermostat") == {"temperature": 21.0}


def test_a_skill_that_breaks_while_it_reads_leaves_the_reading_to_the_others(
    make: Make, coffee: TemplateSkill
) -> None:
    class Illiterate(Waits):
        name = "illiterate"

        def match(self, text: str) -> Interpretation | None:
            raise IndexError("no letters")

    assistant = make(Reads((reading("wait", 0.9),)), skills=[Illiterate()], templates=[coffee])
    turn = assistant.ask("a large mocha")
    assert turn.skill == "coffee"
    assert turn.span("nlu").notes["unread"] == {  # type: ignore[union-attr]
        "illiterate": "IndexError: no letters"
    }
    assert assistant.ask("wait").outcome is Outcome.ANSWERED


def test_a_skill_that_reads_every_language_is_asked_in_any(make: Make) -> None:
    class Polyglot(Waits):
        def read(self, text: str, locale: str) -> Interpretation | None:
            if (text, locale) != ("warte", "de-DE"):
                return None
            return Interpretation(text, "test", "wait", source=self.name)

    assistant = make(Reads((reading("wait", 0.1),)), skills=[Polyglot()])
    turn = assistant.ask("warte", locale="de-DE")
    assert turn.outcome is Outcome.ANSWERED
    assert turn.span("nlu").notes["source"] == "waits"  # type: ignore[union-attr]
    assert assistant.ask("warte", locale="fr-FR").outcome is Outcome.NOT_UNDERSTOOD
