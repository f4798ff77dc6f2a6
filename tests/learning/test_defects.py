"""Probabilities of defects."""

from __future__ import annotations

import random

import numpy as np
import pytest

from eulalia.learning import defects, scores
from eulalia.learning.boosted import Boosted, BoostedModelError
from eulalia.truth import Failure, Truth
from eulalia.turn import Outcome
from tests.learning.making import make_turn


def test_no_turns_have_no_probabilities():
    assert defects.probabilities([]).shape == (0,)


def test_what_customers_say_outright_weighs_more_than_that_they_leave():
    said = {
        kind: defects.probabilities(
            [make_turn("a", feedback=(kind,)), make_turn("b", "no that is wrong", seconds=4)]
        )[0]
        for kind in ("confirmation", "denial", "correction")
    }
    plain = defects.probabilities([make_turn("a")])[0]
    assert said["confirmation"] < said["denial"]
    assert plain < said["correction"]


def test_giving_up_after_a_bad_answer_is_likelier_a_defect():
    bad = make_turn("a", outcome=Outcome.NOT_UNDERSTOOD, feedback=("abandonment",))
    assert defects.probabilities([bad])[0] > defects.probabilities([make_turn("a")])[0] + 0.1


def test_a_request_repeated_at_once_is_likelier_a_defect_than_one_left_alone():
    repeated = [make_turn("a", feedback=("reprompt",)), make_turn("b", seconds=6)]
    left_alone = defects.probabilities([make_turn("a")])[0]
    assert defects.probabilities(repeated)[0] > left_alone + 0.3


def test_one_customer_flooding_does_not_change_what_is_said_of_another():
    flood = [make_turn(f"f{n}", seconds=2 * n, customer="d", session="t") for n in range(500)]
    alone = defects.probabilities([make_turn("a")])
    assert defects.probabilities([make_turn("a"), *flood])[0] == pytest.approx(alone[0])


def test_fitted_probabilities_agree_with_what_happened():
    boosting = pytest.importorskip("eulalia.learning.training.boosting")
    from eulalia.learning import signals

    random_ = random.Random(2)
    turns, failed = [], []
    for number in range(800):
        is_denied = random_.random() < 0.3
        turns.append(
            make_turn(str(number), session=str(number), feedback=("denial",) if is_denied else ())
        )
        failed.append(random_.random() < (0.7 if is_denied else 0.1))
    found = signals.read(turns)
    happened, groups = np.array(failed), np.arange(800)
    fitted, _ = boosting.fit(found.names, found.values, happened, groups, rounds=30)
    judged = defects.probabilities(turns, fitted)
    denied = np.array([bool(turn.feedback) for turn in turns])
    for part in (denied, ~denied):
        assert judged[part].mean() == pytest.approx(happened[part].mean(), abs=0.06)


def test_learning_needs_both_kinds_of_turns():
    boosting = pytest.importorskip("eulalia.learning.training.boosting")
    from eulalia.errors import EulaliaError

    with pytest.raises(EulaliaError, match="turns of both kinds"):
        boosting.fit(("a",), np.zeros((9, 1)), np.ones(9, bool), np.arange(9), rounds=3)


def test_a_model_survives_being_stored_and_a_broken_one_is_told(tmp_path):
    turns = [make_turn("a", feedback=("denial",)), make_turn("b", seconds=9)]
    defects.shipped().save(tmp_path)
    again = Boosted.open(tmp_path)
    np.testing.assert_array_equal(defects.probabilities(turns, again), defects.probabilities(turns))
    for broken in (b"", b"PK\x03\x04 broken", b"{}"):
        (tmp_path / "model.npz").write_bytes(broken)
        with pytest.raises(BoostedModelError, match="name the folder of one"):
            Boosted.open(tmp_path)
    with pytest.raises(BoostedModelError):
        Boosted.open(tmp_path / "nowhere")


def test_who_declines_the_impossible_or_recovers_has_no_defect():
    assert scores.is_defect(Truth("a", failure=Failure.CORRECT, satisfied=False)) is False
    assert scores.is_defect(Truth("a", failure=Failure.ASR)) is True
    assert scores.is_defect(Truth("a", satisfied=False)) is True
    assert scores.is_defect(Truth("a")) is None
    assert scores.is_defect(None) is None


def test_good_probabilities_have_no_error_of_calibration_and_the_whole_area():
    happened = np.array([False, False, True, True])
    perfect = scores.of_probabilities(happened, np.array([0.0, 0.0, 1.0, 1.0]))
    assert perfect["auc"] == 1.0
    assert perfect["ece"] == 0.0
    blind = scores.of_probabilities(happened, np.full(4, 0.5))
    assert blind["auc"] == 0.5
    assert blind["ece"] == 0.0
    assert blind["brier"] == blind["base_brier"]
    wrong = scores.of_probabilities(happened, np.array([1.0, 1.0, 0.0, 0.0]))
    assert wrong["auc"] == 0.0
    assert wrong["ece"] == 1.0
