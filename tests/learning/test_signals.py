import random

import numpy as np

from eulalia.learning import signals
from tests.learning.making import make_turn


def test_one_turn_alone_has_no_neighbours():
    found = signals.read([make_turn("a")])
    assert found["repeated"].tolist() == [0]
    assert np.isnan(found["next_letters"]).all()


def test_no_turns_have_no_signals():
    assert signals.read([]).values.shape[0] == 0


def test_a_repeat_a_rewording_and_another_reading_are_seen():
    turns = [
        make_turn("a", "play some jazz", seconds=0),
        make_turn("b", "play some jazz", seconds=8),
        make_turn("c", "play some jazz now", seconds=16, intent="alarm_set"),
    ]
    found = signals.read(turns)
    assert found["repeated"].tolist() == [1, 0, 0]
    assert found["reworded"].tolist() == [0, 1, 0]
    assert found["reread"].tolist() == [0, 1, 0]


def test_what_comes_late_or_in_another_session_is_no_repeat():
    late = [make_turn("a"), make_turn("b", seconds=3600)]
    elsewhere = [make_turn("a"), make_turn("b", seconds=5, session="t")]
    stranger = [make_turn("a"), make_turn("b", seconds=5, customer="d")]
    for turns in (late, elsewhere, stranger):
        assert signals.read(turns)["repeated"].tolist() == [0, 0]


def test_the_order_of_the_log_does_not_matter():
    turns = [make_turn(str(n), f"play {'jazz' * (n % 3)}", seconds=7.0 * n) for n in range(12)]
    mixed = turns.copy()
    random.Random(1).shuffle(mixed)
    found, other = signals.read(turns), signals.read(mixed)
    places = [mixed.index(turn) for turn in turns]
    np.testing.assert_array_equal(found.values, other.values[places])
