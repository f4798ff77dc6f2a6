"""The stage arbitration: which skill acts, and on which reading."""

from __future__ import annotations

from dataclasses import replace

from eulalia.assistant.parts import Parts
from eulalia.assistant.trace import Trace
from eulalia.dialog import Candidate, arbitrate
from eulalia.turn import Hypothesis, Outcome


def choose(trace: Trace, parts: Parts) -> None:
    """Put the chosen reading and its skill into the turn, or answer that no skill can do it."""
    with trace.stage("arbitration") as report:
        candidates = [
            Candidate(skill.name, reading, reading.confidence)
            for reading in trace.readings
            for skill in parts.skills_for(reading)
        ]
        ranked = arbitrate(candidates, trace.turn.context)
        report.hypotheses = tuple(Hypothesis(c.skill, c.score) for c in ranked)
        if ranked:
            best = ranked[0]
            if best.reasons:
                report.notes["reasons"] = list(best.reasons)
            trace.skill = parts.skill(best.skill)
            trace.turn = replace(
                trace.turn,
                interpretation=best.interpretation,
                entities=trace.entities[trace.readings.index(best.interpretation)],
                skill=best.skill,
            )
    if not ranked:
        trace.say("Sorry, I cannot do that yet.", Outcome.UNAVAILABLE)
