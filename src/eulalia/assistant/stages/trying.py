"""Second hypotheses: what else a request may mean is done once, where the night chose to try it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eulalia.assistant.parts import Parts
from eulalia.assistant.trace import Trace
from eulalia.learning import probes
from eulalia.turn import Interpretation

_NLU: Final = "nlu"
"""The source of what the understander reads."""


def second_reading(
    trace: Trace, parts: Parts, readings: Sequence[Interpretation]
) -> Interpretation | None:
    """The reading to act on in place of the first, this once; or None.

    It must still be among the readings, and neither doing the one nor leaving the other undone may
    do harm. What was taught, rewritten or read by a skill itself stays as it is.
    """
    turn, records = trace.turn, parts.memory.records
    if turn.rewrite is not None or len(readings) < 2 or readings[0].source != _NLU:
        return None
    others = {
        reading.intent: reading
        for reading in reversed(readings[1:])
        if probes.may_try(reading.intent, readings[0].intent) and parts.skills_for(reading)
    }
    if not others:
        return None
    waiting = probes.find(records, turn.customer, turn.locale, turn.text or "", turn.time)
    if waiting is None or waiting.intent not in others:
        return None
    if not probes.take(records, turn.customer, turn.text or "", turn.time):
        return None
    return others[waiting.intent]
