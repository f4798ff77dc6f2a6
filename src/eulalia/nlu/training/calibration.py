"""Calibration: making a confidence of 0.8 mean that four in five such readings are right."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eulalia.nlu.model import Understander

_LOW, _HIGH = 0.1, 5.0


def calibrate(folder: Path, requests: Iterable[tuple[str, str, str]]) -> dict[str, float]:
    """Choose a temperature for each locale (Guo et al. 2017) and write it into the model's folder.

    `requests` are (locale, text, intent) that the model was not trained on. Returns the temperature
    by locale.
    """
    by_locale: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for locale, text, intent in requests:
        by_locale[locale].append((text, intent))
    model = Understander.open(folder)
    temperatures = {}
    for locale, pairs in by_locale.items():
        scores = model.intent_scores([text for text, _ in pairs], locale)
        truth = np.array([model.intents.index(intent) for _, intent in pairs])
        temperatures[locale] = _best_temperature(scores, truth)
    path = folder / "config.json"
    config = json.loads(path.read_text("utf-8"))
    config["temperatures"] = {name: round(value, 3) for name, value in temperatures.items()}
    path.write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return temperatures


def _best_temperature(scores: NDArray[np.float32], truth: NDArray[np.intp]) -> float:
    """The temperature under which the truth is likeliest, by golden-section search."""

    def loss(logarithm: float) -> float:
        cooled = scores / math.exp(logarithm)
        cooled = cooled - cooled.max(1, keepdims=True)
        chosen = np.take_along_axis(cooled, truth[:, None], 1)[:, 0]
        return float((np.log(np.exp(cooled).sum(1)) - chosen).mean())

    low, high = math.log(_LOW), math.log(_HIGH)
    golden = (math.sqrt(5) - 1) / 2
    while high - low > 1e-3:
        left, right = high - golden * (high - low), low + golden * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)
