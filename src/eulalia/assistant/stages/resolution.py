"""The stage resolution: the things that the slots of the readings mean."""

from __future__ import annotations

from eulalia.assistant.parts import Parts
from eulalia.assistant.trace import Trace
from eulalia.dialog import resolve
from eulalia.turn import Hypothesis


def resolve_slots(trace: Trace, parts: Parts) -> None:
    """Leave the entities of each reading."""
    turn = trace.turn
    with trace.stage("resolution") as report:
        trace.entities = [
            resolve(reading, turn.context, turn.locale, trace.now) for reading in trace.readings
        ]
        report.hypotheses = tuple(
            Hypothesis(f"{entity.slot}: {entity.value}", entity.confidence)
            for entity in trace.entities[0]
        )
