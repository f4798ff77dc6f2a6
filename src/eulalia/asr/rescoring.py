"""Listed phrases put where the phones say them, in place of what was heard there openly.

A phrase that was looked up in the phones must pass two tests. Its phones must fit so well that
chance is not the likelier cause: for a list of many phrases, or a phrase of few phones, they must
fit better. And the whole text with the phrase in it must fit the phones better than the text
without, by forced alignment: what stands before and behind keeps the phrase from being found
inside of other words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from eulalia.asr.alignment import align, word_spans
from eulalia.asr.automaton import Floats
from eulalia.asr.errors import RecognitionError
from eulalia.asr.lexicon import Pronunciation
from eulalia.asr.lookup import Spot
from eulalia.asr.phrase_search import PhraseSearch, forward_scores, joined
from eulalia.asr.posteriors import LogProbs, telling_frames
from eulalia.asr.transcript import Word

# In log-probability: what one phone more tells of a phrase, …
_BY_PHONE: Final = 2.5
# … how unlikely it is that one of the list is said at all, …
_LISTED: Final = 4.0
# … and how much likelier a listed phrase is than the words heard in its place.
FAVOUR: Final = 6.0

_IMPOSSIBLE: Final = -1e9
_MOST_SPOTS: Final = 40
_MOST_WORDS: Final = 8
"""Words that one phrase may take the place of."""
_MOST_ROUNDS: Final = 6
_CONTEXT: Final = 2
"""Words on either side that are aligned with a phrase."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A word that was heard, or a listed phrase."""

    text: str
    way: Pronunciation
    words: tuple[Word, ...] = ()
    """What was heard, unless this was put in its place."""
    start: int = 0
    """Its first frame …"""
    end: int = 0
    """… and the one behind its last."""
    gap: float | None = None
    """For a phrase that was put here, how far each of its phones falls behind; else None."""
    listed: bool = False


def pieces(words: Sequence[Word], search: PhraseSearch) -> list[Piece]:
    """Words as they were heard, with how they sound; listed phrases among them as one piece each.

    A word that nobody can say has no phones.
    """
    found: list[Piece] = []
    at = 0
    while at < len(words):
        for length in range(min(search.most_words, len(words) - at), 0, -1):
            phrase = search.written.get(tuple(word.text for word in words[at : at + length]))
            if phrase is not None or length == 1:
                heard = tuple(words[at : at + length])
                way = joined([_way(word.text, search) for word in heard], search.pronouncer.between)
                text = heard[0].text if phrase is None else phrase
                found.append(Piece(text, way, heard, listed=phrase is not None))
                at += length
                break
    return found


def fit(texts: Sequence[Sequence[Piece]], search: PhraseSearch, log_probs: LogProbs) -> Floats:
    """How well whole texts fit frames of shape (frames, phones), in log-probability."""
    if not len(log_probs):
        return np.zeros(len(texts))
    frames = log_probs[telling_frames(log_probs, search.blank)].astype(np.float64)
    between = search.pronouncer.between
    ways = [joined([piece.way for piece in text], between) for text in texts]
    scores: Floats = np.maximum(forward_scores(frames, ways, search.blank), _IMPOSSIBLE)
    return scores


def likely(search: PhraseSearch, spots: Sequence[Spot]) -> list[Spot]:
    """Those that fit better than chance, the ones that tell most first."""
    owners, ways = search.said
    evidence = {
        spot: min(_BY_PHONE * len(ways[spot.way]), spot.told)
        - spot.behind
        + float(search.priors[owners[spot.way]])
        - _LISTED
        for spot in spots
    }
    best = sorted((spot for spot in evidence if evidence[spot] > 0), key=lambda s: -evidence[s])
    return best[:_MOST_SPOTS]


def put_in(
    heard: Sequence[Piece], search: PhraseSearch, spots: Sequence[Spot], log_probs: LogProbs
) -> list[Piece]:
    """The text with listed phrases where they fit frames of shape (frames, phones) better."""
    text = placed(heard, search, log_probs)
    spots = likely(search, spots)
    for _ in range(_MOST_ROUNDS):
        best = _best_change(text, search, spots, log_probs)
        if best is None:
            break
        first, last, piece = best
        text = placed([*text[:first], piece, *text[last:]], search, log_probs)
        spots = [s for s in spots if s.end <= piece.start or s.start >= piece.end]
    return text


def placed(text: Sequence[Piece], search: PhraseSearch, log_probs: LogProbs) -> list[Piece]:
    """The pieces with the frames that they are aligned with; phrases put there keep theirs."""
    between = () if search.pronouncer.between is None else (search.pronouncer.between,)
    parts = [part for piece in text for part in (between, piece.way)][1:]
    alignment = align(log_probs, [label for part in parts for label in part], search.blank)
    if alignment is None:
        edges = np.linspace(0, len(log_probs), len(text) + 1).astype(int)
        spans = np.stack([edges[:-1], edges[1:]], axis=1)
    else:
        spans = word_spans(alignment, [len(part) for part in parts])[::2]
    return [
        piece if piece.gap is not None else replace(piece, start=start, end=end)
        for piece, (start, end) in zip(text, spans.tolist(), strict=True)
    ]


def _best_change(
    text: list[Piece], search: PhraseSearch, spots: Sequence[Spot], log_probs: LogProbs
) -> tuple[int, int, Piece] | None:
    """The words, from one to another, that are best replaced, and by what; None for no change."""
    owners, ways = search.said
    changes: dict[tuple[int, int], list[Piece]] = {}
    for spot in spots:
        phrase, way = search.phrases[owners[spot.way]], ways[spot.way]
        gap = spot.behind / len(way)
        piece = Piece(phrase, way, (), spot.start, spot.end, gap, listed=True)
        for place in _places(text, spot):
            changes.setdefault(place, []).append(piece)
    best, gain = None, 0.0
    for (first, last), candidates in changes.items():
        before, behind = text[max(0, first - _CONTEXT) : first], text[last : last + _CONTEXT]
        texts = [[*before, *text[first:last], *behind]]
        texts += [[*before, piece, *behind] for piece in candidates]
        start = before[0].start if first > _CONTEXT else 0
        end = behind[-1].end if last + _CONTEXT < len(text) else len(log_probs)
        scores = fit(texts, search, log_probs[start:end])
        favoured = FAVOUR * sum(piece.listed for piece in text[first:last])
        gains = scores[1:] + FAVOUR - (scores[0] + favoured)
        at = int(np.argmax(gains))
        if gains[at] > gain:
            best, gain = (first, last, candidates[at]), float(gains[at])
    return best


def _places(text: Sequence[Piece], spot: Spot) -> list[tuple[int, int]]:
    """The words that a phrase may stand for: those said meanwhile, give or take one at each end."""
    inside = [
        number
        for number, piece in enumerate(text)
        if spot.start <= (piece.start + piece.end) / 2 <= spot.end
    ]
    first = inside[0] if inside else sum(piece.end <= spot.start for piece in text)
    last = inside[-1] + 1 if inside else first
    return [
        (one, other)
        for one in (first - 1, first, first + 1)
        for other in (last - 1, last, last + 1)
        if 0 <= one <= other <= len(text)
        and other - one <= _MOST_WORDS
        and not any(piece.gap is not None for piece in text[one:other])
    ]


def _way(word: str, search: PhraseSearch) -> Pronunciation:
    try:
        return search.pronouncer.pronunciations(word)[0]
    except RecognitionError:
        return ()
