"""Hearing without sound: what a recogniser would have heard, with its doubts.

Every chance has the distribution that `Confusions` learned, and yet each speaker is misheard in
ways of his own: his level is partly always the same, each word of his is partly always hard or
easy, and once misheard it is mostly misheard for the same other word. All three are drawn through
Gaussian copulas, which leave the learned distributions as they are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import exp, log, sqrt
from random import Random
from typing import Final

from eulalia.learning.simulation.chances import NORMAL, share, stream
from eulalia.learning.simulation.confusions import LEVELS, Confusions, chance, key
from eulalia.learning.simulation.hearing import Heard, Voice
from eulalia.learning.simulation.sounds import Neighbourhood
from eulalia.text import CHARACTER_LOCALES, tokenize
from eulalia.turn import Hypothesis

_SPEAKER: Final = sqrt(0.35)
"""Correlation between the levels of a speaker's recordings (assumed: SLURP names no speakers)."""
_WORD: Final = sqrt(0.45)
"""Correlation between two times that a speaker says a word (assumed likewise)."""
_UNSEEN: Final = 2.0
"""Observations that the words sounding alike weigh as much as."""
_SHARPNESS: Final = 1.0
_COMMONNESS: Final = 0.5
"""How much a word's cost in sound and the logarithm of its frequency weigh among words alike."""
_CANDIDATES: Final = 12
_VOCABULARY: Final = 6_000
_TAKES: Final = 8
"""Ways in which a speaker says a text."""
_REMEMBERED: Final = 100_000
"""Takes, and words of speakers, that are kept; each comes out the same when it is needed again."""


@dataclass(frozen=True, slots=True)
class _Others:
    """What may be heard for a word, likeliest first."""

    words: tuple[str, ...]
    sums: tuple[float, ...]
    """Chances added up; the last is 1."""

    def at(self, place: float) -> str:
        return self.words[min(bisect_left(self.sums, place), len(self.words) - 1)]


