"""The stage asr: from speech to the words of the request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eulalia.assistant.parts import Parts
from eulalia.assistant.trace import Report, Trace
from eulalia.errors import EulaliaError
from eulalia.skills.teaching import TeachingSkill, lessons
from eulalia.turn import Hypothesis, Outcome

if TYPE_CHECKING:
    from eulalia.asr import Transcript

_WHOLE: Final = "phrases"
"""The mode of a transcript that is, as a whole, one of the phrases listened for."""


def hear(trace: Trace, parts: Parts) -> None:
    """Put what was said into the turn, or answer that nothing was heard."""
    assert trace.sound is not None
    with trace.stage("asr") as report:
        grammar = parts.grammar(trace.turn.locale)
        transcript = parts.recognizer().transcribe(trace.sound, grammar=grammar)
        if transcript.mode != "grammar":
            transcript = _taught(trace, parts, report) or transcript
        report.notes["mode"] = str(transcript.mode)
        report.hypotheses = transcript.hypotheses or (
            (Hypothesis(transcript.text, transcript.confidence),) if transcript.text else ()
        )
        report.notes["words"] = [
            [word.text, round(word.start, 3), round(word.end, 3)] for word in transcript.words
        ]
        text = transcript.text.strip()
    if text:
        trace.turn = replace(trace.turn, text=text)
    else:
        trace.say("Sorry, I did not hear anything.", Outcome.NOT_HEARD)


def _taught(trace: Trace, parts: Parts, report: Report) -> Transcript | None:
    """The sound as a phrase that the customer taught, if it is one as a whole; or None.

    Phrases are listened for in a pass of their own: they mean something only as whole requests,
    and favoured inside of others they would crowd out words.
    """
    turn = trace.turn
    if not parts.has(TeachingSkill.name):
        return None
    taught = lessons.every(parts.memory.records, turn.customer, turn.locale)
    if not taught:
        return None
    assert trace.sound is not None
    phrases = [lesson.phrase for lesson in taught]
    try:
        heard = parts.recognizer().transcribe(trace.sound, phrases=phrases)
    except EulaliaError as error:  # a phrase that was typed may be one that nobody can say
        report.notes["unsayable"] = str(error)
        return None
    return heard if heard.mode == _WHOLE else None
