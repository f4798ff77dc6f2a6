"""Only what is surely understood, and what some skill does, is acted on."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eulalia import audio
from eulalia.assistant import SURE, Assistant
from eulalia.memory import Memory
from eulalia.tts import Speaker
from eulalia.turn import Outcome
from tests.assistant.parts import Make, Reads, Waits, reading


@pytest.fixture(scope="module")
def shared_memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with Memory.open(tmp_path_factory.mktemp("home")) as memory:
        yield memory


@given(confidence=st.floats(0, 1))
@settings(max_examples=20, deadline=None)
@example(confidence=SURE)
@example(confidence=math.nextafter(SURE, 0))
def test_only_sure_readings_are_acted_on(shared_memory: Memory, confidence: float) -> None:
    skill = Waits()
    assistant = Assistant(
        shared_memory,
        skills=[skill],
        understander=lambda: Reads((reading("wait", confidence),)),
        detector=audio.SpeechDetector,
        speaker=Speaker.open,
    )
    turn = assistant.ask("wait")
    assert len(skill.requests) == (confidence >= SURE)
    wanted = Outcome.ANSWERED if confidence >= SURE else Outcome.NOT_UNDERSTOOD
    assert turn.outcome is wanted


@pytest.mark.parametrize(
    ("chances", "acted"),
    [((0.35, 0.3), True), ((0.3, 0.2), False), ((0.24, 0.24, 0.24), False), ((0.39,), False)],
)
def test_readings_of_one_domain_are_sure_together(
    shared_memory: Memory, chances: tuple[float, ...], acted: bool
) -> None:
    skill = Waits()
    readings = tuple(
        reading("wait" if n == 0 else f"other_{n}", chance) for n, chance in enumerate(chances)
    )
    assistant = Assistant(
        shared_memory,
        skills=[skill],
        understander=lambda: Reads(readings),
        detector=audio.SpeechDetector,
        speaker=Speaker.open,
    )
    turn = assistant.ask("wait")
    assert [request.interpretation.intent for request in skill.requests] == ["wait"] * acted
    assert (turn.outcome is Outcome.ANSWERED) == acted


def test_what_was_not_understood_is_said_and_kept_with_its_best_reading(
    make: Make, memory: Memory
) -> None:
    turn = make(Reads((reading("wait", 0.2), reading("go", 0.1))), skills=[Waits()]).ask("hm")
    assert turn.outcome is Outcome.NOT_UNDERSTOOD
    assert turn.answer is not None
    assert "understand" in turn.answer.text
    assert turn.interpretation == reading("wait", 0.2)
    assert turn.span("skill") is None
    assert memory.turn(turn.id) == turn


def test_no_reading_at_all_is_not_understood(make: Make) -> None:
    assert make(Reads()).ask("hm").outcome is Outcome.NOT_UNDERSTOOD


def test_what_is_surely_out_of_scope_is_not_understood(make: Make) -> None:
    turn = make(Reads((reading("out_of_scope", 0.99),)), skills=[Waits()]).ask("who am i")
    assert turn.outcome is Outcome.NOT_UNDERSTOOD


def test_an_intent_that_no_skill_has_is_unavailable(make: Make) -> None:
    turn = make(Reads((reading("fly", 0.99),)), skills=[Waits()]).ask("fly")
    assert turn.outcome is Outcome.UNAVAILABLE
