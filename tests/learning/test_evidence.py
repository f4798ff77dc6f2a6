"""What in turns speaks for each kind of failure."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning import evidence, failures
from eulalia.learning.columns import Columns
from eulalia.learning.evidence import Evidence
from eulalia.learning.sentences import sentence
from eulalia.turn import Entity, Hypothesis, Span, Turn
from tests.learning.making import make_turn


def read(*turns: Turn) -> Evidence:
    model = failures.shipped()
    return evidence.read(Columns.of(turns), model.wording, model.reader)


def heard(turn: Turn, *texts: str) -> Turn:
    hypotheses = tuple(Hypothesis(text, 0.5 / (n + 1)) for n, text in enumerate(texts))
    return replace(turn, spans=(Span("asr", 0.0, 0.1, hypotheses),))


def test_words_that_make_no_request_surprise():
    found = read(
        make_turn("a", "wake me up at seven tomorrow", intent="alarm_set"),
        make_turn("b", "whale knee cup hat heaven borrow", intent="alarm_set", session="t"),
    )
    assert found["surprise"][1] > found["surprise"][0] + 1


def test_a_second_reader_agrees_with_what_fits_and_doubts_what_does_not():
    found = read(
        make_turn("a", "wake me up at seven", intent="alarm_set", slots={"time": "seven"}),
        make_turn("b", "wake me up at seven", intent="play_music", session="t"),
    )
    assert found["reader_agrees"][0] > found["reader_agrees"][1] + 2
    assert found["missing_slots"][0] < 2
    assert found["slot_overlooked"][1] > found["slot_overlooked"][0]


def test_languages_that_the_reader_does_not_know_are_left_open():
    found = read(make_turn("a", "weck mich um sieben", locale="de-DE", intent="alarm_set"))
    assert np.isnan(found["surprise"]).all()
    assert np.isnan(found["reader_agrees"]).all()


def test_other_hearings_tell_what_came_true_and_what_would_have_been_understood():
    turns = (
        heard(
            make_turn("a", "show me a podcast", intent="play_podcasts"),
            "show me a podcast",
            "show me a forecast",
        ),
        make_turn("b", "show me a forecast", intent="weather_query", seconds=6),
    )
    found = read(*turns)
    assert found["other_hearing_came"][0] > 0
    assert found["other_hearing_intent_worse"][0] > 0
    assert np.isnan(found["other_hearing_came"][1])


def test_what_was_said_again_and_what_it_came_to_are_seen():
    found = read(
        make_turn("a", "play chess", intent="play_music"),
        make_turn("b", "play chess", intent="play_game", slots={"game_name": "chess"}, seconds=6),
    )
    assert found["said_after"].tolist() == [1, 0]
    assert found["said_before"].tolist() == [0, 1]
    assert found["end_intent"][0] == 0
    assert np.isnan(found["end_intent"][1])
    assert found["values_in_end"].shape == (2,)


def test_a_thing_with_another_name_is_unlike():
    turn = make_turn("a", "light in the kitchen", slots={"house_place": "kitchen"})
    right = replace(turn, entities=(Entity("house_place", "room", "kitchen"),))
    wrong = replace(turn, id="b", session="t", entities=(Entity("house_place", "room", "garage"),))
    found = read(right, wrong)
    assert found["entity_unlike_slot"][0] == 0
    assert found["entity_unlike_slot"][1] > 0.4
    assert found["thing_unlike_sounds"][1] > found["thing_unlike_sounds"][0]


def test_one_customer_flooding_leaves_another_session_as_it_was():
    mine = make_turn("a", "wake me up at seven", intent="alarm_set")
    flood = [
        make_turn(f"f{n}", f"play number {n}", seconds=n, customer="d", session="t")
        for n in range(300)
    ]
    alone, among = read(mine), read(mine, *flood)
    for name in alone.names:
        if not name.startswith("elsewhere"):
            np.testing.assert_array_equal(alone[name][0], among[name][0], err_msg=name)


def test_no_turns_have_no_evidence():
    assert read().values.shape[0] == 0


@given(st.integers(0, 2**32))
def test_the_order_of_a_log_does_not_matter(seed: int):
    texts = ("play jazz", "play some jazz", "wake me up", "", "wake me up at seven")
    turns = [make_turn(str(n), text, seconds=7.0 * n) for n, text in enumerate(texts)]
    mixed = turns.copy()
    random.Random(seed).shuffle(mixed)
    first, second = read(*turns), read(*mixed)
    places = [mixed.index(turn) for turn in turns]
    np.testing.assert_array_equal(first.values, second.values[places])


@pytest.mark.parametrize("high", [True, False])
def test_every_saying_is_plain_text_for_any_value(high: bool):
    model = failures.shipped()
    for name in model.names:
        for value in (0.0, 1.0, -3.5, 1e9):
            words = sentence(name, value, high=high)
            assert words is None or (words and "{" not in words)
        assert sentence(name, float("nan"), high=high) is None
