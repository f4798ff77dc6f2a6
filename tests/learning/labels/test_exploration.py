"""What is asked and tried, and how often."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eulalia.learning.labels.exploration import (
    ExplorationError,
    Kind,
    Probe,
    by_customer,
    choose,
    heed,
)
from eulalia.turn import Hypothesis, Span
from tests.learning.making import make_turn


def test_what_is_most_in_doubt_is_asked_about() -> None:
    turns = [make_turn(str(n), f"request {n}") for n in range(3)]
    assert [probe.turn for probe in choose(turns, 1, [0.99, 0.5, 0.2])] == ["1"]


def test_of_equal_doubts_the_more_frequent_request_is_asked_about() -> None:
    turns = [make_turn("rare", "play jazz")]
    turns += [make_turn(f"often{n}", "lights on", customer=f"c{n}") for n in range(5)]
    first = choose(turns, 1, [0.5] * 6)[0]
    assert first.turn.startswith("often")
    assert first.requests == 5


def test_a_customer_who_repeats_is_asked_once_about_a_request() -> None:
    turns = [make_turn(str(n), "lights on", seconds=n) for n in range(50)]
    assert len(choose(turns, 10, [0.5] * 50)) == 1


def test_nothing_certain_nothing_said_outright_and_no_silence_is_asked_about() -> None:
    turns = [
        make_turn("sure", "play jazz"),
        make_turn("told", "stop", feedback=("denial",)),
        make_turn("silent", None),
        make_turn("noise", "?!"),
    ]
    assert choose(turns, 9, [1.0, 0.5, 0.5, 0.5]) == []


def test_a_contending_second_reading_is_tried_where_the_first_seems_wrong() -> None:
    hypotheses = (Hypothesis("play_music", 0.5), Hypothesis("play_radio", 0.45))
    turn = make_turn("1", spans=(Span("nlu", 0.0, 0.1, hypotheses),))
    (probe,) = choose([turn], 1, [0.3])
    assert (probe.kind, probe.hypothesis) == (Kind.TRY, "play_radio")
    (probe,) = choose([turn], 1, [0.6])
    assert (probe.kind, probe.hypothesis) == (Kind.ASK, None)


@given(
    st.integers(0, 3),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 2), st.integers(0, 3), st.integers(0, 4)),
        max_size=40,
    ),
)
def test_the_budget_of_each_customer_and_day_is_kept(
    budget: int, rows: list[tuple[float, int, int, int]]
) -> None:
    turns = [
        make_turn(str(n), f"request {text}", customer=f"c{customer}", seconds=86_400.0 * day)
        for n, (_, customer, day, text) in enumerate(rows)
    ]
    chosen = choose(turns, budget, [chance for chance, *_ in rows])
    days = {turn.id: (turn.customer, turn.time.date()) for turn in turns}
    assert all(count <= budget for count in Counter(days[p.turn] for p in chosen).values())
    assert all(probe.bits >= 0.5 for probe in chosen)
    assert sum(map(len, by_customer(chosen, turns).values())) == len(chosen)


def test_a_budget_below_nothing_and_chances_that_are_none_are_refused() -> None:
    turn = make_turn("1")
    with pytest.raises(ExplorationError, match="give 0 or more"):
        choose([turn], -1, [0.5])
    with pytest.raises(ExplorationError, match="one probability"):
        choose([turn], 1, [])
    with pytest.raises(ExplorationError, match="one probability"):
        choose([turn], 1, [float("nan")])
    assert choose([], 5, []) == []


def test_the_answer_becomes_feedback_like_any_other() -> None:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    assert heed(True, now).kind == "confirmation"
    assert heed(False, now).kind == "denial"
    assert heed(True, now).detail == "asked"
    assert isinstance(choose([make_turn("1")], 1, [0.5])[0], Probe)
