"""Alarms and timers, and that they go off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eulalia.memory import Memory
from eulalia.skills import Skill, reminders
from eulalia.skills.alarms import AlarmSkill
from eulalia.turn import Outcome
from tests.skills.asking import NOW, Asking

ALARMS = AlarmSkill()


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    memory = Memory.open(f"sqlite:///{tmp_path}/memory.db")
    yield Asking(memory)
    memory.close()


def due(ask: Asking, moment: datetime) -> list[reminders.Due]:
    return reminders.due(ask.memory.records, "default", moment)


def test_it_is_a_skill() -> None:
    assert isinstance(ALARMS, Skill)


def test_an_alarm_is_set_told_and_removed(ask: Asking) -> None:
    text = "wake me at nine am on friday"
    reply = ask(ALARMS, "alarm_set", text, time="nine am", date="friday")
    assert "Friday, March 13" in reply.text
    assert "9:00 AM" in ask(ALARMS, "alarm_query", "what alarms do i have").text
    assert ask(ALARMS, "alarm_remove", "stop nine am", time="nine am").text == (
        "The alarm is removed."
    )
    assert ask(ALARMS, "alarm_query", "what alarms do i have").text == "You have no alarms."


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("set an alarm", {}),
        ("set an alarm for tomorrow", {"date": "tomorrow"}),
        ("set an alarm for banana", {"time": "banana"}),
        ("set an alarm for ten minutes ago", {"time": "ten minutes ago"}),
        ("in 99999999999 hours", {"time": "in 99999999999 hours"}),
    ],
)
def test_without_a_time_to_come_nothing_is_set(
    ask: Asking, text: str, slots: dict[str, str]
) -> None:
    assert ask(ALARMS, "alarm_set", text, **slots).outcome is Outcome.UNAVAILABLE
    assert not ask.memory.records.list("default", "alarm")


def test_a_timer_goes_off_once(ask: Asking) -> None:
    reply = ask(ALARMS, "alarm_set", "timer for ten minutes", time="ten minutes")
    assert reply.text == "The timer is set for 10 minutes."
    assert not due(ask, NOW + timedelta(minutes=9))
    (rung,) = due(ask, NOW + timedelta(minutes=10))
    assert (rung.kind, rung.time) == ("timer", (NOW + timedelta(minutes=10)).astimezone(UTC))
    assert not due(ask, NOW + timedelta(minutes=11))


def test_a_recurring_alarm_goes_off_again(ask: Asking) -> None:
    ask(ALARMS, "alarm_set", "eight every weekday", time="eight", general_frequency="every weekday")
    assert len(due(ask, NOW + timedelta(days=1))) == 1
    (alarm,) = ask.memory.records.list("default", "alarm").values()
    assert datetime.fromisoformat(alarm["time"]) == NOW.replace(day=13, hour=8, minute=0)


def test_alarms_survive_a_restart(ask: Asking, tmp_path: Path) -> None:
    ask(ALARMS, "alarm_set", "at nine pm", time="nine pm")
    again = Memory.open(f"sqlite:///{tmp_path}/memory.db")
    assert len(reminders.due(again.records, "default", NOW + timedelta(days=2))) == 1
    again.close()


def test_customers_do_not_hear_each_others_alarms(ask: Asking) -> None:
    ask(ALARMS, "alarm_set", "at nine pm", time="nine pm")
    assert not reminders.due(ask.memory.records, "someone else", NOW + timedelta(days=2))


def test_what_rings_can_be_stopped(ask: Asking) -> None:
    ask(ALARMS, "alarm_set", "timer for ten minutes", time="ten minutes")
    due(ask, NOW + timedelta(hours=1))
    assert ask(ALARMS, "alarm_remove", "stop the alarm").text == "The alarm is off."
    assert reminders.stop(ask.memory.records, "default") == 0


def test_several_alarms_are_not_removed_by_mistake(ask: Asking) -> None:
    ask(ALARMS, "alarm_set", "at nine pm", time="nine pm")
    ask(ALARMS, "alarm_set", "at ten pm", time="ten pm")
    assert ask(ALARMS, "alarm_remove", "remove the alarm").text == "Which alarm should I remove?"
    assert ask(ALARMS, "alarm_remove", "remove all alarms").text == "2 alarms are removed."


def test_an_odd_time_zone_in_the_context_does_no_harm(ask: Asking) -> None:
    ask.timezone = "../../etc/passwd"
    assert ask(ALARMS, "alarm_set", "at nine pm", time="nine pm").outcome is Outcome.ANSWERED


def test_it_answers_in_the_language_of_the_request(ask: Asking) -> None:
    ask.locale = "de-DE"
    reply = ask(ALARMS, "alarm_set", "wecker auf sieben uhr", time="sieben uhr")
    assert reply.text == "Der Wecker ist gestellt: Donnerstag, 12. März 2026, 07:00."


def test_the_bell_rings_in_its_own_thread(ask: Asking) -> None:
    ask(ALARMS, "alarm_set", "timer for ten minutes", time="ten minutes")
    rung, heard = [], threading.Event()

    def ring(one: reminders.Due) -> None:
        rung.append(one)
        heard.set()

    bell = reminders.Bell(
        ask.memory.records, ring, interval=0.01, clock=lambda: NOW + timedelta(minutes=10)
    )
    bell.start()
    assert heard.wait(5)
    bell.stop()
    assert [one.kind for one in rung] == ["timer"]


@pytest.mark.parametrize(
    ("locale", "text", "intent"),
    [
        ("en-US", "set a timer for one minute", "alarm_set"),
        ("en-US", "start an egg timer for six minutes", "alarm_set"),
        ("en-US", "cancel the ten minute timer", "alarm_remove"),
        ("en-US", "how long is left on my timer", "alarm_query"),
        ("de-DE", "wie lange läuft der timer noch", "alarm_query"),
        ("de-DE", "lösch den timer", "alarm_remove"),
        ("ru-RU", "поставь таймер на десять минут", "alarm_set"),
        ("ja-JP", "10分のタイマーをセットして", "alarm_set"),
        ("nl-NL", "zet een timer van tien minuten", "alarm_set"),
    ],
)
def test_what_is_asked_of_a_timer_is_read_in_any_language(
    locale: str, text: str, intent: str
) -> None:
    read = ALARMS.read(text, locale)
    assert read is not None
    assert (read.intent, read.source) == (intent, "alarms")


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "set a timer"),
        ("en-US", "wake me up in ten minutes"),
        ("en-US", "what time is it"),
        ("da-DK", "om to timer"),  # hours, in Danish
        ("en-US", ""),
    ],
)
def test_what_is_no_whole_request_of_a_timer_is_left_to_the_understanding(
    locale: str, text: str
) -> None:
    assert ALARMS.read(text, locale) is None


def test_a_french_timer_of_ten_minutes_lasts_ten_and_not_eleven(ask: Asking) -> None:
    ask.locale = "fr-FR"
    reply = ask(ALARMS, "alarm_set", "mets un minuteur de dix minutes")
    assert reply.notes["time"] == (NOW + timedelta(minutes=10)).isoformat()


@pytest.mark.parametrize(
    ("locale", "text", "question"),
    [
        ("en-US", "cancel the timer", "Which timer should I remove?"),
        ("de-DE", "lösche den Timer", "Welchen Timer soll ich löschen?"),
        ("zh-CN", "取消计时器", "要删除哪个计时器？"),
    ],
)
def test_of_several_timers_it_asks_which_timer(
    ask: Asking, locale: str, text: str, question: str
) -> None:
    for length in ("ten minutes", "five minutes"):
        ask(ALARMS, "alarm_set", f"set a timer for {length}", time=length)
    ask.locale = locale
    assert ask(ALARMS, "alarm_remove", text).text == question


def test_the_time_left_is_told_of_timers_alone(ask: Asking) -> None:
    ask(ALARMS, "alarm_set", "wake me at nine am on friday", time="nine am", date="friday")
    assert ask(ALARMS, "alarm_query", "how long has the timer").text == "No timer is running."
    ask(ALARMS, "alarm_set", "set a timer for ten minutes", time="ten minutes")
    assert ask(ALARMS, "alarm_query", "how long has the timer").text == "Time left: 10 minutes."
    assert ask(ALARMS, "alarm_remove", "cancel the timer").text == "The timer is removed."
    assert "Friday" in ask(ALARMS, "alarm_query", "what alarms do i have").text


def test_an_hour_that_no_slot_holds_is_found_in_the_text(ask: Asking) -> None:
    reply = ask(ALARMS, "alarm_set", "wake me up at 7:30 every weekday", date="every weekday")
    assert reply.notes["time"] == "2026-03-12T07:30:00+01:00"


def test_an_alarm_for_six_tomorrow_goes_off_in_the_morning(ask: Asking) -> None:
    reply = ask(ALARMS, "alarm_set", "wake me at six tomorrow", time="six", date="tomorrow")
    assert reply.notes["time"] == "2026-03-12T06:00:00+01:00"
