"""Fitting the model of defects on logs of which it is known which turns failed."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np

from eulalia.errors import EulaliaError
from eulalia.learning import logs, scores, signals
from eulalia.learning.boosted import Boosted, sigmoid
from eulalia.learning.training import boosting, recipes

log = logging.getLogger(__name__)

_WANTED = {"seed": int, "rounds": int, "logs": list}


def train(recipe: Path, *, output: Path) -> Boosted:
    """Fit the model of a recipe and write it, with its scores, into the output folder.

    Raises EulaliaError for logs that do not
    tell which turns failed.
    """
    settings = recipes.settings(recipe, _WANTED)
    values, failed, groups = [], [], []
    names: tuple[str, ...] = ()
    for path in settings["logs"]:
        log.info("reading %s", path)
        pairs = list(logs.read(path))
        defective = [scores.is_defect(truth) for _, truth in pairs]
        told = np.array([each is not None for each in defective], bool)
        if not told.any():
            raise EulaliaError(f"{path} does not tell which turns failed; give one with truth.")
        found = signals.read(turn for turn, _ in pairs)
        names = found.names
        values.append(found.values[told])
        failed.append(np.array([each for each in defective if each is not None], bool))
        groups += [f"{path} {turn.customer}" for (turn, _), t in zip(pairs, told, strict=True) if t]
    log.info("fitting on %d turns", len(groups))
    model, held_out = boosting.fit(
        names,
        np.concatenate(values),
        np.concatenate(failed),
        recipes.numbers(groups),
        rounds=settings["rounds"],
        seed=settings["seed"],
    )
    model.save(output)
    ends = np.cumsum([len(each) for each in failed])[:-1]
    report = {
        str(path): scores.of_probabilities(true, sigmoid(odds))
        for path, true, odds in zip(settings["logs"], failed, np.split(held_out, ends), strict=True)
    }
    (output / "scores.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    log.info("%s", report)
    return model
