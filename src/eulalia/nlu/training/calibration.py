"""Calibration: making a confidence of 0.8 mean that four in five such readings are right."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from eulalia.nlu.model import Understander


def calibrate(
    folder: Path, requests: Iterable[tuple[str, str, str]]
) -> dict[str, tuple[float, float]]:
    """Choose for each locale how much the network's scores and the votes count, and write it into
    the model's folder.

    The two are added as in logistic stacking (Wolpert 1992), which scales confidences as a
    temperature does (Guo et al. 2017). `requests` are (locale, text, intent) that the model was not
    trained on. Returns both factors by locale.
    """
    by_locale: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for locale, text, intent in requests:
        by_locale[locale].append((text, intent))
    model = Understander.open(folder)
    chosen = {}
    for locale, pairs in by_locale.items():
        scores, votes = model.intent_scores([text for text, _ in pairs], locale)
        truth = np.array([model.intents.index(intent) for _, intent in pairs])
        chosen[locale] = best_factors(scores, votes, truth)
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8"))
    config["calibration"] = chosen
    path.write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return chosen


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
