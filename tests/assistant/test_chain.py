"""Stages follow one another, and one that breaks fails its turn alone."""

from __future__ import annotations

from eulalia.errors import EulaliaError
from eulalia.memory import Memory
from eulalia.turn import Answer, Hypothesis, Outcome
from tests.assistant.parts import Breaks, Make, Reads, Waits, reading


def test_a_request_passes_the_stages_in_order_and_is_answered(make: Make) -> None:
    skill = Waits()
    turn = make(Reads((reading("wait", 0.9),)), skills=[skill]).ask("please wait")
    assert [span.stage for span in turn.spans] == [
        "nlu", "resolution", "arbitration", "skill", "answer",
    ]  # fmt: skip
    assert turn.outcome is Outcome.ANSWERED
    assert turn.answer == Answer("I wait.", "en-US")
    assert turn.skill == "waits"
    assert turn.span("nlu").hypotheses == (Hypothesis("wait", 0.9),)  # type: ignore[union-attr]
    assert turn.span("skill").notes == {"patience": 3}  # type: ignore[union-attr]


def test_spans_follow_one_another_and_none_lasts_less_than_nothing(make: Make) -> None:
    turn = make(Reads((reading("wait", 0.9),)), skills=[Waits()]).ask("wait")
    ends = 0.0
    for span in turn.spans:
        assert span.start >= ends - 2e-6  # times are kept to the microsecond
        assert span.duration >= 0
        ends = span.start + span.duration


def test_a_stage_that_breaks_fails_the_turn_which_is_kept(make: Make, memory: Memory) -> None:
    turn = make(Breaks(ZeroDivisionError("by zero"))).ask("wait")
    assert turn.outcome is Outcome.FAILED
    assert turn.answer is not None
    assert turn.answer.text == "Sorry, something went wrong."
    assert turn.span("nlu").error == "ZeroDivisionError: by zero"  # type: ignore[union-attr]
    assert turn.span("skill") is None
    assert memory.turn(turn.id) == turn


def test_what_the_customer_can_mend_is_told(make: Make) -> None:
    turn = make(Breaks(EulaliaError("The model is missing; fetch it."))).ask("wait")
    assert turn.outcome is Outcome.FAILED
    assert turn.answer == Answer("The model is missing; fetch it.", "en-US")


def test_a_part_that_does_not_open_fails_the_turn(make: Make) -> None:
    turn = make(None).ask("wait")
    assert turn.outcome is Outcome.FAILED
