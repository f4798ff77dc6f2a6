"""The stage asr: from speech to the words of the request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from eulalia.assistant.names import names
from eulalia.assistant.parts import Parts
from eulalia.assistant.trace import Report, Trace
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
        listed = names(parts.memory.records, trace.turn.customer, trace.turn.locale)
        expected = parts.sayable(listed)
        transcript = parts.recognizer().transcribe(trace.sound, phrases=expected, grammar=grammar)
        if transcript.mode != "grammar":
            transcript = _taught(trace, parts, expected) or transcript
        report.notes["mode"] = str(transcript.mode)
        _note(report, listed, expected)
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


def _note(report: Report, listed: Sequence[str], expected: Sequence[str]) -> None:
    """How many names were listened for, and which ones nobody can say."""
    if listed:
        report.notes["expected"] = len(expected)
    if len(expected) < len(listed):
        report.notes["unsayable"] = [name for name in listed if name not in set(expected)]


def _taught(trace: Trace, parts: Parts, expected: Sequence[str]) -> Transcript | None:
    """The sound as a phrase that the customer taught, if it is one as a whole; or None.

    They are listened for in a pass of their own: in a short list, a whole request is told from a
    few others, and not from all the customer's names, unless there are no others `expected`.
    """
    turn = trace.turn
    if not parts.has(TeachingSkill.name):
        return None
    taught = lessons.every(parts.memory.records, turn.customer, turn.locale)
    phrases = parts.sayable(tuple(lesson.phrase for lesson in taught))
    if not phrases or set(phrases) == set(expected):
        return None
    assert trace.sound is not None
    heard = parts.recognizer().transcribe(trace.sound, phrases=phrases)
    return heard if heard.mode == _WHOLE else None
