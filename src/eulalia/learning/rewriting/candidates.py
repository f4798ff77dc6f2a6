"""What a request may be taken for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations, pairwise
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from eulalia.learning.rewriting.history import History, Wording, served_share
from eulalia.learning.rewriting.meaning import Meaning
from eulalia.learning.rewriting.shared import Shared
from eulalia.learning.similarity import letters_alike
from eulalia.learning.state import normalize
from eulalia.rewrites import LearnedRewrite
from eulalia.text.vectors import Vectors
from eulalia.turn import Hypothesis, Turn

PERSONAL: Final = "personal"
GLOBAL: Final = "global"
HEARD: Final = "heard"
"""What the recogniser may have heard instead, told by the words that everybody uses."""
_NEAR: Final = 6
_LEAST_ALIKE: Final = 0.45
"""Likeness in letters or sounds below which nothing was misheard, only said otherwise."""
_MOST_READ: Final = 8
"""Candidates of the layers that are read, which takes the most time; those most alike hold 98 % of
what wins."""
_MOST_HEARD: Final = 5
"""What may have been heard instead that is read, the least surprising first."""
_COMBINED: Final = 4
"""Hypotheses whose differences from the first are tried together."""
_SURE_TRIES: Final = 0.6
"""Success from which a wording of one's own is let alone."""
_SOON_SECONDS: Final = 60.0
"""Within which a request may be another attempt at what the one before did not get."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request and what was the case when it was made."""

    text: str
    """As `learning.state` normalises it."""
    locale: str
    hour: int
    previous: str | None = None
    """The normalised text of the turn before, if it was soon before and did not serve."""
    previous_meaning: Meaning | None = None
    """How that one was understood."""
    previous_alternatives: tuple[str, ...] = ()
    """What else may have been heard then."""
    heard: float = np.nan
    """How sure the recogniser was of the text; NaN for what was typed."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """What else it may have heard, and how sure it was of that."""
    names: tuple[str, ...] = ()
    """What the customer's people, devices, rooms, lists and songs are called."""

    @classmethod
    def of(cls, turn: Turn, before: Turn | None = None, names: Sequence[str] = ()) -> Self:
        """The request of a turn whose words are there; `before` is the turn before it, if any."""
        hypotheses = _hypotheses(turn)
        failed = before if before is not None and _is_retry(before, turn) else None
        return cls(
            text=normalize(turn.text or ""),
            locale=turn.locale,
            hour=turn.time.hour,
            previous=normalize(failed.text or "") if failed else None,
            previous_meaning=Meaning.of(failed.text or "", failed.interpretation)
            if failed
            else None,
            previous_alternatives=tuple(h.value for h in _hypotheses(failed)) if failed else (),
            heard=hypotheses[0].confidence if hypotheses else np.nan,
            alternatives=tuple((other.value, other.confidence) for other in hypotheses[1:]),
            names=tuple(names),
        )


def _hypotheses(turn: Turn) -> tuple[Hypothesis, ...]:
    heard = turn.span("asr")
    return heard.hypotheses if heard else ()


def _is_retry(before: Turn, turn: Turn) -> bool:
    """Whether the turn may be another attempt at what the one before did not get."""
    soon = (turn.time - before.time).total_seconds() <= _SOON_SECONDS
    return soon and served_share(before, turn) < 0.5


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
    """What the layers and the recogniser's doubts offer; nothing for a request that has served
    this customer before."""
    own = history.get(request.text) if history else None
    if own is not None and own.served >= 0.5 and own.success >= _SURE_TRIES:
        return []
    (vector,) = vectors.of([request.text], request.locale)
    found: dict[str, Candidate] = {}
    exact = shared.get(request.text, request.locale) if shared else None
    if exact is not None:
        found[normalize(exact.text)] = Candidate(exact.text, GLOBAL, 1.0, rewrite=exact)
    if history is not None:
        for wording, cosine in history.near(request.text, vector, _NEAR):
            if wording.served >= 0.5 and wording.text not in found:
                found[wording.text] = Candidate(wording.said, PERSONAL, cosine, wording=wording)
    if shared is not None:
        for rewrite, cosine in _shared(request, vector, vectors, shared):
            text = normalize(rewrite.text)
            if text not in found:
                found[text] = Candidate(rewrite.text, GLOBAL, cosine, rewrite=rewrite)
    alike = [(_likeness(request, candidate), candidate) for candidate in found.values()]
    likest = sorted(
        (
            (letters, candidate)
            for letters, candidate in alike
            if candidate.rewrite is exact or max(letters, candidate.cosine - 0.25) >= _LEAST_ALIKE
        ),
        key=lambda pair: -pair[0],
    )
    offered = [candidate for _, candidate in likest[:_MOST_READ]]
    known = {normalize(candidate.text) for candidate in offered}
    offered += _heard(request, vector, vectors, shared, known)
    return [
        candidate
        for candidate in offered
        if (text := normalize(candidate.text)) != request.text
        and not (history is not None and history.refused(request.text, text))
    ]


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
    return float(letters_alike([request.text], [normalize(other)])[0])


# What may have been heard instead


def _heard(
    request: Request,
    vector: NDArray[np.float32],
    vectors: Vectors,
    shared: Shared | None,
    known: set[str],
) -> list[Candidate]:
    """The recogniser's other hypotheses, and their differences from the first one combined, those
    first whose words surprise the least."""
    others = [text for text, _ in request.alternatives]
    combined = _combined(request.text, others)
    every = [*others, *combined, *request.previous_alternatives]
    texts = {normalize(text): text for text in every}
    texts = {key: text for key, text in texts.items() if key and key not in known}
    if not texts:
        return []
    keys = list(texts)
    wording = shared.wording(request.locale) if shared else None
    if wording is not None:
        surprise = wording.surprise([key.split() for key in keys])
        keys = [keys[place] for place in np.argsort(surprise.mean, kind="stable")]
    keys = keys[:_MOST_HEARD]
    cosines = (vectors.of(keys, request.locale) @ vector).tolist()
    return [Candidate(texts[key], HEARD, each) for key, each in zip(keys, cosines, strict=True)]


def _combined(text: str, others: Sequence[str]) -> list[str]:
    """The text with two or more of the differences that other hypotheses have from it.

    >>> _combined("five contact pit", ["find contact pit", "five contact pete"])
    ['find contact pete']
    """
    words = text.split()
    changes: list[tuple[int, int, list[str]]] = []
    for other in others[:_COMBINED]:
        its = normalize(other).split()
        changed = [
            (start, end, its[a:b])
            for tag, start, end, a, b in SequenceMatcher(None, words, its, False).get_opcodes()
            if tag != "equal"
        ]
        if len(changed) == 1 and changed[0] not in changes:
            changes += changed
    combined = []
    for count in range(len(changes), 1, -1):
        for chosen in combinations(sorted(changes), count):
            apart = all(a[1] <= b[0] for a, b in pairwise(chosen))
            if apart:
                made = list(words)
                for start, end, new in reversed(chosen):
                    made[start:end] = new
                combined.append(" ".join(made))
    return combined
