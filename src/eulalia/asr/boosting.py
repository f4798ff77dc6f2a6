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
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.asr.automaton import Automaton, Floats, Ints
from eulalia.asr.vocabulary import BOUNDARY, Vocabulary

BANKED, LENT, LIFT, INSIDE = range(4)
"""What each prefix of a beam carries: the boosts of its completed phrases; those of the phrase
under way; the adaptive part of these; the language model's log-probability inside that phrase."""
ROWS: Final = 4


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
    most: float = 3.0
    """The most that one label is lifted by."""
    class_log_prob: float = -4.0
    """The language model's log-probability of all listed phrases together; minus infinity for no
    class."""
    least: float = -4.0
    """Labels less likely than this in their frame are not lifted: the sound does not say them."""

    def grow(
        self, states: Ints, rows: Floats, labels: Ints, sound: Floats, language: Floats,
        behind: Floats,
    ) -> tuple[Ints, Floats]:  # fmt: skip
        """The states and rows of prefixes after one more label each; rows are (ROWS, n).

        `sound` is the log-probability of each label in its frame, `language` the language model's
        of it, `behind` how far each grown prefix falls behind the best one.
        """
        automaton = self.automaton
        following = automaton.follow(states, labels)
        lent = states.nonzero()[0]
        if lent.size:
            self._settle(states[lent], following[lent], rows, labels[lent], lent)
        on = following.nonzero()[0]
        if on.size:
            due = np.zeros(len(on))
            if self.share:
                lift = self._lifts[labels[on]] + self.share * behind[on]
                lift = np.minimum(lift, self.most) * (sound[on] > self.least)
                due = rows[LIFT, on] + lift
                rows[LIFT, on] = due
            if self.weight:
                inside = rows[INSIDE, on] + language[on]
                rows[INSIDE, on] = inside
                of_class = self.class_log_prob + automaton.share[following[on]]
                due = due + self.weight * np.maximum(of_class - inside, 0)
            rows[LENT, on] = due
        return following, rows

    def settled(self, states: Ints, rows: Floats) -> Floats:
        """The boosts that stay when the text ends here; shape (n,)."""
        settled: Floats = rows[BANKED] + rows[LENT] * self._ended[states]
        return settled

    def _settle(
        self, states: Ints, following: Ints, rows: Floats, labels: Ints, at: NDArray[np.intp]
    ) -> None:
        """Bank the boosts of phrases that end where a word begins; give back what is in vain."""
        automaton = self.automaton
        banked = self._ended[states] * self._begins[labels]
        # Of the rest stays the share of the letters that still count.
        left = np.maximum(automaton.depth[following] - automaton.lengths[labels], 0)
        left = left * (1 - banked) * self._by_depth[states]
        rows[BANKED, at] += rows[LENT, at] * banked
        rows[LENT:, at] *= left

    @cached_property
    def _begins(self) -> NDArray[np.bool_]:
        """By label, whether it begins a word."""
        return np.array([piece.startswith(BOUNDARY) for piece in self.vocabulary.pieces])

    @cached_property
    def _lifts(self) -> Floats:
        """By label, what it is lifted by for its letters."""
        return self.by_letter * self.automaton.lengths.astype(np.float64)

    @cached_property
    def _by_depth(self) -> Floats:
        """By state, one over the letters read."""
        return np.reciprocal(np.maximum(self.automaton.depth, 1).astype(np.float64))

    @cached_property
    def _ended(self) -> Floats:
        """By state, the share of its letters that are of a phrase that ends there."""
        ended: Floats = self.automaton.ended * self._by_depth
        return ended
