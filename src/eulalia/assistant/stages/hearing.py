"""The stage asr: from speech to the words of the request."""

from __future__ import annotations

from dataclasses import replace

from eulalia.assistant.parts import Parts
from eulalia.assistant.trace import Trace
from eulalia.turn import Hypothesis, Outcome


def hear(trace: Trace, parts: Parts) -> None:
    """Put what was said into the turn, or answer that nothing was heard."""
    assert trace.sound is not None
    with trace.stage("asr") as report:
        grammar = parts.grammar(trace.turn.locale)
        transcript = parts.recognizer().transcribe(trace.sound, grammar=grammar)
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
