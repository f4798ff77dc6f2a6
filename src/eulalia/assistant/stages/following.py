"""The stage that comes first: is the request the answer to what a skill asked in the session?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from eulalia.assistant.parts import Follower, Parts
from eulalia.assistant.stages.action import act
from eulalia.assistant.stages.understanding import OUT_OF_SCOPE
from eulalia.assistant.trace import StageError, Trace
from eulalia.skills import Skill
from eulalia.turn import Hypothesis, Interpretation


def follow(trace: Trace, parts: Parts) -> None:
    """Let the skill that asked take its answer; the turn is then answered.

    An answer of which the skill is less sure than the understanding is of a request is none.
    """
    for skill in parts.skills:
        reading = _read(trace, skill, parts)
        if reading is None or _is_request(trace, reading, parts):
            continue
        with trace.stage("nlu") as report:
            report.hypotheses = (Hypothesis(reading.intent, reading.confidence),)
            report.notes["source"] = reading.source
            trace.turn = replace(trace.turn, interpretation=reading, skill=skill.name)
            trace.skill = skill
        act(trace, parts)
        return


def _read(trace: Trace, skill: Skill, parts: Parts) -> Interpretation | None:
    """What a skill takes the request for, knowing whose it is; one that breaks leaves a span."""
    if not isinstance(skill, Follower):
        return None
    try:
        return skill.follow(trace.turn, parts.memory.records)
    except Exception:
        with suppress(StageError), trace.stage("follow") as report:
            report.notes["skill"] = skill.name
            raise
        return None


def _is_request(trace: Trace, answer: Interpretation, parts: Parts) -> bool:
    """Whether what may be an answer is rather a request of its own."""
    if answer.confidence >= 1:
        return False
    readings = parts.understander().understand(trace.text, trace.turn.locale)
    return bool(
        readings
        and readings[0].intent != OUT_OF_SCOPE
        and readings[0].confidence > answer.confidence
    )
