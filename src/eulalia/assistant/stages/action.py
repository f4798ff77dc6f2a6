"""The stage skill: what was asked is done, and answered."""

from __future__ import annotations

import json
from typing import Any, Final

from eulalia.assistant.parts import Parts
from eulalia.assistant.trace import Trace
from eulalia.skills import Reply, Request, Skill, SkillError
from eulalia.turn import Hypothesis, Outcome

_UNSAID: Final = {
    Outcome.ANSWERED: "Done.",
    Outcome.UNAVAILABLE: "Sorry, I cannot do that yet.",
    Outcome.NOT_UNDERSTOOD: "Sorry, I did not understand that.",
    Outcome.NOT_HEARD: "Sorry, I did not hear anything.",
    Outcome.FAILED: "Sorry, something went wrong.",
}
"""What is said in the place of a skill that has no words for its reply."""


def act(trace: Trace, parts: Parts) -> None:
    """Let the chosen skill handle the request, and answer with its reply."""
    turn, skill = trace.turn, trace.skill
    assert skill is not None
    assert turn.interpretation is not None
    with trace.stage("skill") as report:
        request = Request(
            interpretation=turn.interpretation,
            entities=turn.entities,
            context=turn.context,
            locale=turn.locale,
            customer=turn.customer,
            now=trace.now,
            records=parts.memory.records,
            answers=trace.answers,
            session=turn.session,
        )
        reply = _check_reply(skill, skill.handle(request))
        report.hypotheses = (Hypothesis(skill.name, turn.interpretation.confidence),)
        report.notes.update(_json_notes(reply.notes))
        text = reply.text.strip()
        if not text:
            report.notes["unsaid"] = f"the skill {skill.name!r} has no words for its reply"
    if text:
        trace.answer(text, reply.outcome)
    else:
        trace.say(_UNSAID[reply.outcome], reply.outcome)


def _check_reply(skill: Skill, reply: object) -> Reply:
    """The reply, once it is known to be one: skills are written by anybody."""
    if (
        not isinstance(reply, Reply)
        or not isinstance(reply.text, str)
        or not isinstance(reply.outcome, Outcome)
    ):
        raise SkillError(f"The skill {skill.name!r} gave no reply; its author can mend that.")
    return reply


def _json_notes(notes: object) -> dict[str, Any]:
    """A skill's notes as they can be kept; what is no JSON object is told of in its place."""
    try:
        plain = json.loads(json.dumps(notes, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        return {"notes": f"no JSON values ({error})"}
    return plain if isinstance(plain, dict) else {"notes": plain}
