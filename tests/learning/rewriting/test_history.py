"""What a customer asked before, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eulalia.learning.rewriting import History, history
from eulalia.learning.rewriting.history import served_share
from eulalia.text.vectors import shipped
from eulalia.turn import Outcome, Rewrite, Turn
from tests.learning.making import NOON, make_turn


def asked(*turns: Turn) -> History:
    """A history of turns that each are a session of their own."""
    made = History(shipped(), "en-US")
    for turn in turns:
        made.learn([turn])
    return made


def near(made: History, text: str, count: int = 3) -> list[str]:
    (vector,) = shipped().of([text], "en-US")
    return [wording.text for wording, _ in made.near(text, vector, count)]


def test_an_answer_that_nobody_complains_about_served() -> None:
    wording = asked(make_turn("1", "Play some JAZZ!")).get("play some jazz")
    assert wording is not None
    assert wording.tries == 1
    assert wording.served > 0.5


@pytest.mark.parametrize(
    "others",
    [
        {"outcome": Outcome.NOT_UNDERSTOOD},
        {"outcome": Outcome.FAILED},
        {"outcome": None},
        {"feedback": ("barge_in",)},
        {"feedback": ("denial",)},
        {"feedback": ("rephrase", "confirmation")},
    ],
)
def test_what_failed_or_was_complained_about_did_not_serve(others: dict[str, Any]) -> None:
    assert served_share(make_turn("1", **others), None) == 0.0


def test_the_same_wish_once_more_tells_that_the_first_did_not_serve() -> None:
    first = make_turn("1", "play some jas")
    again = make_turn("2", "play some jazz", seconds=10)
    assert served_share(first, again) < 0.5
    assert served_share(first, make_turn("2", "what time is it", seconds=10)) > 0.5
    assert served_share(first, make_turn("2", "play some jazz", seconds=600)) > 0.5


def test_success_is_a_share_held_back_while_there_is_little_to_go_by() -> None:
    once = asked(make_turn("1")).get("play jazz")
    often = asked(*(make_turn(str(n), seconds=900 * n) for n in range(20))).get("play jazz")
    assert once is not None
    assert often is not None
    assert 0.5 < once.success < often.success < 1.0


def test_the_nearest_wordings_come_first() -> None:
    made = asked(
        make_turn("1", "what is the weather"),
        make_turn("2", "play some jazz"),
        make_turn("3", "wake me up at seven"),
    )
    assert near(made, "play some jas")[0] == "play some jazz"
    assert len(near(made, "play some jas", 10)) == 3
    assert near(History(shipped(), "en-US"), "play some jazz") == []


def test_a_new_turn_counts_at_once() -> None:
    made = asked(make_turn("1", "what is the weather"))
    assert near(made, "play some jas") == ["what is the weather"]
    made.learn([make_turn("2", "play some jazz")])
    assert near(made, "play some jas")[0] == "play some jazz"


def test_a_rewrite_that_did_not_serve_is_refused_until_it_serves_again() -> None:
    rewrite = Rewrite("play some jas", "play some jazz", "personal", 0.9)
    bad = make_turn("1", "play some jas", rewrite=rewrite, feedback=("denial",))
    made = asked(bad)
    assert made.refused("play some jas", "play some jazz")
    assert not made.refused("play some jas", "play some rock")
    made.learn([make_turn("2", "play some jas", rewrite=rewrite)])
    assert not made.refused("play some jas", "play some jazz")


def test_what_a_rewrite_achieved_is_put_to_what_was_understood() -> None:
    rewrite = Rewrite("play some jas", "play some jazz", "personal", 0.9)
    made = asked(make_turn("1", "play some jas", rewrite=rewrite))
    assert made.get("play some jas") is None
    found = made.get("play some jazz")
    assert found is not None
    assert found.served > 0.5


def test_turns_without_words_or_in_another_language_are_left_out() -> None:
    made = asked(
        make_turn("1", None), make_turn("2", "?!"), make_turn("3", "spiel jazz", locale="de-DE")
    )
    assert len(made) == 0


def test_of_a_flood_of_wordings_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_MOST", 50)
    made = asked(make_turn("first", "wake me up"))
    for n in range(200):
        made.learn([make_turn(f"a{n}", f"song {n}"), make_turn(f"b{n}", "play jazz", seconds=900)])
    assert len(made) == 50
    assert made.get("wake me up") is None
    assert made.get("song 199") is not None
    kept = made.get("play jazz")
    assert kept is not None
    assert kept.tries == 200
    assert near(made, "song 199", 1) == ["song 199"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["play jazz", "play rock", "stop", "", "spiel", "wake me up"]),
            st.sampled_from([Outcome.ANSWERED, Outcome.NOT_UNDERSTOOD, None]),
            st.sampled_from([(), ("rephrase",), ("confirmation",)]),
            st.integers(0, 100),
        ),
        max_size=15,
    )
)
@settings(max_examples=40, deadline=None)
def test_shares_stay_within_bounds_whatever_happens(turns: list[Any]) -> None:
    made = History(shipped(), "en-US")
    time, session = NOON, []
    for number, (text, outcome, feedback, gap) in enumerate(turns):
        time += timedelta(seconds=gap)
        seconds = (time - NOON).total_seconds()
        session.append(
            make_turn(str(number), text, seconds=seconds, outcome=outcome, feedback=feedback)
        )
    made.learn(session)
    for text in {turn.text or "" for turn in session} - {""}:
        wording = made.get(text)
        assert wording is not None
        assert 0.0 <= wording.served <= wording.tries == wording.hours.sum()
        assert 0.0 < wording.success < 1.0
