"""What speaks for taking a request for something else."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.learning.rewriting.candidates import HEARD, PERSONAL, Candidate, Request
from eulalia.learning.rewriting.history import History
from eulalia.learning.rewriting.history import Wording as Own
from eulalia.learning.rewriting.meaning import Meaning
from eulalia.learning.similarity import letters_alike, sounds, sounds_alike, words_alike
from eulalia.learning.state import normalize
from eulalia.learning.wording import Wording

NAMES: Final = (
    "personal", "from_heard", "exact", "letters", "sounds", "words", "cosine", "tries", "success",
    "hour", "own_tries", "own_success", "confidence", "new_confidence", "understood",
    "same_intent", "length", "new_length", "customers", "bound", "before", "repeats", "goes_back",
    "heard", "alternative", "hypothesis", "lead", "went",
    "surprise", "new_surprise", "relief", "worst", "new_worst", "unknown", "new_unknown",
    "kept_weight", "new_weight", "own_weight", "own_new_weight", "changed", "own_intent",
    "own_new_intent", "place", "doubts", "same_again", "new_same_again", "before_alike", "name",
    "new_name",
)  # fmt: skip
"""What speaks for a candidate; NaN where something is not known."""

Floats = NDArray[np.float64]


def features(
    request: Request,
    offered: Sequence[Candidate],
    history: History | None,
    wording: Wording | None,
    meaning: Meaning,
    meanings: Sequence[Meaning],
) -> Floats:
    """(candidates, NAMES) from how the request and each candidate are understood, and from how
    usual their words are among everybody's, which `wording` tells."""
    texts = [normalize(c.text) for c in offered]
    # A rewrite of a like request is as near as that request is.
    others = [
        c.rewrite.request if c.rewrite else text for c, text in zip(offered, texts, strict=True)
    ]
    same = [request.text] * len(offered)
    sound = [sounds(request.text)] * len(offered)
    own = history.get(request.text) if history else None
    letters = letters_alike(same, others)
    columns: dict[str, object] = {
        "personal": [c.layer == PERSONAL for c in offered],
        "from_heard": [c.layer == HEARD for c in offered],
        "exact": [other == request.text for other in others],
        "letters": letters,
        "sounds": sounds_alike(sound, [sounds(other) for other in others]),
        "words": words_alike(same, others),
        "cosine": [c.cosine for c in offered],
        "tries": [c.wording.tries if c.wording else np.nan for c in offered],
        "success": [c.wording.success if c.wording else np.nan for c in offered],
        "hour": [_habit(c.wording, request.hour) for c in offered],
        "own_tries": [own.tries if own else 0 if history else np.nan] * len(offered),
        "own_success": [own.success if own else np.nan] * len(offered),
        "confidence": [meaning.confidence] * len(offered),
        "new_confidence": [m.confidence for m in meanings],
        "understood": [meaning.state is not None] * len(offered),
        "same_intent": [m.intent == meaning.intent for m in meanings],
        "length": [len(request.text.split())] * len(offered),
        "new_length": [len(text.split()) for text in texts],
        "customers": [c.rewrite.evidence.customers if c.rewrite else np.nan for c in offered],
        "bound": [c.rewrite.evidence.lower_bound if c.rewrite else np.nan for c in offered],
        "before": [c.rewrite.evidence.success_before if c.rewrite else np.nan for c in offered],
        "repeats": [request.previous == request.text] * len(offered),
        "goes_back": [text == request.previous for text in texts],
        "heard": [request.heard] * len(offered),
        **_alternatives(request, others),
        "lead": _lead(letters, meanings),
        "went": [history.went(request.text, text) if history else 0 for text in texts],
        **_surprises(request, texts, wording),
        **_weights(request, texts, wording, history),
        "changed": _changed(request.text, others),
        "own_intent": [history.intent_share(meaning.intent) if history else np.nan] * len(offered),
        "place": _places(request, texts),
        "doubts": [len(request.alternatives)] * len(offered),
        **_attempts(request, texts, meaning, meanings),
        "name": _names(request.names, [meaning]) * len(offered),
        "new_name": _names(request.names, meanings),
        "own_new_intent": [history.intent_share(m.intent) if history else np.nan for m in meanings],
    }
    return np.stack([np.asarray(columns[name], np.float64) for name in NAMES], axis=1)


def _habit(wording: Own | None, hour: int) -> float:
    """The share of a wording's tries within an hour of this one."""
    if wording is None:
        return np.nan
    near = wording.hours[[(hour + shift) % 24 for shift in (-1, 0, 1)]].sum()
    return float(near / max(wording.hours.sum(), 1.0))


