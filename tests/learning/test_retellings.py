"""Which turns truly say a request again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning.retellings import says_again, spans
from eulalia.truth import TrueSlot, Truth

GREEK = TrueSlot("food", "greek")
CHEAP = TrueSlot("price range", "cheap")
MODERATE = TrueSlot("price range", "moderate")
WHATEVER = TrueSlot("food", "dontcare")


def told(text: str, *slots: TrueSlot, goal: str = "g", intent: str | None = None) -> Truth:
    return Truth("t", text=text, goal=goal, slots=slots, intent=intent)


def test_one_goal_by_one_intent_is_the_same_wish_whatever_the_words():
    first, second = told("play jazz", intent="play_music"), told("some jazz", intent="play_music")
    assert says_again(first, second)
    assert not says_again(first, told("play jazz", goal="h", intent="play_music"))
    assert not says_again(first, told("when i say a i mean b", intent="preference_teach"))


def test_where_only_slots_are_known_a_value_must_be_told_twice():
    assert says_again(told("greek food", GREEK), told("i said greek", GREEK, CHEAP))
    assert not says_again(told("greek food", GREEK), told("the phone number", GREEK, CHEAP))
    assert not says_again(told("greek food", GREEK), told("something cheap", GREEK, CHEAP))


def test_longer_forms_of_a_value_count_and_not_minding_does_not():
    assert says_again(told("moderate", MODERATE), told("moderately priced", MODERATE))
    assert not says_again(told("any food", WHATEVER), told("any food", WHATEVER))


def test_unknown_truths_and_goals_are_no_retellings():
    assert not says_again(None, told("a"))
    assert not says_again(told("a"), None)
    assert not says_again(Truth("a"), Truth("b"))


def test_a_span_is_the_first_run_without_a_gap():
    truths = [told("x", goal=goal) for goal in "aabaa"]
    later = [[1, 2, 3, 4], [2, 3, 4, -1], [3, 4, -1, -1], [4, -1, -1, -1], [-1] * 4]
    assert spans(later, truths) == [(1,), (3, 4), (), (4,), ()]


@given(st.text(max_size=30), st.text(min_size=1, max_size=10))
def test_any_text_can_be_judged(text: str, value: str):
    slot = TrueSlot("food", value)
    assert says_again(told(text, slot), told(text, slot)) in (True, False)
