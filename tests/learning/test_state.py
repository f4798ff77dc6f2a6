"""What two turns have in common when they ask the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning.state import normalize, state
from eulalia.turn import Interpretation, Slot


def meaning(*slots: tuple[str, str], intent: str = "alarm_set") -> Interpretation:
    return Interpretation("", "alarm", intent, tuple(Slot(n, v, 0, 0) for n, v in slots))


def test_slots_count_in_any_order_case_and_spacing() -> None:
    first = state("wake me", meaning(("time", "Five  AM"), ("date", "today")))
    assert first == state("get me up", meaning(("date", "TODAY"), ("time", "five am")))
    assert first == "alarm_set{date=today;time=five am}"


def test_other_values_and_intents_are_other_states() -> None:
    states = [
        state("", meaning()),
        state("", meaning(("date", "today"))),
        state("", meaning(("date", "monday"))),
        state("", meaning(("date", "today"), intent="alarm_remove")),
    ]
    assert len(set(states)) == 4


def test_what_was_not_understood_is_told_by_its_words() -> None:
    assert state("What's UP?", None) == "what s up"
    assert state("What's UP?", meaning(intent="out_of_scope")) == "what s up"


@given(st.text())
def test_normalizing_twice_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(st.text(), st.text(min_size=1))
def test_a_text_is_never_an_intent(text: str, intent: str) -> None:
    if intent != "out_of_scope":
        assert state(text, None) != state(text, meaning(intent=intent))
