"""What failure points are compared with: the commonest class, and a threshold on confidences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from eulalia.learning.scores import macro_f1
from eulalia.truth import Failure
from eulalia.turn import Turn

_STAGES = {"asr": Failure.ASR, "nlu": Failure.INTENT, "resolution": Failure.RESOLUTION}
_THRESHOLDS = 40


def best_baseline(turns: Sequence[Turn], truth: Sequence[Failure]) -> float:
    """The macro-F1 of the better of two judges, both of which may look at the truth to choose.

    One says the commonest class always. The other says that a turn failed when its least
    confidence is below a threshold, chosen on these very turns: at the stage with that confidence,
    or, if that does better, at the commonest failure.
    """
    kinds = list(Failure)
    labels = np.array([kinds.index(failure) for failure in truth], dtype=np.intp)
    if not len(labels):
        return float("nan")
    counts = np.bincount(labels, minlength=len(kinds))
    best = macro_f1(labels, np.full(len(labels), counts.argmax()))
    least, stage = _least_confidence(turns)
    correct = kinds.index(Failure.CORRECT)
    counts[correct] = -1
    commonest = np.full(len(labels), counts.argmax())
    for threshold in np.unique(np.quantile(least, np.linspace(0, 1, _THRESHOLDS))):
        for blamed in (commonest, stage):
            said = np.where(least < threshold, blamed, correct)
            best = max(best, macro_f1(labels, said))
    return best


def _least_confidence(
    turns: Sequence[Turn],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Of each turn the least confidence of a stage, and the failure that this stage stands for."""
    kinds = list(Failure)
    least, blamed = np.ones(len(turns)), np.zeros(len(turns), np.intp)
    for place, turn in enumerate(turns):
        confidences = {
            failure: span.hypotheses[0].confidence if span.hypotheses else 0.0
            for stage, failure in _STAGES.items()
            if (span := turn.span(stage)) is not None
        }
        meaning = turn.interpretation
        confidences.setdefault(Failure.INTENT, meaning.confidence if meaning else 0.0)
        weakest = min(confidences, key=lambda failure: confidences[failure])
        least[place], blamed[place] = confidences[weakest], kinds.index(weakest)
    return least, blamed
