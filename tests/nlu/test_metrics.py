"""The figures of MASSIVE, by hand and against a second implementation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.nlu.metrics import (
    Interval,
    Measure,
    MetricsError,
    Reading,
    Scores,
    average,
    expected_calibration_error,
    labels_of,
    score,
    slot_f1,
    spans,
    student_t_quantile,
)
from eulalia.turn import Slot

LABELS = st.sampled_from(["Other", "date", "time", "person"])
SENTENCES = st.integers(0, 7).flatmap(
    lambda length: st.tuples(
        st.lists(LABELS, min_size=length, max_size=length),
        st.lists(LABELS, min_size=length, max_size=length),
    )
)


def f1(references: list[list[str]], predictions: list[list[str]]) -> float:
    return slot_f1(references, predictions).value


def reading(intent: str, *labels: str) -> Reading:
    return Reading(intent, labels)


# The cases below are worked by hand; those with single letters are MASSIVE's own examples.


def test_neighbours_of_one_label_are_one_slot() -> None:
    assert list(spans(["date", "date", "Other", "date"])) == [("date", 0, 2), ("date", 3, 4)]


def test_a_slot_found_in_two_parts_is_not_found() -> None:
    # Wanted one slot of three tokens; predicted two shorter ones: nothing right of 1 + 2.
    assert f1([["X", "X", "X"]], [["X", "Other", "X"]]) == 0


def test_two_adjacent_slots_of_one_label_equal_one_long_slot() -> None:
    # "[date : tomorrow] [date : friday]" cannot be told from "[date : tomorrow friday]".
    assert f1([["date", "date"]], [["date", "date"]]) == 1


def test_slots_of_different_labels_side_by_side_are_two() -> None:
    assert f1([["X", "X", "Z"]], [["X", "X", "Y"]]) == 0.5


def test_recurring_slots_count_each_time() -> None:
    wanted = ["X", "X", "Other", "X", "X", "Z", "Y"]
    predicted = ["X", "X", "Other", "X", "X", "Y", "Z"]
    assert f1([wanted], [predicted]) == 0.5


def test_a_slot_too_long_and_a_slot_too_short_are_wrong() -> None:
    assert f1([["X", "X", "Other", "Y", "Y"]], [["X", "X", "X", "Y", "Y"]]) == 0.5
    assert f1([["X", "X", "Other", "Y", "Y"]], [["X", "Other", "Other", "Y", "Y"]]) == 0.5


def test_f1_is_micro_averaged_over_requests() -> None:
    # 1 right of 1 predicted and 2 wanted: 2 · 1 / 3. Averaging requests would give 0.5.
    assert f1([["Y"], ["X"]], [["Other"], ["X"]]) == pytest.approx(2 / 3)


def test_requests_without_slots_count_for_nothing_in_f1() -> None:
    assert f1([["Other", "Other"], ["X"]], [["Other", "Other"], ["X"]]) == 1


def test_a_slot_predicted_where_there_is_none_lowers_f1() -> None:
    assert f1([["Other"], ["X"]], [["X"], ["X"]]) == pytest.approx(2 / 3)


def test_f1_without_any_slot_is_zero_as_in_seqeval() -> None:
    assert slot_f1([["Other"]], [["Other"]]) == Measure(0.0, Interval(0.0, 1.0))


def test_exact_match_needs_the_intent_and_every_label() -> None:
    wanted = [
        reading("A", "X", "X"),
        reading("B", "X", "X", "Y"),
        reading("D", "X"),
        reading("E", "X", "Z"),
    ]
    predicted = [
        reading("A", "X", "Y"),
        reading("B", "X", "X", "Y"),
        reading("C", "X"),
        reading("E", "X", "Y"),
    ]
    scores = score(wanted, predicted)
    assert scores.n == 4
    assert scores.intent_accuracy.value == 0.75
    assert scores.exact_match.value == 0.25


def test_no_requests_is_an_error_and_not_a_score() -> None:
    with pytest.raises(MetricsError, match="no requests"):
        score([], [])


def test_a_missing_prediction_is_an_error() -> None:
    with pytest.raises(MetricsError, match="1 references and 0 predictions"):
        score([reading("A")], [])


def test_a_prediction_over_other_tokens_is_an_error() -> None:
    with pytest.raises(MetricsError, match="Request 0 has 1 tokens and its prediction 2 labels"):
        score([reading("A", "X")], [reading("A", "X", "X")])


# A second implementation, the long way round: BIO tags as MASSIVE's scripts make them, entities
# read from the tags as seqeval reads them, each one looked for in a list.


def bio(labels: list[str]) -> list[str]:
    tags = []
    before = None
    for label in labels:
        if label == "Other":
            tags.append("O")
        elif label == before:
            tags.append("I-" + label)
        else:
            tags.append("B-" + label)
        before = label
    return tags


def entities(tags: list[str]) -> list[tuple[str, int, int]]:
    found = []
    for start, tag in enumerate(tags):
        if tag.startswith("B-"):
            end = start
            while end + 1 < len(tags) and tags[end + 1] == "I-" + tag[2:]:
                end += 1
            found.append((tag[2:], start, end))
    return found


@given(st.lists(SENTENCES, max_size=6))
def test_f1_equals_that_of_entities_read_from_bio_tags(
    sentences: list[tuple[list[str], list[str]]],
) -> None:
    right = predicted = wanted = 0
    for want, have in sentences:
        reference = entities(bio(want))
        prediction = entities(bio(have))
        wanted += len(reference)
        predicted += len(prediction)
        for entity in prediction:
            if entity in reference:
                right += 1
    precision = right / predicted if predicted else 0.0
    recall = right / wanted if wanted else 0.0
    expected = 2 * precision * recall / (precision + recall) if right else 0.0
    measure = slot_f1([want for want, _ in sentences], [have for _, have in sentences])
    assert measure.value == pytest.approx(expected)
    assert 0 <= measure.interval.low <= measure.value + 1e-12
    assert measure.value - 1e-12 <= measure.interval.high <= 1


@given(st.lists(LABELS, max_size=8))
def test_spans_cover_exactly_the_labelled_tokens(labels: list[str]) -> None:
    rebuilt = ["Other"] * len(labels)
    for name, first, behind in spans(labels):
        assert first < behind
        rebuilt[first:behind] = [name] * (behind - first)
    assert rebuilt == labels


# Slots to labels


def test_a_token_takes_the_slot_that_covers_its_first_character() -> None:
    # "wake me tomorrow", slot over "morrow" only: the token begins outside.
    assert labels_of([Slot("date", "morrow", 10, 16)], (0, 5, 8)) == ("Other", "Other", "Other")
    assert labels_of([Slot("date", "tom", 8, 11)], (0, 5, 8)) == ("Other", "Other", "date")


def test_the_first_of_overlapping_slots_wins() -> None:
    slots = [Slot("date", "friday", 0, 6), Slot("time", "friday nine", 0, 11)]
    assert labels_of(slots, (0, 7)) == ("date", "time")


def test_a_token_that_the_text_lacks_has_no_slot() -> None:
    assert labels_of([Slot("date", "x", 0, 9)], (0, -1)) == ("date", "Other")


def test_characters_and_ascii_runs_take_their_slots() -> None:
    # 播放 jazz 音乐: two characters, one run of ASCII, two characters.
    slots = [Slot("music_genre", "jazz", 2, 6)]
    assert labels_of(slots, (0, 1, 2, 6, 7)) == ("Other", "Other", "music_genre", "Other", "Other")


# Averages and intervals


def scores(value: float, n: int = 10) -> Scores:
    measure = Measure(value, Interval(value, value))
    return Scores(n, measure, measure, measure)


def test_every_locale_counts_the_same_in_the_average() -> None:
    mean = average([scores(0.5, n=1000), scores(0.7, n=10)])
    assert mean.n == 2
    assert mean.intent_accuracy.value == pytest.approx(0.6)


def test_the_interval_of_an_average_is_student_s() -> None:
    # Mean 0.6, standard deviation 0.1, standard error 0.1 / √3, t(2) = 4.3027.
    interval = average([scores(0.5), scores(0.6), scores(0.7)]).slot_f1.interval
    assert interval.low == pytest.approx(0.6 - 4.3027 * 0.1 / math.sqrt(3), abs=1e-4)
    assert interval.high == pytest.approx(0.6 + 4.3027 * 0.1 / math.sqrt(3), abs=1e-4)


def test_the_average_of_one_locale_is_that_locale() -> None:
    assert average([scores(0.5)]).exact_match == Measure(0.5, Interval(0.5, 0.5))


def test_no_locales_have_no_average() -> None:
    with pytest.raises(MetricsError, match="no locales"):
        average([])


@pytest.mark.parametrize(
    ("degrees", "quantile"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (10, 2.2281), (51, 2.0076)],
)
def test_quantiles_are_those_of_the_printed_tables(degrees: int, quantile: float) -> None:
    assert student_t_quantile(degrees) == pytest.approx(quantile, abs=5e-5)


def test_wilson_interval_is_the_published_example() -> None:
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
    wanted = [reading("A")] * 263
    predicted = [reading("A" if number < 81 else "B") for number in range(263)]
    interval = score(wanted, predicted).intent_accuracy.interval
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)
    interval = score([reading("A")] * 20, [reading("B")] * 20).intent_accuracy.interval
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.0, 0.1611)


def test_the_interval_of_f1_narrows_with_more_requests() -> None:
    want, have = [["X"], ["X"], ["Other"]], [["X"], ["Y"], ["Other"]]
    few, many = slot_f1(want * 5, have * 5), slot_f1(want * 500, have * 500)
    assert few.value == many.value == 0.5
    width = [measure.interval.high - measure.interval.low for measure in (few, many)]
    # About a tenth for a hundred times the requests; 15 of them have a larger correction.
    assert width[0] / width[1] == pytest.approx(10, rel=0.05)


# Calibration


def test_confidences_that_come_true_have_no_calibration_error() -> None:
    assert expected_calibration_error([0.75] * 4, [True, True, True, False]) == 0


def test_calibration_error_weighs_each_bin_by_its_requests() -> None:
    # Three at 0.9, all wrong: off by 0.9; one at 0.1, wrong: off by 0.1. (3 · 0.9 + 0.1) / 4.
    error = expected_calibration_error([0.9, 0.9, 0.9, 0.1], [False] * 4)
    assert error == pytest.approx(0.7)


def test_errors_of_opposite_sign_in_different_bins_do_not_cancel() -> None:
    assert expected_calibration_error([0.2, 0.8], [True, False]) == pytest.approx(0.8)


def test_confidences_at_the_ends_fall_into_the_outer_bins() -> None:
    assert expected_calibration_error([0.0, 1.0], [False, True]) == 0


@pytest.mark.parametrize(
    ("confidences", "right"),
    [([], []), ([0.5], [True, False]), ([1.5], [True]), ([math.nan], [True])],
)
def test_confidences_that_are_none_are_refused(confidences: list[float], right: list[bool]) -> None:
    with pytest.raises(MetricsError):
        expected_calibration_error(confidences, right)