def _alternatives(request: Request, texts: Sequence[str]) -> dict[str, Floats]:
    """How like each text is to what else may have been heard, and how sure the recogniser was of
    the likest of that."""
    if not request.alternatives or not texts:
        nothing = np.full(len(texts), np.nan)
        return {"alternative": nothing, "hypothesis": nothing}
    heard = [normalize(text) for text, _ in request.alternatives]
    pairs = [(one, other) for one in texts for other in heard]
    alike = letters_alike([a for a, _ in pairs], [b for _, b in pairs])
    alike = alike.reshape(len(texts), len(heard))
    sure = np.array([confidence for _, confidence in request.alternatives])
    return {"alternative": alike.max(axis=1), "hypothesis": sure[alike.argmax(axis=1)]}


def _places(request: Request, texts: Sequence[str]) -> list[float]:
    """Which of the recogniser's other hypotheses each text is, if any, counted from 0."""
    heard = [normalize(text) for text, _ in request.alternatives]
    return [heard.index(text) if text in heard else np.nan for text in texts]


def _attempts(
    request: Request, texts: Sequence[str], meaning: Meaning, meanings: Sequence[Meaning]
) -> dict[str, object]:
    """Whether the request and each candidate mean what did not serve just before, and how like the
    candidates are to anything that may have been heard then."""
    before = request.previous_meaning
    if before is None:
        nothing = np.full(len(texts), np.nan)
        return dict.fromkeys(("same_again", "new_same_again", "before_alike"), nothing)
    heard = [normalize(text) for text in request.previous_alternatives] or [request.previous or ""]
    pairs = [(one, other) for one in texts for other in heard]
    alike = letters_alike([a for a, _ in pairs], [b for _, b in pairs])
    return {
        "same_again": [meaning.state == before.state] * len(texts),
        "new_same_again": [new.state == before.state for new in meanings],
        "before_alike": alike.reshape(len(texts), len(heard)).max(axis=1),
    }


def _names(names: Sequence[str], meanings: Sequence[Meaning]) -> list[float]:
    """How like the customer's own names that is which each meaning names, the least like of it; NaN
    where nothing is named, or no names are known."""
    if not names:
        return [np.nan] * len(meanings)
    every = dict.fromkeys(value for meaning in meanings for value in meaning.named)
    alike = {value: float(letters_alike([value] * len(names), names).max()) for value in every}
    return [min((alike[value] for value in m.named), default=np.nan) for m in meanings]


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


def _surprises(
    request: Request, texts: Sequence[str], wording: Wording | None
) -> dict[str, Floats]:
    """How surprising the words of the request and of each text are, and by how much less they are
    together than the request's."""
    names = ("surprise", "new_surprise", "relief", "worst", "new_worst", "unknown", "new_unknown")
    if wording is None:
        return {name: np.full(len(texts), np.nan) for name in names}
    words = [request.text.split(), *(text.split() for text in texts)]
    surprise = wording.surprise(words)
    sums = surprise.mean * (np.array([len(each) for each in words]) + 1)
    return {
        "surprise": np.repeat(surprise.mean[:1], len(texts)),
        "new_surprise": surprise.mean[1:],
        "relief": sums[0] - sums[1:],
        "worst": np.repeat(surprise.largest[:1], len(texts)),
        "new_worst": surprise.largest[1:],
        "unknown": np.repeat(surprise.unknown[:1], len(texts)),
        "new_unknown": surprise.unknown[1:],
    }


def _weights(
    request: Request, texts: Sequence[str], wording: Wording | None, history: History | None
) -> dict[str, list[float]]:
    """How much of what the request's words tell is in each text and the other way round, and how
    much of either is in words that have served this customer."""
    said = request.text.split()
    every = sorted({*said, *(word for text in texts for word in text.split())})
    rare = wording.weights(every) if wording else np.ones(len(every))
    weight = dict(zip(every, rare.tolist(), strict=True))
    served = {word for word in every if history is not None and history.has_served(word)}
    known = 1.0 if history else np.nan
    mine = set(said)

    def share(words: set[str], among: set[str]) -> float:
        whole = sum(weight[word] for word in words)
        return sum(weight[word] for word in words & among) / whole if whole else np.nan

    each = [set(text.split()) for text in texts]
    return {
        "kept_weight": [share(mine, its) for its in each],
        "new_weight": [share(its, mine) for its in each],
        "own_weight": [known * share(mine, served)] * len(texts),
        "own_new_weight": [known * share(its, served) for its in each],
    }


def _changed(text: str, others: Sequence[str]) -> Floats:
    """How alike the words sound that are not the same in both, side by side."""
    words = text.split()
    first, second = [], []
    for other in others:
        its = other.split()
        start = sum(1 for _ in takewhile(_same, zip(words, its, strict=False)))
        rest = list(zip(reversed(words[start:]), reversed(its[start:]), strict=False))
        end = sum(1 for _ in takewhile(_same, rest))
        first.append(sounds(" ".join(words[start : len(words) - end])))
        second.append(sounds(" ".join(its[start : len(its) - end])))
    return sounds_alike(first, second)


def _same(pair: tuple[str, str]) -> bool:
    return pair[0] == pair[1]
