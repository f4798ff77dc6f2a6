"""Requests that are known to work, which what resembles them may be taken for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eulalia.learning.state import normalize, state
from eulalia.rewrites import Evidence, LearnedRewrite
from eulalia.turn import Turn

CUSTOMERS: Final = 2
"""How many must have been served by the very words, so that none tells of one home."""
_LEAST_SUCCESS: Final = 0.5
_MOST_TURNS: Final = 3
"""Turns with the same words that a customer counts for."""


@dataclass(slots=True)
class _Request:
    """What is known of the turns with the same words."""

    defects: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By customer."""
    texts: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)


def successes(
    turns: Sequence[Turn], defects: npt.NDArray[np.floating[Any]]
) -> list[LearnedRewrite]:
    """Requests that mostly served, each as a rewrite into itself, those of most customers first.

    `defects` has (turns,) probabilities that a turn did not serve. Turns with a rewrite tell of the
    words that were understood.
    """
    found: dict[tuple[str, str], _Request] = defaultdict(_Request)
    for turn, defect in zip(turns, defects, strict=True):
        text = turn.rewrite.text if turn.rewrite else turn.text or ""
        if turn.interpretation is not None and (words := normalize(text)):
            request = found[turn.locale, words]
            request.defects[turn.customer].append(float(defect))
            request.texts[text] += 1
            request.states[state(text, turn.interpretation)] += 1
    known = [
        rewrite
        for (locale, words), request in found.items()
        if (rewrite := _rewrite(locale, words, request)) is not None
    ]
    return sorted(known, key=lambda one: (-one.evidence.customers, one.locale, one.request))


def _rewrite(locale: str, words: str, request: _Request) -> LearnedRewrite | None:
    served = sum(min(each) < 0.5 for each in request.defects.values())
    votes = [1.0 - defect for each in request.defects.values() for defect in each[:_MOST_TURNS]]
    share = (sum(votes) + 0.5) / (len(votes) + 1.0)
    if served < CUSTOMERS or share < _LEAST_SUCCESS:
        return None
    spread = float(np.sqrt(share * (1.0 - share) / (len(votes) + 1.0)))
    evidence = Evidence(
        turns=request.texts.total(),
        customers=served,
        transitions=0,
        score=share,
        success_before=share,
        success_after=share,
        lower_bound=max(0.0, share - 1.64 * spread),
    )
    text, meant = (max(sorted(c), key=c.__getitem__) for c in (request.texts, request.states))
    return LearnedRewrite(locale, words, text, evidence, state=meant)
