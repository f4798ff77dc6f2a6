"""Calibration: making a confidence of 0.8 mean that four in five such readings are right."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from eulalia.datasets import Request
from eulalia.nlu.model import Understander

SLOT_VOTE_WEIGHTS = (0.0, 0.5, 1.0, 1.5, 2.0)
"""How much the votes for slots may count beside the network."""


def calibrate(folder: Path, requests: Iterable[Request]) -> dict[str, tuple[float, float]]:
    """Choose how much the network's scores and the votes count, for each locale's intents and for
    slots in all, and write it into the model's folder.

    For intents, the two are added as in logistic stacking (Wolpert 1992), which scales confidences
    as a temperature does (Guo et al. 2017). The model must not have been trained on the requests.
    Returns both factors by locale.
    """
    by_locale: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        by_locale[request.locale].append(request)
    model = Understander.open(folder)
    chosen = {}
    for locale, own in by_locale.items():
        scores, votes = model.intent_scores([request.text for request in own], locale)
        truth = np.array([model.intents.index(request.intent) for request in own])
        chosen[locale] = best_factors(scores, votes, truth)
    _write(folder, {"calibration": chosen})
    rights = {}
    for weight in SLOT_VOTE_WEIGHTS:
        _write(folder, {"slot_vote_weight": weight})
        rights[weight] = slots_right(Understander.open(folder), by_locale)
    _write(folder, {"slot_vote_weight": max(rights, key=rights.__getitem__)})
    return chosen


def slots_right(model: Understander, by_locale: Mapping[str, Sequence[Request]]) -> int:
    """In how many of every fourth request all slots are found and none too many."""
    right = 0
    for locale, requests in by_locale.items():
        some = requests[::4]
        readings = model.understand_all([request.text for request in some], locale)
        for request, found in zip(some, readings, strict=True):
            slots = found[0].slots if found else ()
            right += {(s.name, s.start, s.end) for s in slots} == {
                (s.name, s.start, s.end) for s in request.slots
            }
    return right


def _write(folder: Path, values: Mapping[str, Any]) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8")) | values
    path.write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")


def best_factors(
    scores: NDArray[np.float32], votes: NDArray[np.float32], truth: NDArray[np.intp]
) -> tuple[float, float]:
    """The factors under which the truth is likeliest, found by minimising its log loss."""

    def loss(logarithms: NDArray[np.float64]) -> float:
        scale, vote_scale = np.exp(logarithms)
        mixed = scale * scores + vote_scale * votes
        mixed = mixed - mixed.max(1, keepdims=True)
        right = np.take_along_axis(mixed, truth[:, None], 1)[:, 0]
        return float((np.log(np.exp(mixed).sum(1)) - right).mean())

    # Bounds keep the factors finite where a few requests are all read right.
    bounds = [(math.log(0.05), math.log(20))] * 2
    found = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=bounds)
    scale, vote_scale = np.exp(found.x)
    return round(float(scale), 3), round(float(vote_scale), 3)
