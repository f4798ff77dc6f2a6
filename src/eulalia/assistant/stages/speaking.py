"""The stage tts: an answer as sound. It comes after the chain, once the turn is kept."""

from __future__ import annotations

from contextlib import suppress

from eulalia.assistant.parts import Parts, Samples
from eulalia.assistant.request import SAMPLE_RATE
from eulalia.assistant.trace import StageError, Trace


def speak(trace: Trace, parts: Parts) -> Samples | None:
    """The answer as sound, or None where it has no voice or the turn no answer."""
    answer = trace.turn.answer
    if answer is None:
        return None
    with suppress(StageError), trace.stage("tts") as report:
        # Without a voice the answer stands as text, and the span says why it was not spoken.
        samples = parts.speaker().speak(answer.text, answer.locale)
        report.notes["seconds"] = round(len(samples) / SAMPLE_RATE, 3)
        return samples
    return None
