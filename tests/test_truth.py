"""The truth of a turn, as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.truth import Failure, TrueSlot, Truth, TruthError

from .test_turn import JSON_VALUES, TEXTS, maybe, tuples

TRUTHS = st.builds(
    Truth,
    turn=TEXTS,
    text=maybe(TEXTS),
    intent=maybe(TEXTS),
    slots=tuples(st.builds(TrueSlot, name=TEXTS, value=TEXTS)),
    failure=maybe(st.sampled_from(Failure)),
    goal=maybe(TEXTS),
    satisfied=maybe(st.booleans()),
    ratings=tuples(st.integers()),
)


@given(TRUTHS)
def test_json_brings_back_the_same_truth(truth: Truth) -> None:
    text = truth.to_json()
    assert Truth.from_json(text) == truth
    assert "\n" not in text


def test_a_text_that_no_file_takes_is_escaped() -> None:
    truth = Truth("1", text="half \ud800")
    assert truth.to_json().isascii()
    assert Truth.from_json(truth.to_json()) == truth
    assert "ü" in Truth("1", text="über").to_json()


def test_fields_that_are_not_told_are_not_known() -> None:
    assert Truth.from_json('{"turn": "1"}') == Truth("1")


@given(st.text() | JSON_VALUES.map(json.dumps))
def test_garbage_is_no_truth(text: str) -> None:
    with pytest.raises(TruthError):
        Truth.from_json(text)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"turn": 1}, "needs the id of its turn"),
        ({"text": 1}, "text must be null or a str, not 1"),
        ({"goal": []}, "goal must be null"),
        ({"satisfied": 1}, "satisfied must be null or a bool, not 1"),
        ({"slots": {}}, "slots must be a list"),
        ({"slots": [{"name": "a"}]}, "slot has the texts 'name' and 'value'"),
        ({"slots": [{"name": "a", "value": "b", "start": 1}]}, "slot has the texts"),
        ({"failure": "bad luck"}, "failure is correct, false_wake, asr, .*, not 'bad luck'"),
        ({"failure": []}, "failure is correct"),
        ({"ratings": [True]}, "ratings are whole numbers, not True"),
        ({"wisdom": 1}, "no field 'wisdom'"),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(TruthError, match=sentence):
        Truth.from_json(json.dumps({"turn": "1", **change}))
