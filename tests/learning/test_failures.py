"""Where turns failed, and what tells so."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from eulalia.errors import EulaliaError
from eulalia.learning import failures
from eulalia.learning.failures import FailureModelError, Failures
from eulalia.truth import Failure
from eulalia.turn import Context, Entity, Hypothesis, Outcome, Span, Turn
from tests.learning.making import make_turn


def traced(
    name: str,
    text: str,
    *,
    intent: str = "alarm_set",
    heard: tuple[tuple[str, float], ...] = (),
    understood: float = 0.95,
    woken: float | None = 0.95,
    loudness: float = 0.3,
    skill_seconds: float = 0.02,
    error: str | None = None,
    **others: object,
) -> Turn:
    """A turn with the spans that the assistant leaves."""
    turn = make_turn(name, text, intent=intent, **others)  # type: ignore[arg-type]
    hypotheses = tuple(Hypothesis(*pair) for pair in heard or ((text, 0.96),))
    wake = (Span("wake", 0.0, 0.08, notes={"score": woken}),) if woken is not None else ()
    spans = (
        *wake,
        Span("vad", 0.1, 0.01, notes={"peak": loudness, "segments": [[0.3, 2.1]]}),
        Span("asr", 0.11, 0.1, hypotheses, notes={"mode": "open"}),
        Span("nlu", 0.2, 0.002, (Hypothesis(intent, understood), Hypothesis("qa_factoid", 0.02))),
        Span("resolution", 0.21, 0.001, ()),
        Span("arbitration", 0.22, 0.001, (Hypothesis("skill", understood),)),
        Span("skill", 0.23, skill_seconds, (Hypothesis("skill", understood),), error=error),
        Span("answer", 0.3, 0.001, (Hypothesis("Done.", 1.0),)),
    )
    meaning = replace(turn.interpretation, confidence=understood) if turn.interpretation else None
    return replace(turn, spans=spans, interpretation=meaning, context=Context(device="speaker-1"))


def judge(*turns: Turn) -> list[Failure]:
    return [verdict.failure for verdict in failures.shipped().judge(turns)]


def test_a_plain_request_that_was_answered_went_well():
    assert judge(traced("a", "wake me up at seven am", slots={"time": "seven am"})) == [
        Failure.CORRECT
    ]


def test_an_early_error_that_was_recovered_from_is_no_failure():
    recovered = traced(
        "a",
        "wake up me at seven am",
        heard=(("wake up me at seven am", 0.5), ("wake me up at seven am", 0.4)),
        slots={"time": "seven am"},
        feedback=("confirmation",),
    )
    assert judge(recovered) == [Failure.CORRECT]


def test_a_request_for_what_cannot_be_done_is_no_failure_when_it_is_declined():
    declined = traced(
        "a",
        "order a pizza from the restaurant",
        intent="takeaway_order",
        slots={"food_type": "pizza"},
        outcome=Outcome.UNAVAILABLE,
    )
    assert judge(declined) == [Failure.CORRECT]


def test_misheard_words_that_are_then_said_again_are_the_ears_failure():
    turns = (
        traced(
            "a",
            "wake me up at heaven m.",
            heard=(("wake me up at heaven m.", 0.3), ("wake me up at seven am", 0.29)),
            understood=0.6,
            feedback=("rephrase",),
        ),
        traced("b", "wake me up at seven am", slots={"time": "seven am"}, seconds=9, woken=None),
    )
    assert judge(*turns) == [Failure.ASR, Failure.CORRECT]


def test_a_doubtful_wake_with_a_faint_voice_is_a_false_one():
    turn = traced(
        "a",
        "and then she said to me on the",
        intent="general_quirky",
        heard=(("and then she said to me on the", 0.2), ("then she set me on the", 0.19)),
        understood=0.5,
        woken=0.4,
        loudness=0.08,
        feedback=("barge_in",),
    )
    assert judge(turn) == [Failure.FALSE_WAKE]


def test_a_skill_that_broke_is_a_failure_of_the_result():
    turn = traced(
        "a",
        "wake me up at seven am",
        slots={"time": "seven am"},
        outcome=Outcome.FAILED,
        error="TimeoutError: the service did not answer",
        skill_seconds=8.0,
        feedback=("reprompt",),
    )
    verdict = failures.shipped().judge([turn])[0]
    assert verdict.failure is Failure.RESULT
    assert "a stage broke" in verdict.evidence or "the skill broke" in verdict.evidence


def test_a_thing_unlike_its_name_is_a_failure_of_the_resolution():
    turn = traced(
        "a",
        "turn off the light in the kitchen",
        intent="iot_hue_lightoff",
        slots={"house_place": "kitchen"},
        feedback=("barge_in", "denial"),
    )
    wrong = replace(
        turn,
        entities=(Entity("house_place", "room", "garage", 0.8),),
        spans=tuple(
            replace(span, hypotheses=(Hypothesis("house_place: garage", 0.8),))
            if span.stage == "resolution"
            else span
            for span in turn.spans
        ),
    )
    verdict = failures.shipped().judge([wrong])[0]
    assert verdict.failure is Failure.RESOLUTION
    assert any("thing" in sentence for sentence in verdict.evidence)


def test_verdicts_are_probabilities_with_at_most_three_sentences():
    turns = [traced("a", "wake me up"), traced("b", "xyzzy plugh", seconds=5, woken=None)]
    for verdict in failures.shipped().judge(turns):
        assert sum(verdict.probabilities.values()) == pytest.approx(1)
        assert verdict.confidence == verdict.probabilities[verdict.failure]
        assert verdict.defect == pytest.approx(1 - verdict.probabilities[Failure.CORRECT])
        assert len(verdict.evidence) <= failures.MOST_EVIDENCE
        assert len(set(verdict.evidence)) == len(verdict.evidence)


def test_the_order_of_a_log_does_not_matter():
    turns = [traced(str(n), f"play {'jazz ' * (n % 3)}now", seconds=7.0 * n) for n in range(12)]
    mixed = turns.copy()
    random.Random(3).shuffle(mixed)
    by_id = {verdict.turn: verdict for verdict in failures.shipped().judge(mixed)}
    assert [by_id[turn.id] for turn in turns] == failures.shipped().judge(turns)


def test_no_turns_have_no_verdicts_and_bare_or_foreign_ones_have_some():
    assert failures.shipped().judge([]) == []
    bare = make_turn("a", None, intent=None, outcome=None)
    huge = make_turn("b", "word " * 5_000, seconds=9)
    foreign = make_turn("c", "七時に起こして", seconds=20, locale="ja-JP")
    odd = replace(
        make_turn("d", "play \udcff\0", seconds=30),
        spans=(Span("vad", 0.0, 0.1, notes={"peak": "loud", "segments": [3]}),),
    )
    verdicts = failures.shipped().judge([bare, huge, foreign, odd])
    assert [verdict.turn for verdict in verdicts] == ["a", "b", "c", "d"]
    assert all(np.isfinite(list(v.probabilities.values())).all() for v in verdicts)


def test_one_turn_is_explained_by_what_came_before_and_after():
    first = traced("a", "wake me up at heaven", feedback=("reprompt",))
    second = traced("b", "wake me up at seven", seconds=8, woken=None)
    alone = failures.explain(first)
    followed = failures.explain(first, following=(second,))
    assert alone.turn == followed.turn == "a"
    assert followed.defect > alone.defect


def test_a_model_survives_being_stored_and_a_broken_one_is_told(tmp_path):
    turns = [traced("a", "wake me up"), traced("b", "play jazz", seconds=70)]
    failures.shipped().save(tmp_path)
    assert Failures.open(tmp_path).judge(turns) == failures.shipped().judge(turns)
    whole = (tmp_path / "model.npz").read_bytes()
    for broken in (b"", b"PK", whole[: len(whole) // 2]):
        (tmp_path / "model.npz").write_bytes(broken)
        with pytest.raises(FailureModelError, match="name the folder of one"):
            Failures.open(tmp_path)


def test_verdicts_that_cannot_be_written_leave_nothing(tmp_path):
    with pytest.raises(EulaliaError, match="cannot be written"):
        failures.write(tmp_path / "nowhere" / "verdicts.jsonl", [])
    assert list(tmp_path.iterdir()) == []
