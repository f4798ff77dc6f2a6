"""Whole conversations in which the assistant asks whether it answered, with the real chain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from eulalia.learning import nightly, probes
from eulalia.learning.labels.exploration import heed
from eulalia.learning.state import normalize
from eulalia.memory import Memory
from eulalia.skills import questions, reminders
from eulalia.skills.teaching import satisfaction, wordings
from eulalia.turn import Outcome
from tests.talking import Talk

QUESTION = "Did I answer your question?"
LIGHT = "turn on the kitchen light"
TIME = "what time is it"


class Guest(Talk):
    """A customer whom the assistant may have asked lately."""

    def is_at_peace(self) -> None:
        """Let a day go by."""
        yesterday = datetime.now(UTC) - timedelta(hours=25)
        self.memory.records.put("ada", "asking", "last", {"time": yesterday.isoformat()})


@pytest.fixture
def talk(memory: Memory) -> Guest:
    return Guest(memory, "ada")


def wait_for(memory: Memory, *requests: str, locale: str = "en-US", customer: str = "ada") -> None:
    probe = {"kind": "ask", "intent": None, "locale": locale}
    memory.records.replace_all(probes.RECORDS, {customer: dict.fromkeys(requests, probe)})


@pytest.mark.parametrize(("answer", "is_right"), [("yes", True), ("no, thanks", False)])
def test_the_answer_becomes_feedback_of_the_turn_asked_about(
    memory: Memory, talk: Guest, answer: str, is_right: bool
) -> None:
    wait_for(memory, LIGHT)
    assert talk("Turn on the kitchen light!") == f"The light is on (kitchen). {QUESTION}"
    asked = talk.turn
    span = asked.span(probes.SPAN)
    assert span is not None
    assert span.notes == {"asked": True}
    said = talk(answer)
    expected = "Thank you for telling me." if is_right else "I am sorry that I got that wrong. "
    assert said.startswith(expected)
    feedback = talk.kept(asked.text or "").feedback
    assert feedback == (heed(is_right, talk.turn.time),)
    assert talk.turn.feedback == ()


def test_after_a_no_something_can_be_taught(memory: Memory, talk: Guest) -> None:
    wait_for(memory, TIME)
    talk(TIME)
    assert talk("no").endswith(f"Would you like to teach me what “{TIME}” means?")
    assert talk("yes") == f"What should I do when you say “{TIME}”?"
    talk(LIGHT)
    assert talk(TIME) == "The light is on (kitchen)."
    assert [feedback.kind for feedback in memory.turns(limit=9)[-1].feedback] == ["denial"]


def test_one_who_does_not_like_to_teach_is_only_told_sorry(memory: Memory, talk: Guest) -> None:
    wait_for(memory, TIME)
    talk(TIME)
    talk("no")
    talk("no")
    wait_for(memory, TIME)
    talk.is_at_peace()
    talk(TIME)
    assert talk("no") == "I am sorry that I got that wrong."


def test_a_question_is_asked_once_and_one_a_day(memory: Memory, talk: Guest) -> None:
    wait_for(memory, LIGHT, TIME)
    assert talk(LIGHT).endswith(QUESTION)
    assert not talk(LIGHT).endswith(QUESTION)
    assert not talk(TIME).endswith(QUESTION)
    talk.is_at_peace()
    assert talk(TIME).endswith(QUESTION)
    assert memory.records.list("ada", probes.RECORDS) == {}


def test_whoever_says_something_else_is_not_taken_to_answer(memory: Memory, talk: Guest) -> None:
    wait_for(memory, TIME)
    talk(TIME)
    talk(LIGHT)
    talk("yes")
    assert talk.turn.interpretation is None or talk.turn.skill != "teaching"
    assert talk.kept(TIME).feedback == ()


def test_an_answer_in_another_session_is_none(memory: Memory, talk: Guest) -> None:
    wait_for(memory, TIME)
    talk(TIME)
    talk("no", session="another room")
    assert talk.kept(TIME).feedback == ()
    talk("no")
    assert [feedback.detail for feedback in talk.kept(TIME).feedback] == [satisfaction.ASKED]


def test_only_an_answer_is_asked_about(memory: Memory, talk: Guest) -> None:
    wait_for(memory, "flibber gabber doo", "order me a pizza", "what have i taught you")
    for text in ("flibber gabber doo", "order me a pizza", "what have I taught you"):
        assert not talk(text).endswith(QUESTION)
    assert len(memory.records.list("ada", probes.RECORDS)) == 3


def test_nothing_is_asked_while_something_else_is_or_an_alarm_rings(
    memory: Memory, talk: Guest
) -> None:
    wait_for(memory, LIGHT)
    memory.records.put("ada", reminders.RINGING, "alarm", {"since": "now"})
    assert talk(LIGHT) == "The light is on (kitchen)."
    memory.records.delete("ada", reminders.RINGING, "alarm")
    correction = f"no I meant {LIGHT}"
    wait_for(memory, normalize(correction))
    talk(TIME)
    assert talk(correction).endswith(f"Should I always do that when you say “{TIME}”?")
    assert len(memory.records.list("ada", probes.RECORDS)) == 1


@pytest.mark.parametrize(
    "locale",
    ["ar-SA", "de-DE", "es-ES", "fr-FR", "hi-IN", "it-IT", "ja-JP", "pt-PT", "ru-RU", "sw-KE",
     "zh-CN", "zh-TW"],
)  # fmt: skip
def test_it_is_asked_in_every_answer_language(memory: Memory, locale: str) -> None:
    talk = Guest(memory, "ada")
    texts = {
        "zh-CN": "几点了",
        "zh-TW": "幾點了",
        "ja-JP": "今何時ですか",
        "de-DE": "wie spät ist es",
    }
    texts |= {"ar-SA": "كم الساعة", "es-ES": "qué hora es", "fr-FR": "quelle heure est-il"}
    texts |= {"hi-IN": "कितने बजे हैं", "it-IT": "che ore sono", "pt-PT": "que horas são"}
    texts |= {"ru-RU": "который час", "sw-KE": "ni saa ngapi"}
    wait_for(memory, normalize(texts[locale]), locale=locale)
    said = talk(texts[locale], locale)
    assert talk.turn.span(probes.SPAN) is not None, said
    assert QUESTION not in said
    yes = next(word for word in YES if wordings.is_said("yes", word, locale))
    talk(yes, locale)
    assert talk.turn.skill == "teaching"
    assert [f.kind for f in talk.kept(texts[locale]).feedback] == ["confirmation"]


YES = ("ja", "sí", "oui", "sì", "sim", "да", "是", "はい", "نعم", "हाँ", "ndiyo")


def test_a_customer_in_another_language_is_not_asked(memory: Memory, talk: Guest) -> None:
    wait_for(memory, TIME, locale="de-DE")
    assert not talk(TIME).endswith(QUESTION)
    wait_for(memory, "mikä on kello", locale="fi-FI")  # nobody could take the answer in Finnish
    talk("mikä on kello", "fi-FI")
    assert talk.turn.span(probes.SPAN) is None


def test_a_turn_deleted_meanwhile_is_no_trouble(memory: Memory, talk: Guest) -> None:
    wait_for(memory, TIME)
    talk(TIME)
    question = memory.records.get("ada", questions.KIND, "s")
    memory.records.put("ada", questions.KIND, "s", {**question, "turn": "gone"})
    assert talk("yes") == "Thank you for telling me."


def test_the_night_chooses_what_is_then_asked(memory: Memory, talk: Guest) -> None:
    for text in (LIGHT, TIME, "never mind", "tell me a joke"):
        talk(text)
    turns = list(memory.each())
    chances = np.where([turn.text == TIME for turn in turns], 0.5, 0.01)
    assert nightly.keep_probes(memory, turns, chances) == 1
    assert talk(TIME).endswith(QUESTION)
    assert talk.turn.outcome is Outcome.ANSWERED
    talk("no")
    turns = list(memory.each())
    assert nightly.keep_probes(memory, turns, np.full(len(turns), 0.01)) == 0
