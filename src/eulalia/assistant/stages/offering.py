"""The stages behind the answer: what the customer let us know is noted, and teaching is offered."""

from __future__ import annotations

from eulalia.assistant.parts import Parts
from eulalia.assistant.stages.repairing import add, earlier, mark, words_of
from eulalia.assistant.trace import Trace
from eulalia.skills import questions, reminders
from eulalia.skills.teaching import TeachingSkill, lessons, offers, wordings
from eulalia.skills.teaching.lessons import Verdict
from eulalia.turn import Outcome, Turn


def note_feedback(trace: Trace, parts: Parts) -> None:
    """Put what the teaching skill was told onto the turns that it concerns."""
    span = trace.turn.span("skill")
    if span is None or trace.turn.skill != TeachingSkill.name:
        return
    for told in span.notes.get("feedback", []):
        concerned = told.get("turn") or _concerned(trace, parts, told)
        if concerned is not None:
            mark(trace, parts, concerned, told["kind"], told.get("detail", ""))


def offer(trace: Trace, parts: Parts) -> None:
    """Offer to be taught after two failures in a row, and when told that something was wrong."""
    turn, records = trace.turn, parts.memory.records
    if not parts.has(TeachingSkill.name) or not wordings.speaks(turn.locale):
        return
    complained = turn.interpretation is not None and turn.interpretation.intent == _COMPLAINT
    if not complained and turn.outcome is not Outcome.NOT_UNDERSTOOD:
        return
    before = earlier(trace, parts)
    if before is None or not (complained or _failed(before)):
        return
    phrase = words_of(before if complained else turn)
    if not phrase or not offers.may_offer(records, turn.customer, turn.time):
        return
    teachable = lessons.check(records, turn.customer, turn.locale, phrase, _ANYTHING)
    ringing = records.list(turn.customer, reminders.RINGING)
    if teachable not in (Verdict.LEARNED, Verdict.CHANGED) or ringing:
        return
    with trace.stage("teaching") as report:
        report.notes["offered"] = phrase
        offers.note(records, turn.customer, turn.time)
        questions.ask(records, turn.customer, turn.session, turn.time, "offer", phrase=phrase)
        add(
            trace,
            trace.answers.say("Would you like to teach me what “{phrase}” means?", phrase=phrase),
        )


_COMPLAINT = "teaching_wrong"
_ANYTHING = "7"
"""A request that no phrase is."""


def _failed(turn: Turn) -> bool:
    """Whether a turn was not understood, or was said to be wrong."""
    told = {feedback.kind for feedback in turn.feedback}
    return turn.outcome is Outcome.NOT_UNDERSTOOD or bool(told & {"correction", "denial"})


def _concerned(trace: Trace, parts: Parts, told: dict[str, str]) -> str | None:
    """The turn that feedback is about: the last with the words taught, or the one before."""
    turn = trace.turn
    if told["kind"] == "denial":
        before = earlier(trace, parts)
        return before.id if before is not None else None
    if "text" in told:
        key = wordings.key(told["text"], turn.locale)
        recent = parts.memory.turns(customer=turn.customer, session=turn.session, limit=5)
        for one in recent:
            if one.locale == turn.locale and wordings.key(one.text or "", one.locale) == key:
                return one.id
    return turn.id
