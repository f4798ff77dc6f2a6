"""How listed phrases are favoured while the beam is searched.

Two boosts add up, and both are lent only: a phrase that does not complete gives them back.

- The class of listed words: inside a phrase the language model's log-probability is at least that
  of a class whose words are the phrases, as class-based models have it (Brown et al. 1992,
  "Class-based n-gram models of natural language"). The language model itself stays as it is.
- Adaptive boosts: a label that goes on in a phrase is lifted by a little for each letter, and by a
  share of the gap by which its prefix falls behind the best one at that moment: what is likely
  already gets hardly any help and cannot swallow what follows. Lent weights are given back as in
  Hall et al. (2015), "Composition-based on-the-fly rescoring for salient n-gram biasing".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from eulalia.asr.automaton import Automaton, Floats, Ints
from eulalia.asr.vocabulary import BOUNDARY, Vocabulary

BOOST, LENT, LIFT, INSIDE = range(4)
"""What each prefix of a beam carries: all its boosts; those lent to the phrase under way; with a
class in the language model also the adaptive part of these, and the language model's
log-probability inside that phrase."""


@dataclass(frozen=True)
class Boosting:
    """Phrases, and how strongly they are favoured, in log-probability."""

    automaton: Automaton
    vocabulary: Vocabulary
    weight: float = 0.0
    """Of the language model; without one there is no class of listed words either."""
    share: float = 0.5
    """How much of the gap to the best prefix an adaptive boost makes up for; 0 for none."""
    by_letter: float = 0.5
    """What an adaptive boost adds for each letter."""
    most: float = 2.0
    """The most that one label is lifted by."""
    class_log_prob: float = -4.0
    """The language model's log-probability of all listed phrases together; minus infinity for no
    class."""
    least: float = -4.0
    """Labels less likely than this in their frame are not lifted: the sound does not say them."""

    @property
    def rows(self) -> int:
        """How many numbers each prefix carries."""
        return INSIDE + 1 if self.weight else LENT + 1

    def grow(
        self, states: Ints, rows: Floats, labels: Ints, sound: Floats, language: Floats,
        behind: Floats,
    ) -> Ints:  # fmt: skip
        """The states of prefixes after one more label each, whose rows, (rows, n), are changed.

        `sound` is the log-probability of each label in its frame, `language` the language model's
        of it, `behind` how far each grown prefix falls behind the best one.
        """
        following, kept = self.automaton.follow(states, labels)
        # Where a word begins, the boosts of a phrase that ends are kept for good. Of those of a
        # phrase that fails stays the share of the letters that still count.
        lent = rows[LENT]
        banked = self._ended.take(states) * self._begins.take(labels)
        lent = lent - lent * banked
        lift: Floats | float = 0.0
        if self.share:
            lift = self._lifts.take(labels) + self.share * behind
            lift = np.minimum(lift, self._most.take(following)) * (sound > self.least)
        if self.weight:
            kept = kept - kept * banked
            rows[LIFT] = lift = lift + rows[LIFT] * kept
            on = following > 0
            rows[INSIDE] = inside = rows[INSIDE] * kept + language * on
            of_class = self.class_log_prob + self.automaton.share.take(following)
            due = lift + self.weight * np.maximum(of_class - inside, 0) * on
        else:
            due = lift + lent * kept
        rows[LENT] = due
        rows[BOOST] += due - lent
        return following

    def settled(self, states: Ints, rows: Floats) -> Floats:
        """The boosts that stay when the text ends here; shape (n,)."""
        settled: Floats = rows[BOOST] - rows[LENT] * (1 - self._ended[states])
        return settled

    @cached_property
    def _begins(self) -> Floats:
        """By label, 1 where it begins a word."""
        return np.array([float(piece.startswith(BOUNDARY)) for piece in self.vocabulary.pieces])

    @cached_property
    def _lifts(self) -> Floats:
        """By label, what it is lifted by for its letters."""
        return self.by_letter * self.automaton.lengths.astype(np.float64)

    @cached_property
    def _most(self) -> Floats:
        """By state, the most that a label which leads there is lifted by; nothing outside."""
        return np.where(self.automaton.depth > 0, self.most, 0.0)

    @cached_property
    def _ended(self) -> Floats:
        """By state, the share of its letters that are of a phrase that ends there."""
        ended: Floats = self.automaton.ended / np.maximum(self.automaton.depth, 1)
        return ended
