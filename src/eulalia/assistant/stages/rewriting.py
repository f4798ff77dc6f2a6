"""The stage that rewrites: a request that will fail becomes one that is known to work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from eulalia.assistant.names import names
from eulalia.assistant.parts import Parts
from eulalia.assistant.stages.understanding import exact_readings, sure
from eulalia.assistant.trace import Trace
from eulalia.learning.rewriting import Meaning
from eulalia.turn import Hypothesis


def rewrite(trace: Trace, parts: Parts) -> None:
    """Put what the customer or all customers said with success in the place of what failed.

    What was taught, or what a skill reads by itself, stays. In the control group of a trial the
    rewrite is noted and not applied.
    """
    turn = trace.turn
    rewriter = parts.rewriter()
    if turn.rewrite is not None or rewriter is None:
        return
    if exact_readings(parts, trace.text, turn.locale):
        return

    def read(texts: Sequence[str]) -> list[Meaning]:
        return [_meaning(text, turn.locale, parts) for text in texts]

    with trace.stage("rewrite") as report:
        # Who types spells names right, and should not wait for a house to tell its devices.
        is_heard = turn.span("asr") is not None
        listed = names(parts.memory.records, turn.customer, turn.locale) if is_heard else ()
        proposal = rewriter.propose(turn, read, listed)
        if proposal is None:
            report.notes = {"applied": False}
            return
        found = proposal.rewrite
        report.hypotheses = (Hypothesis(found.text, found.confidence),)
        report.notes = {
            "layer": found.source,
            "request": proposal.request,
            "group": str(proposal.group),
            "applied": proposal.is_applied,
        }
        if proposal.is_applied:
            trace.turn = replace(turn, rewrite=found)


def _meaning(text: str, locale: str, parts: Parts) -> Meaning:
    exact = exact_readings(parts, text, locale)
    readings = exact or sure(parts.understander().understand(text, locale))
    return Meaning.of(text, readings[0] if readings else None)
