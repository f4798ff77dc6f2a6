"""Slots that are found again in other words, and requests as MASSIVE annotates them."""

from hypothesis import given
from hypothesis import strategies as st

from eulalia.datasets import Massive
from eulalia.learning.labels.examples import Example
from eulalia.learning.labels.projection import annotate, project


def values(
    text: str, wanted: list[tuple[str, str]], locale: str = "en-US"
) -> list[tuple[str, str]]:
    return [(slot.name, slot.value) for slot in project(wanted, text, locale)]


def test_values_are_found_as_said_and_as_misheard() -> None:
    wanted = [("place_name", "new york"), ("date", "tomorrow")]
    assert values("whether in new yorck Tomorrow", wanted) == [
        ("place_name", "new yorck"), ("date", "Tomorrow"),
    ]  # fmt: skip


def test_a_value_that_is_not_said_is_left_out() -> None:
    assert values("play something", [("artist_name", "queen")]) == []
    assert values("", [("artist_name", "queen")]) == []
    assert values("queen", [("artist_name", "")]) == []


def test_no_word_fills_two_slots_and_the_exact_match_comes_first() -> None:
    assert values("call anna annas", [("person", "anna"), ("relation", "annas")]) == [
        ("person", "anna"), ("relation", "annas"),
    ]  # fmt: skip
    assert len(values("anna", [("person", "anna"), ("relation", "anna")])) == 1


def test_characters_are_matched_where_words_are_not_separated() -> None:
    assert values("让厨房暖和", [("room", "厨房")], "zh-CN") == [("room", "厨房")]


def test_what_massive_has_no_form_for_is_not_annotated() -> None:
    assert annotate("play [jazz]", (), "en-US") is None
    assert annotate("  ", (), "en-US") is None


words = st.lists(st.sampled_from(["play", "jazz", "in", "the", "kitchen", "7", "a.m."]), min_size=1)


@given(words, st.data())
def test_what_is_annotated_is_read_back_as_it_was(said: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(said) - 1))
    last = data.draw(st.integers(first, len(said) - 1))
    text = " ".join(said)
    slots = project([("what", " ".join(said[first : last + 1]))], text, "en-US")
    annotated = annotate(text, slots, "en-US")
    assert annotated is not None
    row = Example("en-US", text, annotated, "play_music", 0.9, 1, 1).to_json()
    read = Massive({"en-US": row.encode()}, "labels").requests("en-US", "train")[0]
    assert read.text == text
    assert read.intent == "play_music"
    assert [(s.name, s.value, s.start) for s in read.slots] == [
        (s.name, s.value, s.start) for s in slots
    ]


def test_a_chinese_request_is_read_back_as_it_was() -> None:
    slots = project([("room", "厨房")], "让厨房暖和", "zh-CN")
    annotated = annotate("让厨房暖和", slots, "zh-CN")
    assert annotated == "让 [room : 厨房] 暖和"
    row = Example("zh-CN", "让厨房暖和", annotated, "iot_heat", 0.9, 1, 1).to_json()
    read = Massive({"zh-CN": row.encode()}, "labels").requests("zh-CN", "train")[0]
    assert [(s.name, s.value, s.start, s.end) for s in read.slots] == [("room", "厨房", 1, 3)]
