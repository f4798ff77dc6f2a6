"""Figures of labels, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning.labels import PrecisionError
from eulalia.learning.labels.calibration import precision_curve, threshold
from eulalia.learning.labels.evaluation import failed_most_likely, report
from eulalia.learning.labels.labelling import Label
from eulalia.truth import TrueSlot, Truth
from tests.learning.making import make_turn

chances = st.lists(st.floats(0, 1), min_size=1, max_size=8)


@given(chances)
def test_no_other_number_of_failures_has_a_higher_expected_f1(success: list[float]) -> None:
    chosen = failed_most_likely(np.array(success))
    failed = np.sort(1 - np.array(success))[::-1]
    total = failed.sum()

    def expected(count: int) -> float:
        return float(2 * failed[:count].sum() / (count + total)) if count else 0.0

    assert expected(int(chosen.sum())) == pytest.approx(
        max(expected(count) for count in range(len(success) + 1)), abs=1e-9
    )


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60),
    st.floats(0.05, 1),
)
def test_labels_above_the_threshold_are_as_precise_as_was_asked_for(
    rows: list[tuple[float, bool]], precision: float
) -> None:
    sure = np.array([row[0] for row in rows])
    right = np.array([float(row[1]) for row in rows])
    curve = precision_curve(sure, right)
    assert [point[0] for point in curve] == sorted(point[0] for point in curve)
    try:
        least = threshold(curve, precision)
    except PrecisionError:
        assert all(share < precision for _, share in curve)
    else:
        assert dict(map(tuple, curve[::-1]))[least] >= precision or any(
            point[0] == least and point[1] >= precision for point in curve
        )


@pytest.mark.parametrize("precision", [0.0, -1.0, 1.5, float("nan")])
def test_a_precision_that_is_no_share_is_refused(precision: float) -> None:
    with pytest.raises(PrecisionError, match="share above 0"):
        threshold([[0.5, 0.9]], precision)


def test_a_precision_beyond_reach_names_the_best_there_is() -> None:
    with pytest.raises(PrecisionError, match=r"at most 0\.900"):
        threshold([[0.5, 0.7], [0.8, 0.9]], 0.95)


def said(name: str, goal: str, success: float, intent: str | None, source: str | None) -> Label:
    return Label(name, goal, success, intent, (), 0.9, source)


def test_each_task_is_compared_with_the_truth_and_with_simple_rules() -> None:
    turns = [
        make_turn("1", "on with it", intent="general_quirky", feedback=("rephrase",)),
        make_turn("2", "play", intent="play_music", seconds=9),
        make_turn("3", "lights", intent="iot_hue_lighton", seconds=60),
    ]
    truths = [
        Truth("1", intent="play_music", goal="a", satisfied=False),
        Truth("2", intent="play_music", goal="a", satisfied=True),
        Truth("3", intent="alarm_set", goal="b", satisfied=True, slots=(TrueSlot("time", "six"),)),
    ]
    labels = [
        said("1", "g1", 0.1, "play_music", "2"),
        said("2", "g1", 0.9, "play_music", "2"),
        said("3", "g2", 0.9, "iot_hue_lighton", "3"),
    ]
    figures = report(turns, truths, labels)
    assert figures["success"]["accuracy"]["value"] == 1.0
    assert figures["success"]["f1"]["value"] == 1.0
    assert figures["segmentation"]["f1"]["value"] == 1.0
    assert figures["meaning"]["intent_accuracy"]["value"] == pytest.approx(2 / 3)
    before = figures["meaning"]["baselines"]["as understood"]
    assert before["intent_accuracy"]["value"] == pytest.approx(1 / 3)
    assert figures["corrections"]["n"] == 1
    assert figures["corrections"]["precision"]["value"] == 1.0
    assert "annotators" not in figures


def test_an_annotator_is_compared_with_the_majority_of_the_others() -> None:
    turns = [make_turn(str(n), "x", customer=str(n)) for n in range(2)]
    truths = [
        Truth("0", satisfied=True, ratings=(4, 4, 1)),
        Truth("1", satisfied=False, ratings=(1, 1, 1)),
    ]
    labels = [said("0", "g", 0.99, None, None), said("1", "h", 0.01, None, None)]
    figures = report(turns, truths, labels)["annotators"]
    # Of the first turn only the third annotator has others who agree: they were satisfied.
    assert figures["n"] == 4
    assert figures["one annotator"]["accuracy"]["value"] == pytest.approx(3 / 4)
    assert figures["model"]["accuracy"]["value"] == 1.0


def test_a_log_without_truth_has_no_figures() -> None:
    turn = make_turn("1")
    assert report([turn], [None], [said("1", "g", 0.5, None, None)]) == {}
