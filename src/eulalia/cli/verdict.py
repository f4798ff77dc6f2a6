"""Where a kept turn failed, if it did, and what tells so, for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eulalia.learning.failures import Verdict
    from eulalia.memory import Memory
    from eulalia.turn import Turn

_LONGEST_SESSION = 200


def verdict_on(memory: Memory, turn: Turn) -> Verdict:
    """The verdict on a turn in the light of its session."""
    from eulalia.learning.failures import shipped

    others = memory.turns(customer=turn.customer, session=turn.session, limit=_LONGEST_SESSION)
    session = [turn, *(other for other in others if other.id != turn.id)]
    return shipped().judge(session)[0]


def describe(verdict: Verdict) -> str:
    """A verdict on one line, or on two where something speaks for it."""
    from eulalia.truth import Failure

    point = "it went well" if verdict.failure is Failure.CORRECT else WORDS[verdict.failure]
    because = "; ".join(verdict.evidence)
    line = f"verdict: {point} ({verdict.confidence:.2f})"
    return f"{line}\nbecause {because}" if because else line


WORDS = {
    "false_wake": "nobody had spoken to the assistant",
    "asr": "it misheard",
    "intent": "it took the request for another",
    "slot": "it took the right intent and wrong values",
    "resolution": "it took the wrong thing",
    "result": "it understood and still did not do it",
}
"""What each failure means."""
