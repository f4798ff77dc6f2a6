"""`eulalia train rewriting`: what ranks rewrites, trained on simulated customers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eulalia.cli.data import DEFAULT_DATA, DataFolder
from eulalia.cli.learn_simulate import chain, open_world
from eulalia.cli.train_options import Output, Recipe

if TYPE_CHECKING:
    from eulalia.learning.rewriting import Shared
    from eulalia.learning.training.rewriting import Offer

_WANTED = {
    "seed": int, "rounds": int, "locale": str, "everybody": dict, "customers": int, "days": int,
    "seeds": list,
}  # fmt: skip
_OTHERS = 100_000
"""What is added to a seed for those from whom everybody's rewrites are learned."""


def rewriting(recipe: Recipe, data: DataFolder = DEFAULT_DATA, output: Output = None) -> None:
    """Fit the ranker of rewrites, on customers who live with the assistant without it."""
    import logging

    from eulalia.learning.training import recipes
    from eulalia.learning.training.rewriting import fit

    settings = recipes.settings(recipe, _WANTED)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    folder = data.expanduser()
    offers = [offer for seed in settings["seeds"] for offer in _offers(folder, settings, seed)]
    ranker = fit(offers, rounds=settings["rounds"], seed=settings["seed"])
    ranker.save(output or Path("runs") / recipe.stem)


def _everybody(data: Path, settings: dict[str, Any], seed: int) -> Shared:
    """The global layer of a seed, learned from customers of its own: what others have taught is
    different everywhere, and not to be known by heart."""
    import logging

    from eulalia.learning import defects, logs, mining
    from eulalia.learning.rewriting import Shared
    from eulalia.learning.rewriting.usual import usual_wordings
    from eulalia.learning.simulation import simulate
    from eulalia.learning.successes import successes
    from eulalia.text.vectors import shipped

    others = settings["everybody"]
    world = open_world(data, others["customers"], _OTHERS + seed, (settings["locale"],))
    pairs = list(simulate(world, chain(world), others["days"], _OTHERS + seed))
    turns = [turn for turn, _ in pairs]
    with tempfile.TemporaryDirectory(prefix="eulalia-") as folder:
        log = Path(folder) / "everybody.parquet"
        logs.write(log, pairs)
        learned = mining.rewrites(logs.table(log))
    defective = defects.probabilities(turns)
    learned += successes(turns, defective)
    logging.info(
        "%d turns of everybody gave %d rewrites and known requests", len(turns), len(learned)
    )
    return Shared(shipped(), learned, usual_wordings(turns, defective))


def _offers(data: Path, settings: dict[str, Any], seed: int) -> list[Offer]:
    """What would have been offered to the customers of a seed."""
    import logging

    from eulalia.learning.rewriting import Rewriter
    from eulalia.learning.simulation import simulate
    from eulalia.learning.training.rewriting import Shadow
    from eulalia.text.vectors import shipped

    shared = _everybody(data, settings, seed)
    world = open_world(data, settings["customers"], seed, (settings["locale"],))
    shadow = Shadow(chain(world), Rewriter(shipped(), None, shared), world)
    pairs = simulate(world, shadow, settings["days"], seed)
    offers = [offer for turn, truth in pairs for offer in shadow.offers(turn, truth, seed)]
    logging.info(
        "seed %d: %d offers, %d of them winning", seed, len(offers), sum(o.wins for o in offers)
    )
    return offers
