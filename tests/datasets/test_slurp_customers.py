"""SLURP's recordings as customers."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.slurp import Prediction, Prompt, read_predictions, read_prompts
from eulalia.datasets.slurp_customers import failure, turns
from eulalia.truth import Failure, TrueSlot, Truth
from eulalia.turn import Outcome, Turn

WAKE = Prompt("1", "wake me at five o'clock", "alarm", "set", (TrueSlot("time", "five"),), ())
GOOD = Prediction("", "wake me at five o 'clock", "alarm", "set", (TrueSlot("time", "five"),))


def prompt(id: str, *recordings: str, scenario: str = "alarm", text: str = "") -> Prompt:
    return Prompt(id, text or f"wake me {id}", scenario, "set", (), recordings)


def right(name: str, said: Prompt) -> Prediction:
    return Prediction(name, said.text, said.scenario, said.action, said.slots)


def wrong(name: str, said: Prompt) -> Prediction:
    return Prediction(name, "make tea", "iot", "coffee", ())


def goals(log: Sequence[tuple[Turn, Truth]]) -> dict[str | None, list[str]]:
    """The recordings by which each wish was pursued."""
    found: dict[str | None, list[str]] = defaultdict(list)
    for turn, truth in log:
        found[truth.goal].append(turn.spans[0].notes["recording"])
    return dict(found)


@pytest.mark.parametrize(
    ("heard", "intent", "slots", "expected"),
    [
        (GOOD.heard, "alarm_set", {"time": "Five"}, Failure.CORRECT),
        ("wake at five", "alarm_set", {"time": "five"}, Failure.CORRECT),
        ("wake me at nine", "alarm_set", {"time": "nine"}, Failure.ASR),
        ("make me a fire", "iot_coffee", {}, Failure.ASR),
        ("wake me at five oclock", "alarm_query", {"time": "five"}, Failure.INTENT),
        ("wake me at five oclock", "alarm_query", {}, Failure.INTENT),
        ("wake me at five oclock", "alarm_set", {}, Failure.SLOT),
        ("wake me at five oclock", "alarm_set", {"date": "five"}, Failure.SLOT),
    ],
)
def test_the_first_stage_that_failed_beyond_recovery_is_named(
    heard: str, intent: str, slots: dict[str, str], expected: Failure
) -> None:
    scenario, _, action = intent.partition("_")
    found = tuple(TrueSlot(name, value) for name, value in slots.items())
    assert failure(WAKE, Prediction("", heard, scenario, action, found)) is expected


def test_a_customer_who_is_understood_says_nothing_twice() -> None:
    said = prompt("1", "audio-100-headset.flac", "audio-100.flac", "audio-90000.flac")
    log = turns([said], [right(name, said) for name in said.recordings])
    assert sorted(map(len, goals(log).values())) == [1, 1, 1]
    assert all(truth.satisfied for _, truth in log)


def test_a_customer_who_is_not_understood_tries_again_until_it_is_right() -> None:
    said = prompt("1", "audio-100-headset.flac", "audio-100.flac", "audio-130.flac")
    wrongs = [wrong("audio-100-headset.flac", said), wrong("audio-100.flac", said)]
    log = turns([said], [*wrongs, right("audio-130.flac", said)])
    assert [truth.satisfied for _, truth in log] == [False, False, True]
    assert len(goals(log)) == 1
    assert len({(turn.customer, turn.session) for turn, _ in log}) == 1
    gaps = [(b[0].time - a[0].time).total_seconds() for a, b in pairwise(log)]
    assert all(5 <= gap < 15 for gap in gaps)


def test_a_customer_may_put_it_in_other_words_but_not_mean_something_else() -> None:
    first, same = prompt("1", "audio-100.flac"), prompt("2", "audio-5000.flac")
    other = prompt("3", "audio-9000.flac", scenario="iot")
    log = turns(
        [first, same, other],
        [
            wrong("audio-100.flac", first),
            right("audio-5000.flac", same),
            right("audio-9000.flac", other),
        ],
    )
    assert sorted(goals(log).values()) == [
        ["audio-100.flac", "audio-5000.flac"],
        ["audio-9000.flac"],
    ]


def test_chat_without_slots_is_never_put_in_other_words() -> None:
    first = prompt("1", "audio-100.flac", scenario="general")
    other = prompt("2", "audio-5000.flac", scenario="general")
    log = turns([first, other], [wrong("audio-100.flac", first), right("audio-5000.flac", other)])
    assert len(goals(log)) == 2


def test_who_is_never_understood_gives_up_and_ends_the_session() -> None:
    said = prompt("1", *(f"audio-{100 + n}.flac" for n in range(40)))
    log = turns([said], [wrong(name, said) for name in said.recordings])
    wishes = goals(log)
    assert all(1 <= len(names) <= 5 for names in wishes.values())
    assert len({turn.session for turn, _ in log}) == len(wishes)


def test_people_who_read_at_other_times_are_other_customers() -> None:
    said = prompt("1", "audio-100.flac", "audio-90000.flac", "audio--200.flac")
    log = turns([said], [right(name, said) for name in said.recordings])
    assert sorted(Counter(turn.customer for turn, _ in log).values()) == [1, 2]


def test_a_reading_that_no_skill_serves_is_known_not_to_be_understood() -> None:
    said = prompt("1", "audio-100.flac")
    turn, truth = turns([said], [wrong("audio-100.flac", said)])[0]
    assert turn.outcome is Outcome.NOT_UNDERSTOOD
    assert turn.skill is None
    assert truth.failure is Failure.ASR


def test_slots_point_into_what_was_heard() -> None:
    said = prompt("1", "audio-100.flac")
    slots = (TrueSlot("a", "two"), TrueSlot("b", "two"), TrueSlot("c", "ten"))
    turn, _ = turns([said], [Prediction("audio-100.flac", "two or two", "alarm", "set", slots)])[0]
    assert turn.interpretation is not None
    places = [(slot.start, slot.end) for slot in turn.interpretation.slots]
    assert places == [(0, 3), (7, 10), (0, 3)]


def test_recordings_without_annotation_or_time_are_one_sentence() -> None:
    said = prompt("1", "audio-100.flac", "noise.flac")
    with pytest.raises(DatasetError, match=r"No annotation has the recording 'audio-7\.flac'"):
        turns([said], [right("audio-7.flac", said)])
    with pytest.raises(DatasetError, match=r"'noise\.flac' must hold its time"):
        turns([said], [right("noise.flac", said)])


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(1, 9_000), st.booleans(), st.booleans()),
        max_size=30,
        unique_by=lambda item: item[1:3],
    ),
    st.randoms(use_true_random=False),
)
def test_every_recording_is_one_turn_in_whatever_order_they_come(
    readings: list[tuple[int, int, bool, bool]], random: object
) -> None:
    names = [
        (id, f"audio-{time}{'-headset' * near}.flac", good) for id, time, near, good in readings
    ]
    prompts = [
        prompt(str(id), *(name for owner, name, _ in names if owner == id), text=f"wish {id % 2}")
        for id in range(5)
    ]
    predictions = [(right if good else wrong)(name, prompts[id]) for id, name, good in names]
    log = turns(prompts, predictions)
    assert sorted(turn.spans[0].notes["recording"] for turn, _ in log) == sorted(
        name for _, name, _ in names
    )
    assert len({turn.id for turn, _ in log}) == len(log)
    for names_of_wish in goals(log).values():
        attempts = [
            truth for turn, truth in log if turn.spans[0].notes["recording"] in names_of_wish
        ]
        assert all(not truth.satisfied for truth in attempts[:-1])
    random.shuffle(predictions)  # type: ignore[attr-defined]
    random.shuffle(prompts)  # type: ignore[attr-defined]
    assert turns(prompts, predictions) == log


@pytest.mark.data
def test_the_published_recordings_are_turns_that_do_not_tell_their_truth() -> None:
    folder = Path(os.environ.get("EULALIA_DATA", "")) / "slurp"
    files = sorted(folder.glob("multi_slurp_hermit_predictions.jsonl*"))
    if not os.environ.get("EULALIA_DATA") or not files:
        pytest.skip("EULALIA_DATA names no folder with SLURP's predictions")
    predictions = read_predictions(files[0])
    log = turns(read_prompts(folder), predictions)
    assert len(log) == len(predictions)
    shares = Counter(truth.failure for _, truth in log)
    assert 0.5 < shares[Failure.CORRECT] / len(log) < 0.6
    assert all(shares[kind] > 0.05 * len(log) for kind in (Failure.INTENT, Failure.SLOT))
    for turn, truth in log:
        assert turn.interpretation is not None
        assert turn.feedback == ()
        for slot in turn.interpretation.slots:
            assert (turn.text or "")[slot.start : slot.end] == slot.value
        assert truth.goal not in turn.to_json()[:60]
