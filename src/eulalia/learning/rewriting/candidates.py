"""What a request may be taken for, and what speaks for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from eulalia.learning.rewriting.history import History, Wording
from eulalia.learning.rewriting.shared import Shared
from eulalia.learning.similarity import letters_alike, sounds, sounds_alike, words_alike
from eulalia.learning.state import normalize
from eulalia.rewrites import LearnedRewrite
from eulalia.text.vectors import Vectors
from eulalia.turn import Turn

PERSONAL: Final = "personal"
GLOBAL: Final = "global"
NAMES: Final = (
    "personal", "exact", "letters", "sounds", "words", "cosine", "tries", "success", "hour",
    "own_tries", "own_success", "confidence", "new_confidence", "understood", "same_intent",
    "length", "new_length", "customers", "bound", "before", "repeats", "goes_back",
    "heard", "alternative", "lead", "went",
)  # fmt: skip
"""What speaks for a candidate; NaN where something is not known."""
_NEAR: Final = 6
_LEAST_ALIKE: Final = 0.45
"""Likeness in letters or sounds below which nothing was misheard, only said otherwise."""
_MOST_READ: Final = 8
"""Candidates that are read, which takes the most time; those most alike hold 98 % of what wins."""
_SURE_TRIES: Final = 0.6
"""Success from which a wording of one's own is let alone."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a text is understood."""

    state: str | None
    """As `learning.state` tells it; None when no reading is sure enough to act on."""
    intent: str | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Request:
    """A request and what was the case when it was made."""

    text: str
    """As `learning.state` normalises it."""
    locale: str
    hour: int
    previous: str | None = None
    """The normalised text of the turn before, if it was soon before and did not serve."""
    heard: float = np.nan
    """How sure the recogniser was of the text; NaN for what was typed."""
    alternatives: tuple[str, ...] = ()
    """What else it may have heard, normalised."""

    @classmethod
    def of(cls, turn: Turn, previous: str | None) -> Self:
        """The request of a turn whose words are there."""
        heard = turn.span("asr")
        hypotheses = heard.hypotheses if heard else ()
        return cls(
            text=normalize(turn.text or ""),
            locale=turn.locale,
            hour=turn.time.hour,
            previous=previous,
            heard=hypotheses[0].confidence if hypotheses else np.nan,
            alternatives=tuple(normalize(other.value) for other in hypotheses[1:]),
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that a request may be taken for."""

    text: str
    layer: str
    cosine: float
    wording: Wording | None = None
    """The customer's own, in the personal layer."""
    rewrite: LearnedRewrite | None = None
    """Everybody's, in the global layer."""


def candidates(
    request: Request, vectors: Vectors, history: History | None, shared: Shared | None
) -> list[Candidate]:
    """What the layers offer; nothing for a request that has served this customer before."""
    own = history.get(request.text) if history else None
    if own is not None and own.served >= 0.5 and own.success >= _SURE_TRIES:
        return []
    found: dict[str, Candidate] = {}
    exact = shared.get(request.text, request.locale) if shared else None
    if exact is not None:
        found[normalize(exact.text)] = Candidate(exact.text, GLOBAL, 1.0, rewrite=exact)
    (vector,) = vectors.of([request.text], request.locale)
    if history is not None:
        for wording, cosine in history.near(vector, _NEAR):
            if wording.served >= 0.5 and wording.text not in found:
                found[wording.text] = Candidate(wording.text, PERSONAL, cosine, wording=wording)
    if shared is not None:
        for rewrite, cosine in _shared(request, vector, vectors, shared):
            text = normalize(rewrite.text)
            if text not in found:
                found[text] = Candidate(rewrite.text, GLOBAL, cosine, rewrite=rewrite)
    found.pop(request.text, None)
    offered = [
        candidate
        for text, candidate in found.items()
        if history is None or not history.refused(request.text, text)
    ]
    alike = [(_likeness(request, candidate), candidate) for candidate in offered]
    likest = sorted(
        (
            (letters, candidate)
            for letters, candidate in alike
            if candidate.rewrite is exact or max(letters, candidate.cosine - 0.25) >= _LEAST_ALIKE
        ),
        key=lambda pair: -pair[0],
    )
    return [candidate for _, candidate in likest[:_MOST_READ]]


def _shared(
    request: Request, vector: NDArray[np.float32], vectors: Vectors, shared: Shared
) -> list[tuple[LearnedRewrite, float]]:
    """Rewrites of requests that sound like this one or are near to it, with their cosines."""
    sounding = shared.sounding(request.text, request.locale)
    cosines = vectors.of([rewrite.request for rewrite in sounding], request.locale) @ vector
    alike = list(zip(sounding, cosines.tolist(), strict=True))
    return alike + shared.near(vector, request.locale, _NEAR)


def _likeness(request: Request, candidate: Candidate) -> float:
    """How like in letters the request is to the candidate, or to what the candidate rewrites."""
    other = candidate.rewrite.request if candidate.rewrite else candidate.text
    return float(letters_alike([request.text], [other])[0])


def features(
    request: Request,
    offered: Sequence[Candidate],
    history: History | None,
    meaning: Meaning,
    meanings: Sequence[Meaning],
) -> Floats:
    """(candidates, NAMES) from how the request and each candidate are understood."""
    # A rewrite of a like request is as near as that request is.
    others = [c.rewrite.request if c.rewrite else c.text for c in offered]
    same = [request.text] * len(offered)
    sound = [sounds(request.text)] * len(offered)
    own = history.get(request.text) if history else None
    letters = letters_alike(same, others)
    columns = {
        "personal": [c.layer == PERSONAL for c in offered],
        "exact": [other == request.text for other in others],
        "letters": letters,
        "sounds": sounds_alike(sound, [sounds(other) for other in others]),
        "words": words_alike(same, others),
        "cosine": [c.cosine for c in offered],
        "tries": [c.wording.tries if c.wording else np.nan for c in offered],
        "success": [c.wording.success if c.wording else np.nan for c in offered],
        "hour": [_habit(c.wording, request.hour) for c in offered],
        "own_tries": [own.tries if own else 0] * len(offered),
        "own_success": [own.success if own else np.nan] * len(offered),
        "confidence": [meaning.confidence] * len(offered),
        "new_confidence": [m.confidence for m in meanings],
        "understood": [meaning.state is not None] * len(offered),
        "same_intent": [m.intent == meaning.intent for m in meanings],
        "length": [len(request.text.split())] * len(offered),
        "new_length": [len(c.text.split()) for c in offered],
        "customers": [c.rewrite.evidence.customers if c.rewrite else np.nan for c in offered],
        "bound": [c.rewrite.evidence.lower_bound if c.rewrite else np.nan for c in offered],
        "before": [c.rewrite.evidence.success_before if c.rewrite else np.nan for c in offered],
        "repeats": [request.previous == request.text] * len(offered),
        "goes_back": [normalize(c.text) == request.previous for c in offered],
        "heard": [request.heard] * len(offered),
        "alternative": [_alternative(request, other) for other in others],
        "lead": _lead(letters, meanings),
        "went": [history.went(request.text, normalize(c.text)) if history else 0 for c in offered],
    }
    return np.stack([np.asarray(columns[name], np.float64) for name in NAMES], axis=1)


def _habit(wording: Wording | None, hour: int) -> float:
    """The share of a wording's tries within an hour of this one."""
    if wording is None:
        return np.nan
    near = wording.hours[[(hour + shift) % 24 for shift in (-1, 0, 1)]].sum()
    return float(near / max(wording.hours.sum(), 1.0))


def _alternative(request: Request, text: str) -> float:
    """How like a text is to what else may have been heard."""
    if not request.alternatives:
        return np.nan
    return float(letters_alike(request.alternatives, [text] * len(request.alternatives)).max())


def _lead(letters: Floats, meanings: Sequence[Meaning]) -> list[float]:
    """By how much each candidate is more alike than the best that means something else."""
    return [
        mine
        - max(
            (
                other
                for other, its in zip(letters, meanings, strict=True)
                if its.state != meaning.state
            ),
            default=0.0,
        )
        for mine, meaning in zip(letters, meanings, strict=True)
    ]
