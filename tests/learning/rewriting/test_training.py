"""Training of the ranker: what it sees, and how it is judged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from eulalia.errors import EulaliaError
from eulalia.learning.rewriting import Rewriter, Shared
from eulalia.learning.rewriting.features import NAMES
from eulalia.learning.simulation import simulate
from eulalia.rewrites import Evidence, LearnedRewrite
from eulalia.text.vectors import shipped
from eulalia.truth import Failure
from tests.learning.simulation.town import requests, town

pytest.importorskip("sklearn")
from eulalia.learning.training.rewriting import Offer, Shadow, count, fit


def offers(seed: int) -> tuple[list[Offer], dict[str, Failure | None]]:
    """What a town that knows its own phrases by heart would offer, and how its turns went."""
    world, chain = town(15, seed)
    texts = [request.text for request in requests()]
    evidence = Evidence(9, 3, 0, 0.9, 0.9, 0.9, 0.7)
    known = [LearnedRewrite("en-US", text, text, evidence) for text in texts]
    shadow = Shadow(chain, Rewriter(shipped(), None, Shared(shipped(), known)), world)
    made: list[Offer] = []
    failures: dict[str, Failure | None] = {}
    for turn, truth in simulate(world, shadow, 4, seed):
        assert turn.rewrite is None
        made += shadow.offers(turn, truth, seed)
        failures[turn.id] = truth.failure
    return made, failures


def test_what_is_offered_is_judged_by_what_was_wanted() -> None:
    made, failures = offers(1)
    winning, losing = ({o.turn for o in made if getattr(o, how)} for how in ("wins", "loses"))
    assert winning
    assert all(failures[turn] is not Failure.CORRECT for turn in winning)
    assert all(failures[turn] is Failure.CORRECT for turn in losing)
    strangers = np.isnan([offer.values[NAMES.index("own_tries")] for offer in made])
    assert 0 < strangers.mean() < 1


def test_the_ranker_learns_what_wins_in_worlds_it_has_not_seen() -> None:
    rng = np.random.default_rng(1)
    values = rng.random((400, len(NAMES)))
    likeness = values[:, NAMES.index("letters")]
    made = [
        Offer(n % 4, str(n), row, wins=bool(alike > 0.6), loses=False)
        for n, (row, alike) in enumerate(zip(values, likeness, strict=True))
    ]
    chances = fit(made, rounds=10, seed=1).probabilities(NAMES, values)
    assert chances[likeness > 0.7].min() > chances[likeness < 0.5].max()


def offer(turn: str, wins: bool, seed: int = 1) -> Offer:
    return Offer(seed, turn, np.zeros(len(NAMES)), wins, not wins)


@pytest.mark.parametrize(
    ("chances", "wins_and_losses"),
    [
        ((0.9, 0.5, 0.6), (2, 0)),
        ((0.4, 0.5, 0.6), (1, 1)),
        ((0.4, 0.3, 0.1), (1, 0)),
        ((0.1, 0.2, 0.3), (0, 0)),
    ],
)
def test_each_turn_takes_its_best_candidate_or_none(
    chances: Sequence[float], wins_and_losses: tuple[int, int]
) -> None:
    offered = [offer("a", wins=True), offer("a", wins=False), offer("b", wins=True)]
    assert count(offered, np.array(chances), 0.35) == wins_and_losses


@pytest.mark.parametrize(
    "made",
    [
        [],
        [offer(str(n), wins=False, seed=n) for n in range(8)],
        [offer(str(n), wins=n % 2 == 0, seed=n % 2) for n in range(8)],
    ],
    ids=["nothing", "nothing that wins", "too few worlds"],
)
def test_too_little_to_learn_from_is_said(made: list[Offer]) -> None:
    with pytest.raises(EulaliaError, match="takes turns of both kinds"):
        fit(made, rounds=2, seed=1)
