"""Fitting the model of rephrases on logs whose truth tells the goals."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.errors import EulaliaError
from eulalia.learning import logs, rephrases, retellings
from eulalia.learning.boosted import Boosted
from eulalia.learning.columns import Columns
from eulalia.learning.pairs import features, later_turns
from eulalia.learning.training import boosting, recipes

log = logging.getLogger(__name__)

_WANTED = {"seed": int, "rounds": int, "logs": list, "leave_out": list}
_BLUR = 0.8
"""Standard deviation of the logarithm of seconds."""
Floats = npt.NDArray[np.floating[Any]]


def train(recipe: Path, *, output: Path) -> Boosted:
    """Fit the model of a recipe and write it, with its scores, into the output folder.

    Sessions whose names begin as one of `leave_out` are kept for measuring. Raises
    EulaliaError for logs that tell no goals.
    """
    settings = recipes.settings(recipe, _WANTED)
    names: tuple[str, ...] = ()
    values: list[Floats] = []
    same: list[npt.NDArray[np.bool_]] = []
    groups: list[str] = []
    for path in settings["logs"]:
        log.info("reading %s", path)
        names, found, again, customers = known(Path(path), tuple(settings["leave_out"]))
        values.append(found)
        same.append(again)
        groups += [f"{path} {customer}" for customer in customers]
    together, happened = np.concatenate(values), np.concatenate(same)
    log.info("fitting on %d pairs of turns", len(happened))
    model, held_out = boosting.fit(
        names,
        together,
        happened,
        recipes.numbers(groups),
        rounds=settings["rounds"],
        seed=settings["seed"],
    )
    model.save(output)
    ends = np.cumsum([len(each) for each in same])[:-1]
    report = {
        str(path): {"pairs": len(true), "f1": _f1(true, odds > 0)}
        for path, true, odds in zip(settings["logs"], same, np.split(held_out, ends), strict=True)
    }
    (output / "scores.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    log.info("%s", report)
    return model


def known(
    path: Path, leave_out: tuple[str, ...] = ()
) -> tuple[tuple[str, ...], Floats, npt.NDArray[np.bool_], list[str]]:
    """Of a log's pairs of a request and a later turn, the names and values of the features,
    whether the later says the request again, and whose they are. Raises EulaliaError."""
    pairs = [pair for pair in logs.read(path) if not pair[0].session.startswith(leave_out)]
    truths = [truth for _, truth in pairs]
    columns = Columns.of(turn for turn, _ in pairs)
    later = later_turns(columns)
    here, lags = np.nonzero(later >= 0)
    there = later[here, lags]
    told = [n for n, a in enumerate(here) if (truth := truths[a]) and truth.goal is not None]
    if not told:
        raise EulaliaError(f"{path} does not tell what was wanted; give a log with goals.")
    here, there = here[told], there[told]
    same = [retellings.says_again(truths[a], truths[b]) for a, b in zip(here, there, strict=True)]
    names, values = features(columns, here, there)
    # Gaps are made up in SLURP's and DSTC2's logs and assumed in the simulator's: blurred, they
    # tell what is soon and what is not, and no more.
    blur = np.random.default_rng(1).normal(0.0, _BLUR, len(here))
    for name in ("seconds_later", "seconds_before"):
        values[:, names.index(name)] += blur
    return names, values, np.array(same, bool), [columns.turns[place].customer for place in here]


def _f1(true: npt.NDArray[np.bool_], said: npt.NDArray[np.bool_]) -> float:
    pairs = [{(str(n), "") for n in np.flatnonzero(each)} for each in (true, said)]
    return rephrases.pair_f1(*pairs)
