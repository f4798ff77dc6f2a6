"""How listed phrases sound, and which of them an utterance is as a whole, if any.

Every phrase's pronunciations are scored by the CTC forward algorithm (Graves et al. 2006,
"Connectionist temporal classification", section 4.1), all of them at once in arrays, and set
against the best that any phones at all could score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.errors import RecognitionError
from eulalia.asr.lexicon import Pronouncer, Pronunciation
from eulalia.asr.lookup import PhoneTrie
from eulalia.asr.posteriors import LogProbs, telling_frames
from eulalia.asr.writing import spellings

_MOST_WAYS: Final = 16
_CELLS: Final = 2_000_000
"""Cells of the table that are computed at once; bounds the memory that a long list takes."""


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase and how well it fits."""

    phrase: str
    score: float
    """Log-probability of its best pronunciation."""
    gap: float
    """How far each of its phones falls behind the best phones of all, in log-probability; >= 0."""


@dataclass(frozen=True)
class PhraseSearch:
    """A list of phrases, ready to be looked for."""

    phrases: tuple[str, ...]
    pronouncer: Pronouncer
    blank: int = 0
    letters: frozenset[str] = frozenset()
    """Those that the model writes; phrases are also said as they are spelled in them."""
    weights: tuple[float, ...] = ()
    """How likely each phrase is beside the others; all are alike where there are none."""

    def __post_init__(self) -> None:
        for phrase in self.phrases:
            if not phrase.split():
                raise RecognitionError("A phrase to favour must have at least one word.")
        _ = self.said  # a word that cannot be said is an error now, not in the middle of a sound

    @cached_property
    def trie(self) -> PhoneTrie:
        """All pronunciations, sharing their beginnings."""
        return PhoneTrie.build(self.said[1])

    @cached_property
    def priors(self) -> NDArray[np.float64]:
        """By phrase, the logarithm of its share among all."""
        weights = np.array(self.weights or [1.0] * len(self.phrases))
        priors: NDArray[np.float64] = np.log(weights / weights.sum())
        return priors

    def matches(
        self, log_probs: LogProbs, count: int = 8, only: Sequence[int] | None = None
    ) -> list[Match]:
        """The phrases that fit frames of shape (frames, phones) best, best first.

        `only` names the pronunciations to try, by their places in `said`.
        """
        frames = log_probs[telling_frames(log_probs, self.blank)].astype(np.float64)
        owners, ways = self.said
        if only is not None:
            owners, ways = [owners[i] for i in only], [ways[i] for i in only]
        if not len(frames) or not ways:
            return []
        scores = np.concatenate(
            [forward_scores(frames, ways[part], self.blank) for part in _portions(ways)]
        )
        free = float(frames.max(axis=1).sum())
        lengths = np.array([len(way) for way in ways])
        gaps = np.maximum(free - scores, 0) / lengths
        best: dict[str, Match] = {}
        for i in np.argsort(-scores, kind="stable"):
            phrase = self.phrases[owners[i]]
            if phrase not in best and np.isfinite(scores[i]):
                best[phrase] = Match(phrase, float(scores[i]), float(gaps[i]))
            if len(best) == count:
                break
        return list(best.values())

    @cached_property
    def written(self) -> dict[tuple[str, ...], str]:
        """Phrases by the words that a model writes them in, or by themselves as one."""
        found: dict[tuple[str, ...], str] = {}
        for phrase in reversed(self.phrases):
            found[(phrase,)] = phrase
            if self.letters:
                found.update((words, phrase) for words in spellings(phrase, self.letters))
        return found

    @cached_property
    def most_words(self) -> int:
        """The words of the longest phrase as it is written."""
        return max(map(len, self.written), default=1)

    @cached_property
    def said(self) -> tuple[list[int], list[Pronunciation]]:
        """Every way to say every phrase, and which phrase each is of."""
        owners, ways = [], []
        for owner, phrase in enumerate(self.phrases):
            for way in self._ways(phrase):
                owners.append(owner)
                ways.append(way)
        return owners, ways

    def _ways(self, phrase: str) -> list[Pronunciation]:
        """As it is written, and as it is spelled in the model's letters."""
        found: dict[Pronunciation, None] = {}
        texts = [tuple(phrase.split())]
        if self.letters:
            texts += spellings(phrase, self.letters)
        problem: RecognitionError | None = None
        for words in dict.fromkeys(texts):
            try:
                choices = [self.pronouncer.pronunciations(word) for word in words]
            except RecognitionError as error:
                problem = problem or error
                continue
            for parts in islice(product(*choices), _MOST_WAYS):
                found[joined(parts, self.pronouncer.between)] = None
        if not found:
            raise RecognitionError(f"The phrase {phrase!r} cannot be listed: {problem}")
        return list(found)


def forward_scores(
    log_probs: NDArray[np.floating], ways: Sequence[Pronunciation], blank: int
) -> NDArray[np.float64]:
    """The log-probability of each sequence of labels, given frames of shape (frames, labels).

    Returns shape (ways,); minus infinity where the frames are too few.
    """
    lengths = np.array([len(way) for way in ways])
    # Blanks between the labels and around them: states 0, 2, 4 … are blanks.
    labels = np.full((len(ways), 2 * max(lengths.max(), 1) + 1), blank)
    for row, way in zip(labels, ways, strict=True):
        row[1 : 2 * len(way) : 2] = way
    # A blank may be left out between labels that differ.
    skips = np.zeros(labels.shape, bool)
    skips[:, 3::2] = labels[:, 3::2] != labels[:, 1:-2:2]
    outside = np.full((len(ways), 1), -np.inf)
    alpha = np.full(labels.shape, -np.inf)
    alpha[:, :2] = log_probs[0][labels[:, :2]]
    alpha[lengths == 0, 1] = -np.inf
    for row in log_probs[1:]:
        one = np.concatenate([outside, alpha[:, :-1]], axis=1)
        two = np.where(skips, np.concatenate([outside, outside, alpha[:, :-2]], axis=1), -np.inf)
        alpha = np.logaddexp(np.logaddexp(alpha, one), two) + row[labels]
    rows = np.arange(len(ways))
    total: NDArray[np.float64] = np.logaddexp(
        alpha[rows, 2 * lengths], np.where(lengths > 0, alpha[rows, 2 * lengths - 1], -np.inf)
    )
    return total


def joined(parts: Sequence[Pronunciation], between: int | None) -> Pronunciation:
    """The pronunciation of words one after the other."""
    labels: list[int] = []
    for part in parts:
        if labels and part and between is not None:
            labels.append(between)
        labels += part
    return tuple(labels)


def _portions(ways: Sequence[Pronunciation]) -> list[slice]:
    size = max(1, _CELLS // (2 * max(len(way) for way in ways) + 1))
    return [slice(start, start + size) for start in range(0, len(ways), size)]
