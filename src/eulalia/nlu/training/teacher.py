"""The teacher: what linear readers of all locales together take a training request to mean.

A request of MASSIVE has the same meaning in every locale, and readers of different languages
stumble over different words. Each reader judges only requests that it was not trained on, in any
language (cross-fitting), so that their mean is an honest opinion: where it doubts, the label is a
matter of taste or wrong, and a network that learns the opinion beside the label (Hinton et al.
2015, "Distilling the knowledge in a neural network") does not strain to learn the noise by heart.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar  # type: ignore[import-untyped]
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from eulalia.nlu.model import softmax
from eulalia.nlu.training.data import Example
from eulalia.nlu.training.linear import intent_matrix

log = logging.getLogger(__name__)


def opinions(
    examples: Iterable[Example], intents: Sequence[str], *, folds: int, cost: float
) -> dict[str, NDArray[np.float32]]:
    """The chances of each intent, (intents,), by request id; examples without one are left out.

    `cost` is the readers' C. The mean margin is turned into chances by the temperature under which
    the labels are likeliest (Guo et al. 2017).
    """
    by_locale: dict[str, dict[str, Example]] = {}
    for example in examples:
        if example.request:
            by_locale.setdefault(example.locale, {})[example.request] = example
    truth = {e.request: intents.index(e.intent) for own in by_locale.values() for e in own.values()}
    requests = sorted(truth, key=lambda request: (len(request), request))
    labels = np.array([truth[request] for request in requests])
    fold_of = np.random.default_rng(0).integers(0, folds, len(requests))
    total = np.zeros((len(requests), len(intents)), np.float32)
    for locale, own in sorted(by_locale.items()):
        present = np.array([n for n, request in enumerate(requests) if request in own])
        matrix, _ = intent_matrix([own[requests[n]] for n in present])
        for fold in range(folds):
            asked = fold_of[present] == fold
            if not asked.any() or len(set(labels[present][~asked])) < 2:
                continue
            reader = LinearSVC(C=cost, random_state=0)
            reader.fit(matrix[~asked], labels[present][~asked])
            margins = reader.decision_function(matrix[asked])
            if margins.ndim == 1:  # scikit-learn gives the second class alone
                margins = np.stack([-margins, margins], 1)
            # An intent that a reader has not met is as far away as any can be.
            spread = np.full((int(asked.sum()), len(intents)), margins.min(), np.float32)
            spread[:, reader.classes_] = margins
            total[present[asked]] += spread / len(by_locale)
        log.info("the readers of %s have judged", locale)
    scale = _best_scale(total, labels)
    log.info("the teacher agrees with %.3f of the labels", (total.argmax(1) == labels).mean())
    return dict(zip(requests, softmax(scale * total).astype(np.float32), strict=True))


def _best_scale(margins: NDArray[np.float32], labels: NDArray[np.intp]) -> float:
    """By what to multiply margins so that the labels' log loss is least."""

    def loss(logarithm: float) -> float:
        chances = softmax(np.exp(logarithm) * margins)
        return float(-np.log(chances[np.arange(len(labels)), labels] + 1e-9).mean())

    found = minimize_scalar(loss, bounds=(np.log(0.1), np.log(100)), method="bounded")
    return float(np.exp(found.x))
