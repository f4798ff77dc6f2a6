"""The stage nlu: what the words of a request may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from eulalia.assistant.parts import Parts, Polyglot, Reader, speaks
from eulalia.assistant.stages.trying import second_reading
from eulalia.assistant.trace import Report, Trace, sentence_of
from eulalia.learning import probes
from eulalia.skills import Skill
from eulalia.turn import Hypothesis, Interpretation, Outcome

SURE: Final = 0.4
"""Readings less probable than this are not acted on."""
SURE_OF_DOMAIN: Final = 0.6
"""But where one domain is as probable as this, its best reading is."""
SURE_WITHIN_DOMAIN: Final = 0.25
"""Provided that it is as probable as this itself."""
OUT_OF_SCOPE: Final = "out_of_scope"
"""The intent of requests that are beyond what the assistant can do."""


def understand(trace: Trace, parts: Parts) -> None:
    """Leave the readings that are sure enough to act on, or answer that there are none."""
    with trace.stage("nlu") as report:
        readings = _readings(trace, parts, report)
        report.hypotheses = tuple(Hypothesis(r.intent, r.confidence) for r in readings)
        trace.readings = sure(readings)
        if (second := second_reading(trace, parts, readings)) is not None:
            report.notes[probes.TRIED] = second.intent
            trace.readings = [second]
        if readings:
            best = second or readings[0]
            report.notes["source"] = best.source
            trace.turn = replace(trace.turn, interpretation=best)
    if not trace.readings:
        trace.say("Sorry, I did not understand that.", Outcome.NOT_UNDERSTOOD)


def sure(readings: Sequence[Interpretation]) -> list[Interpretation]:
    """The readings that may be acted on.

    A light that may be a lamp or a plug splits its probability between two intents: then it is the
    domain that has to be sure.
    """
    likely = [r for r in readings if r.confidence >= SURE and r.intent != OUT_OF_SCOPE]
    if likely or not readings or readings[0].intent == OUT_OF_SCOPE:
        return likely
    best = readings[0]
    domain = sum(r.confidence for r in readings if r.domain == best.domain)
    if best.confidence >= SURE_WITHIN_DOMAIN and domain >= SURE_OF_DOMAIN:
        return [best]
    return []


def _readings(trace: Trace, parts: Parts, report: Report) -> tuple[Interpretation, ...]:
    """What the skills read for themselves, or else what the understander reads."""
    unread: dict[str, str] = {}
    # What a skill's own template matches needs no second opinion.
    exact = exact_readings(parts, trace.text, trace.turn.locale, unread)
    if unread:
        report.notes["unread"] = unread
    return exact or parts.understander().understand(trace.text, trace.turn.locale)


def exact_readings(
    parts: Parts, text: str, locale: str, unread: dict[str, str] | None = None
) -> tuple[Interpretation, ...]:
    """What skills read in a text for themselves; `unread` gets, by skill, why it could not read."""
    exact = []
    for skill in parts.skills:
        try:
            match = _match(skill, text, locale)
        except Exception as error:
            # One skill that cannot read must not keep the others from it.
            if unread is not None:
                unread[skill.name] = sentence_of(error)
            continue
        if match is not None:
            exact.append(match)
    return tuple(exact)


def _match(skill: Skill, text: str, locale: str) -> Interpretation | None:
    """What a skill reads in the text for itself, if it reads at all."""
    if isinstance(skill, Polyglot):
        return skill.read(text, locale)
    if isinstance(skill, Reader) and speaks(skill, locale):
        return skill.match(text)
    return None
