"""Date and time here and elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eulalia.memory import Memory
from eulalia.skills.clock import ClockSkill, zone_of
from eulalia.turn import Outcome
from tests.skills.asking import Asking

CLOCK = ClockSkill()


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Asking]:
    memory = Memory.open(f"sqlite:///{tmp_path}/memory.db")
    yield Asking(memory)
    memory.close()


def test_it_tells_the_time_here(ask: Asking) -> None:
    reply = ask(CLOCK, "datetime_query", "what time is it")
    assert reply.text == "It is 10:15 AM on Wednesday, March 11, 2026."


def test_it_tells_the_time_elsewhere(ask: Asking) -> None:
    text = "what time is it in new york"
    reply = ask(CLOCK, "datetime_query", text, place_name="new york")
    assert reply.text == "In new york it is 5:15 AM."


def test_it_says_that_it_does_not_know_a_place(ask: Asking) -> None:
    reply = ask(CLOCK, "datetime_query", "time in narnia", place_name="narnia")
    assert reply.outcome is Outcome.UNAVAILABLE


def test_it_tells_a_date(ask: Asking) -> None:
    reply = ask(CLOCK, "datetime_query", "what day is next tuesday", date="next tuesday")
    assert reply.text == "That is Tuesday, March 17, 2026."


def test_it_converts_a_time(ask: Asking) -> None:
    text = "when it is noon in london what time is it in tokyo"
    reply = ask(
        CLOCK, "datetime_convert", text, time="noon", place_name="london", place_name_="tokyo"
    )
    assert reply.text == "When it is 12:00 PM in london, it is 9:00 PM in tokyo."


@pytest.mark.parametrize(
    ("place", "locale", "zone"),
    [
        ("Munich", "en-US", "Europe/Berlin"),
        ("東京", "ja-JP", "Asia/Tokyo"),
        ("Лондоне", "ru-RU", "Europe/London"),
        ("kenya", "en-US", "Africa/Nairobi"),
        ("القاهرة", "ar-SA", "Africa/Cairo"),
        ("纽约", "zh-CN", "America/New_York"),
        ("new york time", "en-US", "America/New_York"),
        ("u. s. a.", "en-US", "America/New_York"),
    ],
)
def test_places_are_known_in_the_customers_language(place: str, locale: str, zone: str) -> None:
    found = zone_of(place, locale)
    assert found is not None
    assert found.key == zone


@pytest.mark.parametrize("place", ["", "../etc/passwd", "x" * 10_000, "banana", "\x00"])
def test_what_is_no_place_has_no_zone(place: str) -> None:
    assert zone_of(place, "en-US") is None


def test_the_present_time_is_no_answer_to_when_an_event_is(ask: Asking) -> None:
    reply = ask(CLOCK, "datetime_query", "what day is christmas", event_name="christmas")
    assert (reply.outcome, reply.text) == (Outcome.UNAVAILABLE, "I do not know when that is.")


def test_a_time_to_convert_is_found_outside_the_slots(ask: Asking) -> None:
    text = "if it's 3pm in new york what time is it in london"
    reply = ask(CLOCK, "datetime_convert", text, place_name="new york", place_name_="london")
    assert "3:00 PM in new york" in reply.text
    assert "7:00 PM in london" in reply.text  # America changes its clocks weeks before Europe
