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
    """Labels less likely than this in their frame are not boosted: the sound does not say them."""

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
        lent = (rows[LENT] + rows[INSIDE]).nonzero()[0]
        if lent.size:
            self._settle(states[lent], following[lent], rows, labels[lent], lent)
        on = ((following > 0) & (sound > self.least)).nonzero()[0]
        if on.size:
            due = np.zeros(len(on))
            if self.share:
                lift = self.by_letter * automaton.lengths[labels[on]] + self.share * behind[on]
                rows[LIFT, on] += np.clip(lift, 0, self.most)
                due += rows[LIFT, on]
            if self.weight:
                rows[INSIDE, on] += language[on]
                of_class = self.class_log_prob + automaton.share[following[on]]
                due += self.weight * np.maximum(of_class - rows[INSIDE, on], 0)
            rows[LENT, on] = due
        return following, rows

    def settled(self, states: Ints, rows: Floats) -> Floats:
        """The boosts that stay when the text ends here; shape (n,)."""
        automaton = self.automaton
        share = automaton.ended[states] / np.maximum(automaton.depth[states], 1)
        settled: Floats = rows[BANKED] + rows[LENT] * share
        return settled

    def _settle(
        self, states: Ints, following: Ints, rows: Floats, labels: Ints, at: NDArray[np.intp]
    ) -> None:
        """Bank the boosts of phrases that end where a word begins; give back what is in vain."""
        automaton = self.automaton
        depth = np.maximum(automaton.depth[states], 1)
        banked = np.where(self._begins[labels], automaton.ended[states] / depth, 0)
        # Of the rest stays the share of the letters that still count.
        left = np.maximum(automaton.depth[following] - automaton.lengths[labels], 0) / depth
        rows[BANKED, at] += rows[LENT, at] * banked
        rows[LENT:, at] *= left * (1 - banked)

    @cached_property
    def _begins(self) -> NDArray[np.bool_]:
        """By label, whether it begins a word."""
        return np.array([piece.startswith(BOUNDARY) for piece in self.vocabulary.pieces])
