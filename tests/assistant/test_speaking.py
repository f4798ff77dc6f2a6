"""Answers are spoken, and the span of it joins the turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eulalia.memory import Memory
from eulalia.turn import Answer
from tests.assistant.parts import Make, Reads, Waits, reading


def test_an_answer_is_spoken_and_its_span_joins_the_kept_turn(make: Make, memory: Memory) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()])
    turn = assistant.ask("wait")
    samples = assistant.speak(turn)
    assert samples is not None
    assert samples.dtype == np.float32
    assert float(np.abs(samples).max()) > 0.05
    kept = memory.turn(turn.id)
    assert kept is not None
    assert [span.stage for span in kept.spans] == [*(s.stage for s in turn.spans), "tts"]


def test_a_locale_without_a_voice_stays_text_and_says_so(make: Make, memory: Memory) -> None:
    assistant = make(Reads((reading("wait", 0.9),)), skills=[Waits()])
    turn = replace(assistant.ask("wait"), answer=Answer("ចាំ", "km-KH"))
    assert assistant.speak(turn) is None
    kept = memory.turn(turn.id)
    assert kept is not None
    assert "km-KH" in kept.span("tts").error  # type: ignore[union-attr, operator]
