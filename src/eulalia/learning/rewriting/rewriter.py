"""What a request is taken for, if not for itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from eulalia.learning.boosted import MODELS, Boosted
from eulalia.learning.rewriting.candidates import (
    NAMES,
    Candidate,
    Meaning,
    Request,
    candidates,
    features,
)
from eulalia.learning.rewriting.history import History
from eulalia.learning.rewriting.shared import Shared
from eulalia.rewrites import Status
from eulalia.text.vectors import Vectors
from eulalia.turn import Rewrite

THRESHOLD: Final = 0.6
"""Probability of putting a request right from which it is done."""

Read = Callable[[Sequence[str]], Sequence[Meaning]]
"""How texts of the request's locale are understood."""


@dataclass(frozen=True)
class Rewriter:
    """Ranks what a customer's own history and everybody's rewrites offer, and mostly abstains."""

    vectors: Vectors
    ranker: Boosted
    shared: Shared | None = None
    threshold: float = THRESHOLD

    def rewrite(self, request: Request, history: History | None, read: Read) -> Rewrite | None:
        """What to understand in place of the request; None leaves it as it is."""
        offered = candidates(request, self.vectors, history, self.shared)
        pinned = next((c for c in offered if _is_pinned(c, request)), None)
        if pinned is not None:
            return Rewrite(request.text, pinned.text, pinned.layer, 1.0)
        if not offered:
            return None
        meaning, *meanings = read([request.text, *(candidate.text for candidate in offered)])
        telling = [
            (candidate, new)
            for candidate, new in zip(offered, meanings, strict=True)
            # What is understood in the same way, or not at all, puts nothing right.
            if new.state is not None and new.state != meaning.state
        ]
        if not telling:
            return None
        offered, meanings = [c for c, _ in telling], [m for _, m in telling]
        values = features(request, offered, history, meaning, meanings)
        chances = self.ranker.probabilities(NAMES, values)
        best = int(chances.argmax())
        if chances[best] < self.threshold:
            return None
        chosen = offered[best]
        return Rewrite(request.text, chosen.text, chosen.layer, float(chances[best]))


def _is_pinned(candidate: Candidate, request: Request) -> bool:
    rewrite = candidate.rewrite
    return (
        rewrite is not None and rewrite.status is Status.PINNED and rewrite.request == request.text
    )


@cache
def shipped() -> Boosted:
    """The ranker that comes along, read once."""
    return Boosted.open(MODELS / "rewriting")
