"""How far labels can be trusted, learned from turns of customers that the model never saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eulalia.errors import EulaliaError
from eulalia.learning.boosted import sigmoid
from eulalia.learning.labels import targets
from eulalia.learning.labels.dialogue import Scores
from eulalia.learning.labels.inputs import Inputs
from eulalia.learning.labels.labelling import EVIDENCE, Draft, draft_all
from eulalia.learning.labels.projection import project
from eulalia.learning.labels.tone import is_bare
from eulalia.truth import Truth
from eulalia.turn import Turn

Floats = npt.NDArray[np.float64]
_POINTS: Final = 100
"""Points of a curve that are kept."""
_FEWEST: Final = 30
"""Labels from which a share among them says something."""


class PrecisionError(EulaliaError):
    """A precision that no threshold reaches."""


def learn(inputs: Inputs, held_out: Scores, truths: Sequence[Truth | None]) -> dict[str, Any]:
    """What `labelling.label_all` needs: how log-odds of success are weighed in a turn with its
    trace and in a bare one (Platt 1999), and for each kind of label the weights of its evidence,
    with the precision above each confidence. A kind of which too few were seen is never trusted.
    """
    wanted = targets.of(inputs, truths)
    bare = np.array([is_bare(turn) for turn in inputs.turns], bool)
    found: dict[str, Any] = {}
    for kind, own in (("traced", ~bare), ("bare", bare)):
        known = own & ~np.isnan(wanted.success)
        odds = np.column_stack([held_out.success, held_out.tone * own * bare])[known].astype(float)
        # What the majority says is what counts, by whatever margin.
        happened = (wanted.success[known] > 0.5).astype(float)
        if len(np.unique(happened)) < 2:
            found[kind] = [1.0, 0.0, 0.0]
            continue
        weights, bias = _logistic(odds, happened)
        found[kind] = [*weights.round(5).tolist(), round(bias, 5)]
    drafts = draft_all(inputs, held_out)
    right = [is_right(*row) for row in zip(inputs.turns, truths, drafts, strict=True)]
    for kind in ("own", "other", "guessed"):
        chosen = [n for n, d in enumerate(drafts) if d.kind == kind and right[n] is not None]
        happened = np.array([right[n] for n in chosen], float)
        if len(chosen) < _FEWEST or len(np.unique(happened)) < 2:
            found[kind] = {"weights": [0.0] * len(EVIDENCE), "bias": -20.0, "precision": [[1, 0]]}
            continue
        evidence = np.array([drafts[n].evidence for n in chosen])
        weights, bias = _logistic(evidence, happened)
        sure = sigmoid(evidence @ weights + bias)
        found[kind] = {
            "weights": weights.round(5).tolist(),
            "bias": round(bias, 5),
            "precision": precision_curve(sure, happened),
        }
    return found


def is_right(turn: Turn, truth: Truth | None, draft: Draft | Any) -> bool | None:
    """Whether a label has the intent that was wanted and marks the values that were; None where
    that is not known. Of a guessed one the intent alone counts."""
    wanted = targets.wanted_meaning(truth)
    if wanted is None or truth is None or draft.intent is None:
        return None
    if draft.intent != wanted[0]:
        return False
    if draft.source is None:
        return True
    if draft.source == turn.id or getattr(draft, "kind", "") == "own":
        return targets.meaning(turn.interpretation) == wanted
    marked = {(slot.name, slot.start, slot.end) for slot in draft.slots}
    values = sorted((slot.name, slot.value) for slot in truth.slots)
    return marked == {
        (slot.name, slot.start, slot.end) for slot in project(values, turn.text or "", turn.locale)
    }


def precision_curve(sure: Floats, right: Floats) -> list[list[float]]:
    """Confidences, ascending, each with the share of right labels among those at least so sure."""
    order = np.argsort(-sure, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    ends = np.unique(np.linspace(min(_FEWEST, len(order)), len(order), _POINTS).astype(int)) - 1
    return [[round(float(sure[order[n]]), 4), round(float(shares[n]), 4)] for n in ends[::-1]]


def threshold(curve: Sequence[Sequence[float]], precision: float) -> float:
    """The least confidence from which labels are that precise. Raises PrecisionError when they
    never are, and for a precision that is no share."""
    if not 0 < precision <= 1:
        raise PrecisionError(f"A precision is a share above 0 and at most 1, not {precision:g}.")
    for confidence, share in curve:
        if share >= precision:
            return confidence
    best = max(share for _, share in curve)
    raise PrecisionError(
        f"No labels were found to be that precise; at most {best:.3f} can be asked for."
    )


def _logistic(values: Floats, happened: Floats) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression, a little penalised, by Newton's method."""
    spread = values.std(0) + 1e-9
    rows = np.column_stack([(values - values.mean(0)) / spread, np.ones(len(values))])
    penalty = np.diag([1e-2] * values.shape[1] + [0.0]) + 1e-9 * np.eye(rows.shape[1])
    beta = np.zeros(rows.shape[1])
    for _ in range(50):
        chances = sigmoid(rows @ beta)
        gradient = rows.T @ (happened - chances) - penalty @ beta
        curvature = (rows * (chances * (1 - chances) + 1e-6)[:, None]).T @ rows + penalty
        step = np.linalg.solve(curvature, gradient)
        beta += step.clip(-2, 2)
        if np.abs(step).max() < 1e-8:
            break
    weights = beta[:-1] / spread
    return weights, float(beta[-1] - values.mean(0) @ weights)
