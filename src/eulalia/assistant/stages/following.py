"""The stage that comes first: is the request the answer to what a skill asked in the session?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from eulalia.assistant.parts import Follower, Parts
from eulalia.assistant.stages.action import act
from eulalia.assistant.trace import StageError, Trace
from eulalia.skills import Skill
from eulalia.turn import Hypothesis, Interpretation


def follow(trace: Trace, parts: Parts) -> None:
    """Let the skill that asked take its answer; the turn is then answered."""
    for skill in parts.skills:
        reading = _read(trace, skill, parts)
        if reading is None:
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
