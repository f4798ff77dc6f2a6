from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning import rephrases
from eulalia.truth import Truth
from tests.learning.making import make_turn


def detect(*turns, **options):
    return rephrases.detect(turns, **options)


def test_a_request_said_again_is_found_with_its_whole_span():
    turns = (
        make_turn("a", "turn on the kitchen light", feedback=("barge_in",)),
        make_turn("b", "turn on the light in the kitchen", seconds=6, feedback=("barge_in",)),
        make_turn("c", "kitchen light on", seconds=12),
        make_turn("d", "what is the weather", intent="weather_query", seconds=40),
    )
    found = detect(*turns)
    assert found[0] is not None
    assert found[0].later == ("b", "c")
    assert found[1] is not None
    assert found[2] is None
    assert found[3] is None


def test_another_request_is_no_rephrase_after_a_while_or_after_thanks():
    first, other = make_turn("a", "play jazz"), "wake me up at seven"
    assert detect(first, make_turn("b", other, intent="alarm_set", seconds=20)) == [None, None]
    thanked = make_turn("a", "play jazz", feedback=("confirmation",))
    assert detect(thanked, make_turn("b", other, intent="alarm_set", seconds=9)) == [None, None]


def test_a_rephrase_may_not_come_too_late():
    turns = (make_turn("a", feedback=("denial",)), make_turn("b", seconds=100))
    assert detect(*turns)[0] is not None
    assert detect(*turns, latest_seconds=50) == [None, None]


def test_single_turns_empty_texts_and_no_turns_have_no_rephrases():
    assert detect() == []
    assert detect(make_turn("a")) == [None]
    assert detect(make_turn("a", None), make_turn("b", None, session="t")) == [None, None]


def test_the_baseline_goes_by_letters_alone():
    turns = [make_turn("a", "play jazz"), make_turn("b", "play jazz please", seconds=5)]
    found = rephrases.detect_by_similarity(turns, 0.3)
    assert found[0] is not None
    assert rephrases.detect_by_similarity(turns, 0.95) == [None, None]


def test_the_baseline_gets_the_best_threshold_there_is():
    turns = [
        make_turn("a", "play jazz"),
        make_turn("b", "play jazz please", seconds=5),
        make_turn("c", "what is the weather", seconds=9),
    ]
    truths = [Truth(t.id, goal=goal) for t, goal in zip(turns, "xxy", strict=True)]
    best, threshold = rephrases.best_similarity(turns, truths)
    assert best == 1.0
    found = rephrases.predicted_pairs(rephrases.detect_by_similarity(turns, threshold))
    assert found == {("a", "b")}


def test_true_spans_are_the_first_without_a_gap():
    turns = [make_turn(name, seconds=5 * n) for n, name in enumerate("abcd")]
    truths = [Truth(t.id, goal=goal) for t, goal in zip(turns, "xxyx", strict=True)]
    # Once it was followed by something else, a run is over, and yet one may come back to it.
    assert rephrases.true_pairs(turns, truths) == {("a", "b"), ("b", "d")}


@given(st.lists(st.tuples(st.sampled_from(["jazz", "rock", ""]), st.integers(0, 300)), max_size=12))
def test_spans_are_later_turns_without_a_gap(said):
    turns = [make_turn(f"{n:02}", text, seconds=at) for n, (text, at) in enumerate(said)]
    order = sorted(turns, key=lambda turn: (turn.time, turn.id))
    ids = [turn.id for turn in order]
    for found in detect(*turns):
        if found is not None:
            places = [ids.index(later) for later in found.later]
            assert places == list(range(places[0], places[0] + len(places)))
            assert places[0] > ids.index(found.turn)
