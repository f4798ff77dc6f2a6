"""What a request is taken for, if not for itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from eulalia.learning.boosted import MODELS, Boosted
from eulalia.learning.rewriting.candidates import Candidate, Request, candidates
from eulalia.learning.rewriting.features import NAMES, Floats, features
from eulalia.learning.rewriting.history import History
from eulalia.learning.rewriting.meaning import Meaning
from eulalia.learning.rewriting.shared import Shared
from eulalia.rewrites import Status
from eulalia.text.vectors import Vectors
from eulalia.turn import Rewrite

THRESHOLD: Final = 0.37
"""Probability of putting a request right from which it is done."""

Read = Callable[[Sequence[str]], Sequence[Meaning]]
"""How texts of the request's locale are understood."""


@dataclass(frozen=True)
class Rewriter:
    """Ranks what a customer's own history and everybody's rewrites offer, and mostly abstains."""

    vectors: Vectors
    ranker: Boosted | None
    """Without one nothing is rewritten but what a person has pinned."""
    shared: Shared | None = None
    threshold: float = THRESHOLD

    def rewrite(self, request: Request, history: History | None, read: Read) -> Rewrite | None:
        """What to understand in place of the request; None leaves it as it is."""
        chosen = self.choose(request, history, read)
        if chosen is None:
            return None
        candidate, chance = chosen
        return Rewrite(request.text, candidate.text, candidate.layer, chance)

    def choose(
        self, request: Request, history: History | None, read: Read
    ) -> tuple[Candidate, float] | None:
        """The candidate to take the request for, and how likely that puts it right."""
        return self.choose_among(self.offered(request, history), request, history, read)

    def offered(self, request: Request, history: History | None) -> list[Candidate]:
        """What the request may be taken for."""
        return candidates(request, self.vectors, history, self.shared)

    def choose_among(
        self, offered: list[Candidate], request: Request, history: History | None, read: Read
    ) -> tuple[Candidate, float] | None:
        """The same of what was offered before."""
        pinned = next((c for c in offered if _is_pinned(c, request)), None)
        if pinned is not None:
            return pinned, 1.0
        if self.ranker is None:
            return None
        offered, _, values = telling(request, offered, history, self.shared, read)
        if not offered:
            return None
        chances = self.ranker.probabilities(NAMES, values)
        best = int(chances.argmax())
        return (offered[best], float(chances[best])) if chances[best] >= self.threshold else None


def telling(
    request: Request,
    offered: Sequence[Candidate],
    history: History | None,
    shared: Shared | None,
    read: Read,
) -> tuple[list[Candidate], list[Meaning], Floats]:
    """The candidates that would make a difference, how they are understood, and (candidates,
    NAMES) what speaks for them: what is understood as the request itself is, or not at all, puts
    nothing right."""
    if not offered:
        return [], [], np.zeros((0, len(NAMES)))
    meaning, *meanings = read([request.text, *(candidate.text for candidate in offered)])
    kept = [
        (candidate, new)
        for candidate, new in zip(offered, meanings, strict=True)
        if new.state is not None and new.state != meaning.state
    ]
    different, new_meanings = [c for c, _ in kept], [new for _, new in kept]
    wording = shared.wording(request.locale) if shared else None
    values = features(request, different, history, wording, meaning, new_meanings)
    return different, new_meanings, values


def _is_pinned(candidate: Candidate, request: Request) -> bool:
    rewrite = candidate.rewrite
    return (
        rewrite is not None and rewrite.status is Status.PINNED and rewrite.request == request.text
    )


@cache
def shipped() -> Boosted:
    """The ranker that comes along, read once."""
    return Boosted.open(MODELS / "rewriting")
