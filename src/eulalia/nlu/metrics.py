"""Metrics: how well requests are understood, counted as MASSIVE counts (FitzGerald et al. 2022).

Labels of tokens carry no mark of where a slot begins, so that neighbours of one label are one slot;
slots are then compared as seqeval compares entities: name, first and last token must agree.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np
from numpy.typing import ArrayLike

from eulalia.errors import EulaliaError
from eulalia.turn import Slot

OTHER = "Other"
"""Label of a token that belongs to no slot."""

_NORMAL_95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


class MetricsError(EulaliaError):
    """Figures asked for from readings that do not belong together, or from none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one request was read as, or should have been."""

    intent: str
    labels: tuple[str, ...]
    """One per token: the name of its slot, or Other."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds that hold the true value with 95 % confidence."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Measure:
    """A share from 0 to 1 and how sure it is."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Scores:
    """The three figures of MASSIVE."""

    n: int
    """Requests, or locales if it is an average."""
    intent_accuracy: Measure
    slot_f1: Measure
    exact_match: Measure


def score(references: Sequence[Reading], predictions: Sequence[Reading]) -> Scores:
    """Intent accuracy, slot micro-F1 and exact match of predictions, in the references' order.

    The intervals are Wilson's (1927) for the two shares and that of a ratio of sums (Cochran
    1977, section 2.11) for F1, requests being the sample. Raises MetricsError when there are none,
    or when a prediction has another number of labels than its reference.
    """
    if not references:
        raise MetricsError("There are no requests to score.")
    if len(references) != len(predictions):
        raise MetricsError(
            f"There are {len(references)} references and {len(predictions)} predictions; "
            "each reference needs one prediction."
        )
    for number, (reference, prediction) in enumerate(zip(references, predictions, strict=True)):
        if len(reference.labels) != len(prediction.labels):
            raise MetricsError(
                f"Request {number} has {len(reference.labels)} tokens and its prediction "
                f"{len(prediction.labels)} labels; they must be as many."
            )
    pairs = list(zip(references, predictions, strict=True))
    intents = sum(reference.intent == prediction.intent for reference, prediction in pairs)
    exact = sum(reference == prediction for reference, prediction in pairs)
    return Scores(
        n=len(pairs),
        intent_accuracy=_share(intents, len(pairs)),
        slot_f1=slot_f1(
            [reference.labels for reference, _ in pairs],
            [prediction.labels for _, prediction in pairs],
        ),
        exact_match=_share(exact, len(pairs)),
    )


def spans(labels: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Name, first token and the token behind the last of each slot.

    >>> list(spans(["Other", "date", "date", "time"]))
    [('date', 1, 3), ('time', 3, 4)]
    """
    first = 0
    for behind in range(1, len(labels) + 1):
        if behind == len(labels) or labels[behind] != labels[first]:
            if labels[first] != OTHER:
                yield labels[first], first, behind
            first = behind


def slot_f1(references: Sequence[Sequence[str]], predictions: Sequence[Sequence[str]]) -> Measure:
    """Micro-averaged F1 of the slots of all requests: 2 · right / (predicted + wanted).

    As in seqeval, requests without slots on either side count for nothing, and where there is no
    slot at all F1 is 0.
    """
    wanted = [set(spans(labels)) for labels in references]
    predicted = [set(spans(labels)) for labels in predictions]
    pairs = list(zip(wanted, predicted, strict=True))
    right = np.array([2 * len(want & have) for want, have in pairs], float)
    total = np.array([len(want) + len(have) for want, have in pairs], float)
    if not total.sum():
        return Measure(0.0, Interval(0.0, 1.0))
    f1 = float(right.sum() / total.sum())
    if len(pairs) == 1:
        return Measure(f1, Interval(0.0, 1.0))
    spread = float(((right - f1 * total) ** 2).sum()) * len(pairs) / (len(pairs) - 1)
    margin = _NORMAL_95 * math.sqrt(spread) / float(total.sum())
    return Measure(f1, Interval(max(0.0, f1 - margin), min(1.0, f1 + margin)))


