"""The stage that asks: "did I answer your question?", where only the customer can tell."""

from __future__ import annotations

from eulalia.assistant.parts import Parts
from eulalia.assistant.stages.repairing import add, words_of
from eulalia.assistant.trace import Trace
from eulalia.learning import probes
from eulalia.skills import questions, reminders
from eulalia.skills.teaching import TeachingSkill, satisfaction, wordings
from eulalia.turn import Outcome


def ask(trace: Trace, parts: Parts) -> None:
    """Ask about an answer where the night chose to, unless something else is being asked or rings.

    The teaching skill takes the answer, and `note_feedback` puts it onto the turn.
    """
    turn, records = trace.turn, parts.memory.records
    if turn.outcome is not Outcome.ANSWERED or turn.skill == TeachingSkill.name:
        return
    if not parts.has(TeachingSkill.name) or not wordings.speaks(turn.locale):
        return
    owner = (records, turn.customer)
    waiting = probes.find(*owner, turn.locale, turn.text or "", turn.time)
    if waiting is None or waiting.intent is not None:
        return
    if questions.pending(*owner, turn.session, turn.time) or records.list(
        turn.customer, reminders.RINGING
    ):
        return
    with trace.stage(probes.SPAN) as report:
        if not probes.take(*owner, turn.text or "", turn.time):
            return
        report.notes["asked"] = True
        questions.ask(
            *owner, turn.session, turn.time, satisfaction.ABOUT, turn=turn.id, phrase=words_of(turn)
        )
        add(trace, trace.answers.say("Did I answer your question?"))
