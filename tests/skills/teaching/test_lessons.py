"""Lessons, questions and offers, as they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eulalia.memory import Memory, Records
from eulalia.skills import questions
from eulalia.skills.teaching import lessons, offers
from eulalia.skills.teaching.lessons import Verdict

NOW = datetime(2026, 3, 11, 9, 15, tzinfo=UTC)
ME = ("ada", "en-US")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with Memory.open(tmp_path) as memory:
        yield memory.records


def test_a_phrase_stands_for_a_request_however_it_is_written(records: Records) -> None:
    assert lessons.teach(records, *ME, "Movie time", "turn off the lights", NOW) == "learned"
    for said in ("movie time", "MOVIE TIME!", "movie, time", "movie time please"):
        assert lessons.recall(records, *ME, said) == "turn off the lights"
    assert lessons.recall(records, *ME, "movie times") is None


@pytest.mark.parametrize(
    ("locale", "phrase", "request_"),
    [
        ("fr-FR", "Soirée ciné", "éteins la lumière"),
        ("zh-CN", "电影时间", "关灯"),
        ("ar-SA", "وقت الفيلم", "أطفئ الضوء"),
        ("hi-IN", "फिल्म का समय", "लाइट बंद करो"),
        ("ja-JP", "映画の時間", "電気を消して"),
        ("ru-RU", "Ёлка", "включи гирлянду"),
    ],
)
def test_phrases_of_every_script_are_recalled_as_they_were_taught(
    records: Records, locale: str, phrase: str, request_: str
) -> None:
    lessons.teach(records, "ada", locale, phrase, request_, NOW)
    assert lessons.recall(records, "ada", locale, f"{phrase}!") == request_
    assert [one.phrase for one in lessons.every(records, "ada", locale)] == [phrase]


def test_the_later_of_two_lessons_holds(records: Records) -> None:
    lessons.teach(records, *ME, "lamp", "turn on the light", NOW)
    assert lessons.teach(records, *ME, "lamp", "turn on the light", NOW) is Verdict.LEARNED
    assert lessons.teach(records, *ME, "Lamp", "turn it off", NOW) is Verdict.CHANGED
    assert lessons.recall(records, *ME, "lamp") == "turn it off"
    assert len(lessons.every(records, *ME)) == 1


def test_customers_and_locales_do_not_share(records: Records) -> None:
    lessons.teach(records, *ME, "taxi", "turn on the light", NOW)
    assert lessons.recall(records, "bob", "en-US", "taxi") is None
    assert lessons.recall(records, "ada", "de-DE", "taxi") is None
    assert not lessons.every(records, "ada", "de-DE")


def test_lessons_may_follow_one_another_but_not_in_a_circle(records: Records) -> None:
    teach = lambda phrase, meant: lessons.teach(records, *ME, phrase, meant, NOW)  # noqa: E731
    teach("movie time", "cinema")
    teach("cinema", "turn off the lights")
    assert lessons.recall(records, *ME, "movie time") == "turn off the lights"
    assert teach("turn off the lights", "movie time") is Verdict.CIRCLE
    assert teach("cinema", "Cinema!") is Verdict.CIRCLE
    assert lessons.recall(records, *ME, "turn off the lights") is None


def test_a_circle_that_two_closed_at_once_is_not_followed(records: Records) -> None:
    for phrase, meant in (("a b", "c d"), ("c d", "a b")):
        lesson = {"phrase": phrase, "request": meant, "locale": "en-US", "time": "now"}
        records.put("ada", lessons.KIND, f"en-US {phrase}", lesson)
    assert lessons.recall(records, *ME, "a b") is None
    assert lessons.recall(records, *ME, "c d") is None


@pytest.mark.parametrize(
    ("phrase", "request_", "verdict"),
    [
        ("", "turn on the light", Verdict.INCOMPLETE),
        ("?!", "turn on the light", Verdict.INCOMPLETE),
        ("lamp", "  ", Verdict.INCOMPLETE),
        ("x" * 101, "turn on the light", Verdict.TOO_LONG),
        ("lamp", "x" * 301, Verdict.TOO_LONG),
        ("Stop!", "play music", Verdict.RESERVED),
        ("cancel the alarm", "play music", Verdict.RESERVED),
        ("never mind", "play music", Verdict.RESERVED),
        ("yes", "play music", Verdict.RESERVED),
        ("forget everything", "play music", Verdict.RESERVED),
        ("when I say a I mean b", "play music", Verdict.RESERVED),
    ],
)
def test_what_cannot_be_taught_leaves_nothing(
    records: Records, phrase: str, request_: str, verdict: Verdict
) -> None:
    assert lessons.teach(records, *ME, phrase, request_, NOW) is verdict
    assert not records.list("ada", lessons.KIND)


def test_stop_stops_even_if_somebody_wrote_a_lesson_for_it(records: Records) -> None:
    lesson = {"phrase": "stop", "request": "play music", "locale": "en-US", "time": "now"}
    records.put("ada", lessons.KIND, "en-US stop", lesson)
    assert lessons.recall(records, *ME, "stop") is None


def test_there_is_an_end_to_what_is_remembered(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "MOST", 2)
    for phrase in ("one lamp", "two lamps"):
        lessons.teach(records, *ME, phrase, "turn on the light", NOW)
    assert lessons.teach(records, *ME, "three lamps", "go", NOW) is Verdict.FULL
    assert lessons.teach(records, *ME, "two lamps", "go", NOW) is Verdict.CHANGED


@pytest.mark.parametrize("broken", [None, 7, [], {}, {"phrase": "a", "request": 7, "locale": ""}])
def test_a_record_that_is_no_lesson_is_passed_over(records: Records, broken: object) -> None:
    records.put("ada", lessons.KIND, "en-US lamp", broken)
    assert lessons.recall(records, *ME, "lamp") is None
    assert lessons.every(records, *ME) == []
    assert lessons.forget_all(records, "ada") == 1


def test_what_was_forgotten_means_what_it_says_until_it_is_taught_again(records: Records) -> None:
    lessons.teach(records, *ME, "movie time", "turn off the lights", NOW)
    assert not lessons.is_as_said(records, *ME, "movie time")
    assert lessons.forget(records, *ME, "movie time")
    assert not lessons.forget(records, *ME, "movie time")
    assert lessons.is_as_said(records, *ME, "Movie time!")
    lessons.teach(records, *ME, "movie time", "turn off the lights", NOW)
    assert not lessons.is_as_said(records, *ME, "movie time")
    assert not lessons.is_as_said(records, *ME, "x" * 5000)


def test_two_who_teach_at_once_lose_nothing(tmp_path: Path) -> None:
    def teach(name: str) -> None:
        with Memory.open(tmp_path) as memory:
            for number in range(10):
                lessons.teach(memory.records, *ME, f"{name} lamp {number}", "go", NOW)

    Memory.open(tmp_path).close()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(teach, ("red", "green")))
    with Memory.open(tmp_path) as memory:
        assert len(lessons.every(memory.records, *ME)) == 20


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    taught=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=10),
    customer=st.uuids(),
)
def test_nothing_that_is_taught_ever_leads_in_a_circle(
    records: Records, taught: list[tuple[str, str]], customer: UUID
) -> None:
    words = {letter: f"{letter}{letter} lamp" for letter in "abcd"}
    owner, meanings = (str(customer), "en-US"), {}
    lessons.forget_all(records, owner[0])
    for phrase, meant in taught:
        verdict = lessons.teach(records, *owner, words[phrase], words[meant], NOW)
        if verdict is not Verdict.CIRCLE:
            meanings[phrase] = meant
    for letter, said in words.items():
        end, steps = letter, 0
        while end in meanings:
            end, steps = meanings[end], steps + 1
            assert steps <= len(words)
        assert lessons.recall(records, *owner, said) == (words[end] if end != letter else None)


def test_a_question_waits_in_its_session_for_some_minutes(records: Records) -> None:
    questions.ask(records, "ada", "s1", NOW, "tour", name="home")
    asked = questions.pending(records, "ada", "s1", NOW + timedelta(minutes=2))
    assert asked is not None
    assert asked["name"] == "home"
    assert questions.pending(records, "ada", "s2", NOW) is None
    assert questions.pending(records, "bob", "s1", NOW) is None
    assert questions.pending(records, "ada", "s1", NOW + timedelta(minutes=4)) is None
    assert questions.pending(records, "ada", "", NOW) is None


def test_questions_of_sessions_that_ended_are_not_kept(records: Records) -> None:
    for number in range(5):
        questions.ask(records, "ada", f"s{number}", NOW + timedelta(hours=number), "tour")
    assert list(records.list("ada", questions.KIND)) == ["s4"]


def test_offers_get_rarer_until_one_is_accepted(records: Records) -> None:
    moment, pauses = NOW, []
    for _ in range(7):
        offers.note(records, "ada", moment)
        began = moment
        while not offers.may_offer(records, "ada", moment):
            moment += timedelta(days=1)
        pauses.append((moment - began).days)
    assert pauses == [1, 2, 4, 8, 16, 32, 32]
    offers.accept(records, "ada")
    offers.note(records, "ada", moment)
    assert offers.may_offer(records, "ada", moment + timedelta(days=1))


def test_after_a_no_there_is_peace_for_a_month(records: Records) -> None:
    offers.decline(records, "ada", NOW)
    assert not offers.may_offer(records, "ada", NOW + timedelta(days=31))
    assert offers.may_offer(records, "bob", NOW)