class Channel:
    """Mishears the requests of one locale as a recogniser does."""

    def __init__(self, confusions: Confusions, vocabulary: Counter[str], locale: str) -> None:
        """`vocabulary` has the words that may be heard, how often each occurs in requests."""
        self._confusions = confusions
        self._vocabulary = vocabulary
        self._locale = locale
        self._english = locale.startswith("en-")
        self._joint = "" if locale in CHARACTER_LOCALES else " "
        self._near = tuple(accumulate(confusions.near))
        self._far = tuple(accumulate(confusions.far))
        self._added = list(confusions.added) if self._english else []
        self._added_sums = list(accumulate(confusions.added.values())) if self._english else []
        self._others: dict[str, _Others] = {}
        self._thresholds: dict[tuple[str, bool, bool], tuple[float, ...]] = {}
        self._takes: dict[tuple[str, bool, str, float, bool, int], Heard] = {}
        self._habits: dict[tuple[str, str], tuple[float, float]] = {}

    def hear(self, voice: Voice, said: str, effort: float, rng: Random, force: bool) -> Heard:
        """What is heard of a text.

        `effort` is in log odds: who speaks louder and slower is misheard as if the level were that
        much lower. `force` makes one word at least be misheard, as noise would. The same stream of
        random numbers gives the same hearing. A speaker has eight ways to say a text, and each is
        always heard alike.
        """
        take = (voice.name, voice.far, said, round(effort, 1), force, rng.randrange(_TAKES))
        heard = self._takes.get(take)
        if heard is None:
            if len(self._takes) >= _REMEMBERED:
                self._takes.clear()
            heard = self._takes[take] = self._mishear(voice, said, effort, stream(*take), force)
        return heard

    def _mishear(self, voice: Voice, said: str, effort: float, rng: Random, force: bool) -> Heard:
        level = self._level(voice, rng) - effort
        words = [token.text for token in tokenize(said, self._locale)]
        number = min(max(round((level - LEVELS[0]) / _STEP), 0), len(LEVELS) - 1)
        draws = [(rng.gauss(0.0, 1.0), rng.random(), rng.random(), rng.random()) for _ in words]
        heard: list[str] = []
        wrong: list[int] = []
        last = len(words) - 1
        for n, (word, (gauss, fresh, again, beside)) in enumerate(zip(words, draws, strict=True)):
            often, own = self._habit(voice.name, word)
            threshold = self._threshold(word, n == 0, n == last)[number]
            other = word
            if _WORD * often + _WORD_REST * gauss < threshold:
                kept = again < self._confusions.persistence
                other = self._candidates(word).at(own if kept else fresh)
            if other != word:
                wrong.append(n)
            heard.append(other)
            if self._added and beside < self._confusions.adding * chance(
                self._confusions.base + level
            ):
                heard[-1] += " " + rng.choices(self._added, cum_weights=self._added_sums)[0]
                wrong.append(n)
        if force and not wrong and words:
            n = max(range(len(words)), key=lambda n: (draws[n][1] * len(words[n]), n))
            heard[n] = self._candidates(words[n]).at(self._habit(voice.name, words[n])[1])
            wrong.append(n)
        if wrong and not any(part.strip() for part in heard):
            # Of a request that was recorded, something is always heard.
            heard[-1] = words[-1]
        return self._doubt(words, heard, wrong, level, rng)

    def _level(self, voice: Voice, rng: Random) -> float:
        """The level of one recording, drawn from those of the microphone."""
        place = NORMAL.cdf(_SPEAKER * voice.accent + _SPEAKER_REST * rng.gauss(0.0, 1.0))
        sums = self._far if voice.far else self._near
        return LEVELS[min(bisect_left(sums, place), len(LEVELS) - 1)]

    def _habit(self, speaker: str, word: str) -> tuple[float, float]:
        """How easy a word of a speaker's always is (normal), and as what he is misheard (0-1)."""
        known = self._habits.get((speaker, word))
        if known is None:
            if len(self._habits) >= _REMEMBERED:
                self._habits.clear()
            known = (
                NORMAL.inv_cdf(share(speaker, word, "ease")),
                share(speaker, word, "likeness"),
            )
            self._habits[speaker, word] = known
        return known

    def _threshold(self, word: str, first: bool, last: bool) -> tuple[float, ...]:
        """By level, the normal score below which the word is misheard."""
        known = self._thresholds.get((word, first, last))
        if known is None:
            model = self._confusions
            odds = model.base + first * model.first + last * model.last
            odds += model.words.get(key(word), 0.0) if self._english else 0.0
            known = tuple(NORMAL.inv_cdf(min(chance(odds + level), 1 - 1e-9)) for level in LEVELS)
            self._thresholds[word, first, last] = known
        return known

    def _candidates(self, word: str) -> _Others:
        known = self._others.get(word)
        if known is None:
            known = self._others[word] = self._find(word)
        return known

    def _find(self, word: str) -> _Others:
        """What was observed for the word, and the words that sound like it."""
        observed = self._confusions.heard.get(key(word), {}) if self._english else {}
        weights: defaultdict[str, float] = defaultdict(float, observed)
        weights[""] += _UNSEEN * self._confusions.dropped
        numbers, costs = self._neighbours.distances(word)
        alike = {
            self._neighbours.words[number]: -_SHARPNESS * float(cost)
            + _COMMONNESS * log(self._vocabulary[self._neighbours.words[number]])
            for number, cost in zip(numbers.tolist(), costs.tolist(), strict=True)
            if self._neighbours.words[number] != word
        }
        best = sorted(alike, key=lambda other: (-alike[other], other))[:_CANDIDATES]
        if best:
            top = alike[best[0]]
            total = sum(exp(alike[other] - top) for other in best)
            for other in best:
                weights[other] += (
                    _UNSEEN * (1 - self._confusions.dropped) * exp(alike[other] - top) / total
                )
        weights.pop(word, None)
        ordered = sorted(weights, key=lambda other: (-weights[other], other))
        whole = sum(weights.values())
        sums = tuple(accumulate(weights[other] / whole for other in ordered))
        return _Others(tuple(ordered), sums)

    @cached_property
    def _neighbours(self) -> Neighbourhood:
        common = [word for word, _ in self._vocabulary.most_common(_VOCABULARY)]
        return Neighbourhood(common, self._locale, self._confusions.costs)

    def _doubt(
        self, words: list[str], heard: list[str], wrong: list[int], level: float, rng: Random
    ) -> Heard:
        """The hypotheses: the words heard, and others that differ where the recogniser doubts.

        A recogniser is less sure where the level is high and of what it misheard, though not
        reliably: SLURP tells only what was heard, so how sure was chosen by hand.
        """
        sure = chance(2.4 - 0.45 * (level + 0.5) - 0.8 * len(wrong) + 0.8 * rng.gauss(0.0, 1.0))
        sure = min(max(sure, 0.03), 0.995)
        texts = [self._join(heard)]
        for n in (wrong or sorted(range(len(words)), key=lambda _: rng.random()))[:3]:
            other = words[n] if n in wrong and rng.random() < 0.6 else None
            other = other if other is not None else self._candidates(words[n]).at(rng.random())
            text = self._join([*heard[:n], other, *heard[n + 1 :]])
            if text and text not in texts:
                texts.append(text)
        rest = 1 - sure
        hypotheses = [Hypothesis(texts[0], round(sure, 4))]
        for text in texts[1:]:
            share_of_rest = min(0.6 * rest, 0.98 * sure)
            rest -= share_of_rest
            hypotheses.append(Hypothesis(text, round(share_of_rest, 4)))
        ordered = sorted(hypotheses, key=lambda h: -h.confidence)
        return Heard(texts[0], tuple(ordered), seconds=0.35 + 0.32 * len(words))

    def _join(self, words: list[str]) -> str:
        text = self._joint.join(word for word in words if word)
        return " ".join(text.split())


_STEP: Final = LEVELS[1] - LEVELS[0]
_SPEAKER_REST: Final = sqrt(1 - _SPEAKER**2)
_WORD_REST: Final = sqrt(1 - _WORD**2)
