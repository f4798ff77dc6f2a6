import random

import numpy as np

from eulalia.learning import defects, signals
from eulalia.turn import Outcome
from tests.learning.making import make_turn


def test_one_turn_alone_has_no_neighbours():
    found = signals.read([make_turn("a")])
    assert found["repeated"].tolist() == [0]
    assert np.isnan(found["next_letters"]).all()


def test_no_turns_have_no_signals():
    assert signals.read([]).values.shape[0] == 0
    assert defects.probabilities([]).shape == (0,)


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


def test_what_customers_say_outright_weighs_most():
    said = {
        kind: defects.probabilities([make_turn("a", feedback=(kind,))])[0]
        for kind in ("confirmation", "denial", "correction", "barge_in")
    }
    plain = defects.probabilities([make_turn("a")])[0]
    assert said["confirmation"] < plain < said["barge_in"] < said["correction"] < said["denial"]


def test_giving_up_after_a_bad_answer_is_a_defect():
    bad = make_turn("a", outcome=Outcome.NOT_UNDERSTOOD)
    assert defects.probabilities([bad])[0] > defects.probabilities([make_turn("a")])[0] + 0.3


def test_fitting_makes_probabilities_agree_with_what_happened():
    random_ = random.Random(2)
    turns, failed = [], []
    for number in range(800):
        is_denied = random_.random() < 0.3
        turns.append(
            make_turn(str(number), session=str(number), feedback=("denial",) if is_denied else ())
        )
        failed.append(random_.random() < (0.7 if is_denied else 0.1))
    fitted = defects.fit(turns, failed)
    judged = defects.probabilities(turns, fitted)
    denied = np.array([bool(turn.feedback) for turn in turns])
    happened = np.array(failed)
    assert abs(judged[denied].mean() - happened[denied].mean()) < 0.06
    assert abs(judged[~denied].mean() - happened[~denied].mean()) < 0.06
    assert fitted.weights["correction"] == defects.BELIEVED.weights["correction"]
