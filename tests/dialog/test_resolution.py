"""Resolution: from the words of a slot to the thing that they mean."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.dialog import resolve
from eulalia.dialog.resolution import closest
from eulalia.turn import Context, Entity, Interpretation, Slot

NOW = datetime(2026, 3, 13, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))
CATALOG = {"room": ["kitchen", "living room"], "song": ["Barcelona"], "contact": ["José"]}


def entities(locale="en-US", place=None, **slots):
    filled, start = [], 0
    for name, value in slots.items():
        filled.append(Slot(name, value, start, start + len(value)))
        start += len(value) + 1
    reading = Interpretation(" ".join(slots.values()), "x", "x", tuple(filled))
    return resolve(reading, Context(place=place), locale, NOW, CATALOG)


def test_a_time_on_a_day_is_one_moment():
    time = next(e for e in entities(date="tomorrow", time="seven am") if e.slot == "time")
    assert time == Entity("time", "time", "2026-03-14T07:00:00+01:00")


def test_a_day_and_a_duration_are_iso_8601():
    assert entities(date="tomorrow") == (Entity("date", "date", "2026-03-14"),)
    assert entities(time="ninety seconds") == (Entity("time", "duration", "PT90S"),)


def test_a_recurrence_tells_how_often():
    (found,) = entities(general_frequency="every day")
    assert found.kind == "recurrence"
    assert found.value["every"] == "day"


def test_a_number_is_taken_out_of_its_words():
    assert entities(change_amount="by twenty percent") == (Entity("change_amount", "number", 20.0),)
    assert entities("de-DE", change_amount="auf fünfzig prozent")[0].value == 50.0


def test_names_are_found_whatever_their_case_accents_and_small_errors():
    assert entities(house_place="the Kitchen")[0].value == "kitchen"
    assert entities(house_place="livingroom")[0].value == "living room"
    assert entities(song_name="barselona")[0].value == "Barcelona"
    assert entities(person="jose")[0].kind == "contact"


def test_what_is_like_nothing_is_resolved_to_nothing():
    assert entities(house_place="dungeon", song_name="yesterday") == ()
    assert entities(food_type="pizza") == ()


def test_the_place_of_the_request_is_the_room_when_none_is_named():
    (room,) = entities(place="kitchen")
    assert (room.kind, room.value) == ("room", "kitchen")
    assert room.confidence < 1
    assert entities(place="kitchen", house_place="living room")[0].value == "living room"
    assert len(entities(place="kitchen", house_place="living room")) == 1


def test_no_catalog_resolves_no_names():
    reading = Interpretation("kitchen", "x", "x", (Slot("house_place", "kitchen", 0, 7),))
    assert resolve(reading, Context(), "en-US", NOW, None) == ()


@pytest.mark.parametrize("locale", ["en-US", "ja-JP", "ar-SA"])
@given(name=st.text(min_size=1, max_size=30), others=st.lists(st.text(max_size=20), max_size=4))
def test_a_name_is_closest_to_itself_and_likeness_is_a_share(locale, name, others):
    found = closest(name, [*others, name], locale)
    assert found is None or 0 < found[1] <= 1
    if any(letter.isalnum() for letter in name):
        assert found is not None


def test_a_megabyte_of_text_does_not_hold_resolution_up():
    assert closest("x" * 1_000_000, ["kitchen"], "en-US") is None
