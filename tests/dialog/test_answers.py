"""Answers in the languages that have a catalogue, and in English."""

from __future__ import annotations

import string
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from babel.messages.pofile import read_po

from eulalia.dialog import answers
from eulalia.dialog.answers import LANGUAGES, Answers
from eulalia.dialog.catalogs.update import FOLDER, Message, compiled, messages
from eulalia.dialog.locales import LocaleError

SOURCES = sorted(FOLDER.glob("*.po"))
MOMENT = datetime(2026, 3, 13, 19, 30, tzinfo=UTC)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_there_is_a_catalogue_for_each_language() -> None:
    assert {source.stem for source in SOURCES} == set(LANGUAGES.values())


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_compiled_catalogues_are_in_step(source: object) -> None:
    path = FOLDER / f"{getattr(source, 'stem', '')}.po"
    assert path.with_suffix(".mo").read_bytes() == compiled(path)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_every_sentence_is_translated_with_its_fields(source: object) -> None:
    path = FOLDER / f"{getattr(source, 'stem', '')}.po"
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem)
    for message in messages():
        entry = catalog.get(message if isinstance(message, str) else message[0])
        assert entry is not None, f"{path.name} lacks {message!r}"
        assert all(entry.string if not isinstance(entry.string, str) else [entry.string]), message
        _check_fields(message, entry.string, catalog.num_plurals)


def _check_fields(message: Message, translated: object, plurals: int) -> None:
    if isinstance(message, str):
        assert isinstance(translated, str)
        assert fields(translated) == fields(message), message
        return
    assert isinstance(translated, tuple)
    assert len(translated) == plurals
    for form in translated:
        assert fields(form) <= fields(message[0]) | fields(message[1]) | {"n"}, message
    needed = fields(message[0]) & fields(message[1])
    assert needed <= fields(translated[-1]), message


def test_answers_are_said_in_the_language_of_the_request() -> None:
    spoken = Answers.open("de-DE")
    assert spoken.locale == "de-DE"
    assert spoken.say("You have no alarms.") == "Sie haben keine Wecker."


def test_a_language_without_a_catalogue_is_answered_in_english() -> None:
    spoken = Answers.open("fi-FI")
    assert (spoken.requested, spoken.locale) == ("fi-FI", "en-US")
    assert spoken.say("You have no alarms.") == "You have no alarms."
    assert spoken.time(MOMENT) == "7:30 PM"


@pytest.mark.parametrize(
    ("n", "text"),
    [(1, "У вас 1 будильник: x."), (3, "У вас 3 будильника: x."), (5, "У вас 5 будильников: x.")],
)
def test_russian_counts_as_it_does(n: int, text: str) -> None:
    one, many = "You have one alarm: {times}.", "You have {n} alarms: {times}."
    assert Answers.open("ru-RU").say_plural(one, many, n, times="x") == text


def test_what_the_customer_said_is_not_a_pattern() -> None:
    spoken = Answers.open("en-US")
    assert "{0.__class__}" in spoken.say("There is no list named {list}.", list="{0.__class__}")


def test_formats_are_those_of_the_locale() -> None:
    german, chinese = Answers.open("de-DE"), Answers.open("zh-CN")
    assert german.time(MOMENT) == "19:30"
    assert german.date(date(2026, 3, 13)) == "Freitag, 13. März 2026"
    assert german.number(1234.5) == "1.234,5"
    assert german.list(["Milch", "Brot", "Eier"]) == "Milch, Brot und Eier"
    assert german.duration(timedelta(minutes=90)) == "1 Stunde und 30 Minuten"
    assert german.unit(3, "length-kilometer") == "3 Kilometer"
    assert "2026年3月13日" in chinese.datetime(MOMENT)


def test_today_needs_no_date() -> None:
    english = Answers.open("en-US")
    assert english.moment(MOMENT, MOMENT) == "7:30 PM"
    assert "March 13" in english.moment(MOMENT, MOMENT - timedelta(days=1))


def test_no_time_at_all_is_zero_seconds() -> None:
    assert Answers.open("en-US").duration(timedelta()) == "0 seconds"


def test_a_catalogue_opens_quickly() -> None:
    answers._catalogue.cache_clear()
    start = time.perf_counter()
    answers._catalogue("ar-SA")
    assert time.perf_counter() - start < 0.1


def test_an_unknown_locale_is_refused() -> None:
    with pytest.raises(LocaleError):
        Answers.open("xx-XX")


@pytest.mark.parametrize("locale", ["en-US", *LANGUAGES])
def test_no_measure_is_told_by_its_key_in_the_cldr(locale: str) -> None:
    spoken = Answers.open(locale)
    for unit in ("duration-minute", "duration-day", "length-mile", "mass-gram", "volume-liter"):
        for value in (1, 2, 10):
            assert unit not in spoken.unit(value, unit)
    assert "-" not in spoken.duration(timedelta(days=2, hours=3, minutes=4, seconds=5))
