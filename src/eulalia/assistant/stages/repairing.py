"""The stages of "no, I meant …": what is meant is done now, and remembered once it has worked."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from eulalia.assistant.parts import Parts
from eulalia.assistant.stages.completing import complete
from eulalia.assistant.trace import Trace
from eulalia.memory import MemoryAccessError
from eulalia.skills import questions, reminders
from eulalia.skills.teaching import TeachingSkill, lessons, wordings
from eulalia.skills.teaching.lessons import Verdict
from eulalia.turn import Feedback, Hypothesis, Outcome, Rewrite, Turn

SOON: Final = timedelta(minutes=5)
"""How long a turn can be spoken of as the one before."""


def repair(trace: Trace, parts: Parts) -> None:
    """Put what is meant in the place of the words, and mark the turn that was misunderstood."""
    turn = trace.turn
    if not parts.has(TeachingSkill.name):
        return
    asked = questions.pending(parts.memory.records, turn.customer, turn.session, turn.time)
    told = asked["phrase"] if asked and asked["about"] == "meaning" else None
    if asked is not None and not parts.memory.records.list(turn.customer, reminders.RINGING):
        # Who says something else was not willing to answer; what rings must be silenced first.
        questions.drop(parts.memory.records, turn.customer, turn.session)
    said = wordings.read(turn.text or "", turn.locale)
    if said is None and told is not None:
        meant = turn.text or ""
    elif said is not None and said.kind == "correct" and said.words("request"):
        meant = said.words("request")
    else:
        return
    with trace.stage("rewrite") as report:
        before = None if told is not None else earlier(trace, parts)
        heard = told if before is None else words_of(before)
        if before is not None and before.skill is not None:
            whole = complete(meant, before, parts.understander())
            # Another room or another hour was a slip, and nothing to learn for next time.
            heard = heard if whole == meant else None
            meant = whole
        report.hypotheses = (Hypothesis(meant, 1.0),)
        report.notes = {"layer": "taught", "how": "correction", "applied": True, "heard": heard}
        report.notes["sure"] = told is not None or (before is not None and _did_nothing(before))
        trace.turn = replace(turn, rewrite=Rewrite(turn.text or "", meant, "taught", 1.0))
        if before is not None:
            report.notes["corrects"] = before.id
            mark(trace, parts, before.id, "correction", meant)


def remember(trace: Trace, parts: Parts) -> None:
    """Keep what the customer corrected, if it worked; ask first where the words did something."""
    turn, span = trace.turn, trace.turn.span("rewrite")
    heard = span.notes.get("heard") if span is not None else None
    worked = turn.outcome is Outcome.ANSWERED and turn.skill != TeachingSkill.name
    if not heard or not worked or turn.rewrite is None:
        return
    records = parts.memory.records
    owner = (records, turn.customer, turn.locale)
    assert span is not None
    meant = str(span.hypotheses[0].value)
    verdict = lessons.check(*owner, heard, meant)
    if verdict not in (Verdict.LEARNED, Verdict.CHANGED):
        return
    with trace.stage("teaching") as report:
        report.notes = {"phrase": heard, "request": meant, "asked": True}
        if span.notes["sure"] and verdict is Verdict.LEARNED:
            lessons.teach(*owner, heard, meant, turn.time)
            report.notes["asked"] = False
            mark(trace, parts, span.notes.get("corrects", turn.id), "teaching", meant)
            add(trace, trace.answers.say("I will remember what “{phrase}” means.", phrase=heard))
        else:
            details = {"phrase": heard, "request": meant, "turn": turn.id}
            questions.ask(records, turn.customer, turn.session, turn.time, "always", **details)
            add(
                trace,
                trace.answers.say("Should I always do that when you say “{phrase}”?", phrase=heard),
            )


def earlier(trace: Trace, parts: Parts) -> Turn | None:
    """The session's turn before this one, if it is not long ago; or None."""
    turn = trace.turn
    found = parts.memory.turns(customer=turn.customer, session=turn.session, limit=1)
    soon = [one for one in found if timedelta(0) <= turn.time - one.time <= SOON]
    return soon[0] if soon and soon[0].id != turn.id else None


def words_of(turn: Turn) -> str | None:
    """The words of a turn that may be taught; those corrected before where it was a correction."""
    if turn.skill == TeachingSkill.name:
        return None
    span = turn.span("rewrite")
    if span is not None and span.notes.get("how") == "correction":
        heard = span.notes.get("heard")
        return str(heard) if heard else None
    return turn.text


def mark(trace: Trace, parts: Parts, turn_id: str, kind: str, detail: str = "") -> None:
    """Add feedback to the turn that it concerns, this one or one that is kept."""
    feedback = Feedback(kind, trace.turn.time, detail)
    if turn_id == trace.turn.id:
        trace.turn = replace(trace.turn, feedback=(*trace.turn.feedback, feedback))
        return
    with suppress(MemoryAccessError):  # the turn may have been deleted since
        parts.memory.add_feedback(turn_id, feedback)


def add(trace: Trace, sentence: str) -> None:
    """Say one more sentence behind the answer."""
    answer = trace.turn.answer
    assert answer is not None
    space = "" if trace.turn.locale.startswith(("ja", "zh")) else " "
    trace.turn = replace(trace.turn, answer=replace(answer, text=f"{answer.text}{space}{sentence}"))


def _did_nothing(turn: Turn) -> bool:
    """Whether a turn's words had no meaning yet, so that a new one takes nothing away."""
    span = turn.span("rewrite")
    if span is not None and span.notes.get("how") == "correction":
        return bool(span.notes.get("sure"))  # what counts are the words that were corrected first
    return turn.outcome is Outcome.NOT_UNDERSTOOD
