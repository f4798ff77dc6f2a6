"""Events and reminders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from eulalia.memory import Memory
from eulalia.skills import reminders
from eulalia.skills.calendar import CalendarSkill
from eulalia.turn import Outcome
from tests.skills.asking import NOW, Asking

CALENDAR = CalendarSkill()


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    memory = Memory.open(f"sqlite:///{tmp_path}/memory.db")
    yield Asking(memory)
    memory.close()


def meet(ask: Asking) -> str:
    text = "meeting with paul tomorrow at six p. m."
    return ask(
        CALENDAR,
        "calendar_set",
        text,
        event_name="meeting",
        person="paul",
        date="tomorrow",
        time="six p. m.",
    ).text


def test_an_event_is_kept_told_and_removed(ask: Asking) -> None:
    assert meet(ask).startswith("meeting (paul) is in your calendar for Thursday, March 12")
    assert "meeting (paul)" in ask(CALENDAR, "calendar_query", "tomorrow", date="tomorrow").text
    assert "nothing" in ask(CALENDAR, "calendar_query", "on friday", date="friday").text
    ask(CALENDAR, "calendar_remove", "cancel meeting", event_name="meeting")
    assert "nothing" in ask(CALENDAR, "calendar_query", "my schedule").text


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("remind me to call mom", {"event_name": "call mom"}),
        ("", {}),
        ("meeting yesterday", {"event_name": "meeting", "date": "yesterday"}),
    ],
)
def test_without_a_time_to_come_nothing_is_kept(
    ask: Asking, text: str, slots: dict[str, str]
) -> None:
    assert ask(CALENDAR, "calendar_set", text, **slots).outcome is Outcome.UNAVAILABLE
    assert not ask.memory.records.list("default", "event")


def test_an_event_is_told_of_at_its_time_and_stays_in_the_calendar(ask: Asking) -> None:
    meet(ask)
    (one,) = reminders.due(ask.memory.records, "default", NOW + timedelta(days=1, hours=8))
    assert (one.kind, one.title) == ("event", "meeting (paul)")
    assert not reminders.due(ask.memory.records, "default", NOW + timedelta(days=2))
    assert len(ask.memory.records.list("default", "event")) == 1


def test_several_events_are_not_removed_by_mistake(ask: Asking) -> None:
    meet(ask)
    meet(ask)
    reply = ask(CALENDAR, "calendar_remove", "cancel the event")
    assert reply.text == "Which event should I remove?"
    assert "2 events" in ask(CALENDAR, "calendar_remove", "delete all events").text


def test_what_is_not_there_cannot_be_removed(ask: Asking) -> None:
    meet(ask)
    reply = ask(CALENDAR, "calendar_remove", "cancel dentist", event_name="dentist")
    assert reply.outcome is Outcome.UNAVAILABLE
    assert len(ask.memory.records.list("default", "event")) == 1


@pytest.mark.parametrize(
    ("locale", "text", "time", "title"),
    [
        ("en-US", "remind me to call mom at 5pm", "5pm", "call mom"),
        ("en-US", "Please remind me that it is laundry day at 5pm", "5pm", "it is laundry day"),
        ("de-DE", "erinnere mich um fünf daran mama anzurufen", "fünf", "mama anzurufen"),
        ("fr-FR", "rappelle moi d'appeler maman à cinq heures", "cinq heures", "appeler maman"),
        ("en-US", "5pm", "5pm", "5pm"),
    ],
)
def test_a_reminder_without_a_name_is_called_by_what_is_to_be_done(
    ask: Asking, locale: str, text: str, time: str, title: str
) -> None:
    ask.locale = locale
    ask(CALENDAR, "calendar_set", text, time=time)
    (event,) = ask.memory.records.list("default", "event").values()
    assert event["title"] == title
