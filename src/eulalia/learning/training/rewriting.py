"""Training of the ranker of rewrites, on simulated customers who are not served and try again."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eulalia.learning.boosted import Boosted
from eulalia.learning.rewriting.features import NAMES
from eulalia.learning.rewriting.rewriter import Rewriter, telling
from eulalia.learning.rewriting.simulated import Asked, RewritingAssistant
from eulalia.learning.simulation import Assistant, Reading, World
from eulalia.learning.simulation.chances import share
from eulalia.learning.simulation.judgement import stage
from eulalia.learning.simulation.phrasebook import Wish
from eulalia.learning.training import boosting
from eulalia.truth import Failure, Truth
from eulalia.turn import Turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate for a turn's request, and what would have come of it."""

    seed: int
    """Of the world in which it was made."""
    turn: str
    values: npt.NDArray[np.float64]
    """(NAMES,)"""
    wins: bool
    """The turn failed, and the candidate means what was wanted."""
    loses: bool
    """The turn did not fail, and the candidate means something else."""


class Shadow(RewritingAssistant):
    """Rewrites nothing, and remembers what it could have."""

    def __init__(self, answering: Assistant, rewriter: Rewriter, world: World) -> None:
        super().__init__(answering, rewriter, names=world.names)
        self._world = world
        self._offered: dict[str, list[tuple[npt.NDArray[np.float64], str]]] = {}

    def offers(self, turn: Turn, truth: Truth, seed: int) -> Iterator[Offer]:
        """What was offered for a turn of a seed, judged; each turn is asked for once."""
        offered = self._offered.pop(turn.id, [])
        readings = self.read_all([(turn.customer, text) for _, text in offered])
        for (values, _), reading in zip(offered, readings, strict=True):
            right = self._is_right(turn, truth, reading)
            served = truth.failure is Failure.CORRECT
            yield Offer(seed, turn.id, values, right and not served, served and not right)

    def _is_right(self, turn: Turn, truth: Truth, reading: Reading) -> bool:
        """Whether the chain would have got it right, had it read this."""
        if truth.intent is None:
            return False
        phrasebook = self._world.places[turn.locale].phrasebook
        # Any pattern will do: it only tells that the wish is one that the phrasebook knows.
        wish = Wish(truth.intent, truth.slots, 0, truth.text or "")
        where = stage(wish, reading.interpretation, reading.entities, phrasebook)
        return where is Failure.CORRECT

    def _asked(self, turn: Turn) -> Asked:
        asked = super()._asked(turn)
        # Of some customers nothing is known, so that strangers are served as well.
        if share(turn.customer, "stranger") < 0.5:
            return Asked(asked.request, None, self.rewriter.offered(asked.request, None))
        return asked

    def _rewritten(self, turn: Turn, asked: Asked) -> Turn:
        kept, _, values = telling(
            asked.request,
            asked.offered,
            asked.history,
            self.rewriter.shared,
            lambda texts: self.meanings(turn.customer, texts),
        )
        if kept:
            texts = [candidate.text for candidate in kept]
            self._offered[turn.id] = list(zip(values, texts, strict=True))
        return turn


def fit(offers: Sequence[Offer], *, rounds: int, seed: int) -> Boosted:
    """The ranker: how likely a candidate puts a request right that would have failed.

    Worlds are held out whole: of the same teachers' rewrites, it would be learned by heart which
    ones win. Raises EulaliaError when none would, or for too few worlds.
    """
    values = np.array([offer.values for offer in offers]).reshape(len(offers), len(NAMES))
    wins = np.array([offer.wins for offer in offers], bool)
    _, worlds = np.unique([offer.seed for offer in offers], return_inverse=True)
    model, odds = boosting.fit(NAMES, values, wins, worlds, rounds=rounds, seed=seed)
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        won, lost = count(offers, 1 / (1 + np.exp(-odds)), threshold)
        log.info("from %.1f on, other worlds: %d wins, %d losses", threshold, won, lost)
    return model


def count(
    offers: Sequence[Offer], chances: npt.NDArray[np.float64], threshold: float
) -> tuple[int, int]:
    """Wins and losses when each turn takes its best candidate from a threshold on."""
    best: dict[str, int] = {}
    for place, offer in enumerate(offers):
        if chances[place] >= threshold:
            before = best.get(offer.turn)
            if before is None or chances[place] > chances[before]:
                best[offer.turn] = place
    chosen = [offers[place] for place in best.values()]
    return sum(offer.wins for offer in chosen), sum(offer.loses for offer in chosen)
