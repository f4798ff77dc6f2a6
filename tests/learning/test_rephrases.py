import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.errors import EulaliaError
from eulalia.learning import rephrases
from eulalia.learning.stored import load, save
from eulalia.truth import Truth
from tests.learning.making import make_turn


def detect(*turns, **options):
    return rephrases.detect(turns, model=rephrases.BELIEVED, **options)


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


def test_another_request_is_no_rephrase():
    found = detect(
        make_turn("a", "play jazz"),
        make_turn("b", "wake me up at seven", intent="alarm_set", seconds=9),
    )
    assert found == [None, None]


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
    found = rephrases.detect_by_similarity(turns, 0.6)
    assert found[0] is not None
    assert rephrases.detect_by_similarity(turns, 0.95) == [None, None]


def test_true_pairs_follow_the_goals_without_a_gap():
    turns = [make_turn(name, seconds=5 * n) for n, name in enumerate("abcd")]
    truths = [Truth(t.id, goal=goal) for t, goal in zip(turns, "xxyx", strict=True)]
    assert rephrases.true_pairs(turns, truths) == {("a", "b")}


def test_learning_from_goals_beats_the_baseline_where_words_differ():
    turns, truths = [], []
    ways = ("play jazz", "some jazz music please", "put the jazz on")
    for number in range(60):
        for step, text in enumerate((*ways, "play rock", "rock music please now")):
            turns.append(
                make_turn(
                    f"{number}-{step}", text, seconds=9 * step, session=str(number),
                    slots={"genre": "jazz" if "jazz" in text else "rock"},
                )
            )  # fmt: skip
            truths.append(Truth(turns[-1].id, goal=f"{number}-{'jazz' in text}"))
    truth = rephrases.true_pairs(turns, truths)
    model = rephrases.fit(turns, truths)
    own = rephrases.pair_f1(truth, rephrases.predicted_pairs(rephrases.detect(turns, model=model)))
    peers = [
        rephrases.pair_f1(
            truth, rephrases.predicted_pairs(rephrases.detect_by_similarity(turns, share / 10))
        )
        for share in range(1, 10)
    ]
    assert own > 1.1 * max(peers)


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


def test_a_model_survives_being_stored_and_a_broken_one_is_told(tmp_path):
    save(rephrases.BELIEVED, "rephrases", tmp_path)
    assert load("rephrases", tmp_path) == rephrases.BELIEVED
    (tmp_path / "rephrases.json").write_text("{}")
    with pytest.raises(EulaliaError, match="table of weights"):
        load("rephrases", tmp_path)
