"""Small talk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from eulalia.memory import Memory
from eulalia.skills import reminders
from eulalia.skills.conversation import LAST_ANSWER, ConversationSkill
from eulalia.turn import Outcome
from tests.skills.asking import Asking

TALK = ConversationSkill(random.Random(0))


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    memory = Memory.open(f"sqlite:///{tmp_path}/memory.db")
    yield Asking(memory)
    memory.close()


@pytest.mark.parametrize(
    ("text", "locale", "answer"),
    [
        ("thank you", "en-US", "You are welcome."),
        ("danke", "de-DE", "Gern geschehen."),
        ("谢谢", "zh-CN", "不客气。"),
        ("how are you", "en-US", "I am well, thank you. What can I do for you?"),
        ("stop", "en-US", "All right."),
    ],
)
def test_it_answers_in_kind(ask: Asking, text: str, locale: str, answer: str) -> None:
    ask.locale = locale
    assert ask(TALK, "general_quirky", text).text == answer


@pytest.mark.parametrize(("hour", "word"), [(7, "morning"), (14, "afternoon"), (22, "evening")])
def test_it_greets_by_the_time_of_day(ask: Asking, hour: int, word: str) -> None:
    ask.now = ask.now.replace(hour=hour)
    assert word in ask(TALK, "general_greet", "hello").text


def test_it_knows_more_than_one_joke(ask: Asking) -> None:
    assert len({ask(TALK, "general_joke", "tell me a joke").text for _ in range(30)}) == 4


def test_it_repeats_what_was_said_last(ask: Asking) -> None:
    assert ask(TALK, "general_quirky", "repeat that").outcome is Outcome.UNAVAILABLE
    ask.memory.records.put("default", *LAST_ANSWER, "It is noon.")
    assert ask(TALK, "general_quirky", "repeat that").text == "It is noon."


def test_stop_silences_what_rings(ask: Asking) -> None:
    ask.memory.records.put("default", reminders.RINGING, "1", {"title": ""})
    assert ask(TALK, "general_quirky", "stop").text == "The alarm is off."
    assert not ask.memory.records.list("default", reminders.RINGING)


def test_it_admits_that_it_did_not_understand(ask: Asking) -> None:
    assert ask(TALK, "general_quirky", "decentralized design").outcome is Outcome.NOT_UNDERSTOOD


def test_it_tells_what_it_can_do(ask: Asking) -> None:
    assert "timers" in ask(TALK, "general_quirky", "what can you do").text


@pytest.mark.parametrize(
    ("text", "locale"),
    [("repeat that", "en-US"), ("Thank you!", "en-US"), ("danke", "de-DE"), ("もう一度", "ja-JP")],
)
def test_thanks_and_a_wish_to_hear_it_again_are_read(text: str, locale: str) -> None:
    read = TALK.read(text, locale)
    assert read is not None
    assert (read.intent, read.source) == ("general_quirky", "conversation")


@pytest.mark.parametrize("text", ["repeat this song", "thanks but turn it off", "danke", "", "?"])
def test_what_only_has_such_words_in_it_is_left_to_the_understanding(text: str) -> None:
    assert TALK.read(text, "en-US") is None
