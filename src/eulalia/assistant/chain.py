"""The order of the stages.

A stage is a function of the trace and the assistant's parts. It reads what earlier stages left in
the trace, opens a span with `trace.stage(name)`, and leaves something there for those behind it.
One that answers the turn ends the chain. A new stage is a file in `stages` and a line here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from eulalia.assistant.parts import Parts
from eulalia.assistant.stages.action import act
from eulalia.assistant.stages.arbitration import choose
from eulalia.assistant.stages.asking import ask
from eulalia.assistant.stages.detection import detect
from eulalia.assistant.stages.following import follow
from eulalia.assistant.stages.hearing import hear
from eulalia.assistant.stages.offering import note_feedback, offer
from eulalia.assistant.stages.recalling import recall
from eulalia.assistant.stages.repairing import remember, repair
from eulalia.assistant.stages.resolution import resolve_slots
from eulalia.assistant.stages.rewriting import rewrite
from eulalia.assistant.stages.understanding import understand
from eulalia.assistant.trace import StageError, Trace

Stage = Callable[[Trace, Parts], None]

TYPED: Final[tuple[Stage, ...]] = (
    follow, repair, recall, rewrite, understand, resolve_slots, choose, act,
)  # fmt: skip
"""From the words of a request to its answer."""
SPOKEN: Final[tuple[Stage, ...]] = (detect, hear, *TYPED)
"""From the sound of a request to its answer."""
AFTERWARDS: Final[tuple[Stage, ...]] = (remember, note_feedback, offer, ask)
"""Behind the answer, which stands even where one of these breaks."""


def run(stages: tuple[Stage, ...], trace: Trace, parts: Parts) -> None:
    """Pass a turn through the stages until one has answered it.

    A stage that breaks fails the turn, whose answer then says so. NoSpeechError comes through.
    """
    with trace.failing_gently():
        for stage in stages:
            stage(trace, parts)
            if trace.turn.answer is not None:
                break
    with suppress(StageError):
        for stage in AFTERWARDS:
            stage(trace, parts)