def labels_of(slots: Sequence[Slot], starts: Sequence[int]) -> tuple[str, ...]:
    """Labels of reference tokens from slots that were found in the text.

    `starts` are the offsets of the tokens' first characters in that text, -1 for a token that it
    lacks. A token belongs to the first slot that covers its first character.
    """
    return tuple(
        next((slot.name for slot in slots if slot.start <= start < slot.end), OTHER)
        for start in starts
    )


def average(scores: Sequence[Scores]) -> Scores:
    """The mean over locales, each counting the same.

    The interval says how far another choice of languages might move the mean: Student's t over the
    locales' figures. With one locale it is that locale's own. Raises MetricsError when there are
    no locales.
    """
    if not scores:
        raise MetricsError("There are no locales to average.")
    return Scores(
        n=len(scores),
        intent_accuracy=_mean([item.intent_accuracy for item in scores]),
        slot_f1=_mean([item.slot_f1 for item in scores]),
        exact_match=_mean([item.exact_match for item in scores]),
    )


def expected_calibration_error(confidences: ArrayLike, right: ArrayLike, bins: int = 15) -> float:
    """Mean distance between confidence and accuracy, over bins of equal width (Guo et al. 2017).

    `confidences` (n,) from 0 to 1, `right` (n,) whether each reading was. Raises MetricsError when
    they are empty or differ in number, or a confidence is not from 0 to 1.
    """
    confidence = np.asarray(confidences, float)
    correct = np.asarray(right, float)
    if confidence.ndim != 1 or confidence.shape != correct.shape or not confidence.size:
        raise MetricsError(
            f"Calibration needs as many confidences as verdicts, not {confidence.size} and "
            f"{correct.size}, and at least one."
        )
    if not np.all((confidence >= 0) & (confidence <= 1)):
        raise MetricsError("A confidence must be a number from 0 to 1.")
    # Bins are open below and closed above, as in the paper; the first takes 0 as well.
    number = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(number, confidence - correct, bins)
    return float(np.abs(gaps).sum() / confidence.size)


def student_t_quantile(degrees: int) -> float:
    """The 97.5 % quantile of Student's t for a whole number of degrees of freedom, at least 1.

    Found by bisection in the closed form of its distribution (Abramowitz and Stegun 1964, 26.7.3
    and 26.7.4), with t = √degrees · tan(angle).
    """
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        angle = (low + high) / 2
        low, high = (angle, high) if _student_t_inside(angle, degrees) < 0.95 else (low, angle)
    return math.sqrt(degrees) * math.tan(low)


def _student_t_inside(angle: float, degrees: int) -> float:
    """Probability that |t| is less than √degrees · tan(angle)."""
    odd = degrees % 2
    term = math.cos(angle) if odd else 1.0
    total = term if degrees > 1 else 0.0
    for step in range(2 + odd, degrees - 1, 2):
        term *= math.cos(angle) ** 2 * (step - 1) / step
        total += term
    inside = math.sin(angle) * total
    return 2 / math.pi * (angle + inside) if odd else inside


def _share(count: int, total: int) -> Measure:
    """A share with Wilson's interval, which stays sound near 0 and 1."""
    share, square = count / total, _NORMAL_95**2
    centre = (share + square / (2 * total)) / (1 + square / total)
    root = math.sqrt(share * (1 - share) / total + square / (4 * total**2))
    margin = _NORMAL_95 * root / (1 + square / total)
    return Measure(share, Interval(max(0.0, centre - margin), min(1.0, centre + margin)))


def _mean(measures: Sequence[Measure]) -> Measure:
    if len(measures) == 1:
        return measures[0]
    values = [measure.value for measure in measures]
    mean = fmean(values)
    error = stdev(values) / math.sqrt(len(values))
    margin = student_t_quantile(len(values) - 1) * error
    return Measure(mean, Interval(max(0.0, mean - margin), min(1.0, mean + margin)))
