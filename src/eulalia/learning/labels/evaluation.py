"""How good labels are: each task against the truth, beside simple rules and single annotators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.learning.labels import calibration, targets
from eulalia.learning.labels.labelling import Label
from eulalia.learning.state import normalize
from eulalia.truth import Truth
from eulalia.turn import Outcome, Turn

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_COMPLAINTS = {"barge_in", "rephrase", "reprompt", "correction", "denial", "abandonment"}
_DRAWS = 400


def report(
    turns: Sequence[Turn], truths: Sequence[Truth | None], labels: Sequence[Label]
) -> dict[str, Any]:
    """The figures of all tasks that the truth tells of, each with its 95 % interval over customers
    and what simple rules reach on the same turns."""
    groups = np.unique([turn.customer for turn in turns], return_inverse=True)[1]
    found = {
        "success": _success(turns, truths, labels, groups),
        "annotators": _annotators(truths, labels, groups),
        "segmentation": _segmentation(turns, truths, labels, groups),
        "meaning": _meaning(turns, truths, labels, groups),
        "corrections": _corrections(turns, truths, labels, groups),
    }
    return {name: figures for name, figures in found.items() if figures is not None}


def failed_most_likely(success: Floats) -> Flags:
    """Which turns to call failures so that the expected F1 of that is highest.

    Where failures are rare none is likelier than not, and one half would find none; the best set is
    the likeliest ones, and how many of them follows from the probabilities alone (Nan Ye et al.
    2012, "Optimizing F-measure").
    """
    failed = 1 - success
    order = np.argsort(-failed, kind="stable")
    sums = np.cumsum(failed[order])
    if not len(order) or sums[-1] <= 0:
        return np.zeros(len(order), np.bool_)
    expected = 2 * sums / (np.arange(1, len(order) + 1) + sums[-1])
    chosen = np.zeros(len(order), np.bool_)
    chosen[order[: int(expected.argmax()) + 1]] = True
    return chosen


def _success(
    turns: Sequence[Turn], truths: Sequence[Truth | None], labels: Sequence[Label], groups: Any
) -> dict[str, Any] | None:
    """Failures against the truth or the majority of annotators; even votes are left out."""
    satisfied = [truth.satisfied if truth else None for truth in truths]
    known = np.array([each is not None for each in satisfied], bool)
    if not known.any():
        return None
    failed = np.array([each is False for each in satisfied])[known]
    chances = np.array([label.success for label in labels])[known]
    own = failed_most_likely(chances)
    complained = np.array([_complained(turn) for turn in turns])[known]
    return {
        "n": int(known.sum()),
        "failed": float(failed.mean()),
        **_agreement(failed, own, groups[known]),
        "auc": _area(failed, 1 - chances),
        "baselines": {
            "likelier than not": _agreement(failed, chances < 0.5, groups[known]),
            "outcome and complaints": _agreement(failed, complained, groups[known]),
            "never failed": _agreement(failed, np.zeros_like(failed), groups[known]),
        },
    }


def _annotators(
    truths: Sequence[Truth | None], labels: Sequence[Label], groups: Any
) -> dict[str, Any] | None:
    """Each annotator against the majority of the others, and ours against the very same majority;
    turns on which the others are evenly divided are left out for that annotator."""
    ours = failed_most_likely(np.array([label.success for label in labels]))
    rows = [
        (2 * failing > len(others), rating < targets.SATISFIED, ours[place], groups[place])
        for place, truth in enumerate(truths)
        if truth is not None and len(truth.ratings) > 1
        for number, rating in enumerate(truth.ratings)
        if (others := truth.ratings[:number] + truth.ratings[number + 1 :])
        if 2 * (failing := sum(o < targets.SATISFIED for o in others)) != len(others)
    ]
    if not rows:
        return None
    majority, annotator, model, customers = map(np.array, zip(*rows, strict=True))
    return {
        "n": len(rows),
        "one annotator": _agreement(majority, annotator, customers),
        "model": _agreement(majority, model, customers),
        "never failed": _agreement(majority, np.zeros_like(majority), customers),
    }


def _segmentation(
    turns: Sequence[Turn], truths: Sequence[Truth | None], labels: Sequence[Label], groups: Any
) -> dict[str, Any] | None:
    """Where wishes end, between the neighbouring turns of a session."""
    places = [
        (earlier, later)
        for earlier, later in _neighbours(turns)
        if (a := truths[earlier]) and (b := truths[later]) and a.goal and b.goal
    ]
    goals = {(turns[n].customer, turns[n].session): set[str]() for pair in places for n in pair}
    for pair in places:
        for n in pair:
            goals[turns[n].customer, turns[n].session].add(truths[n].goal)  # type: ignore
    if not any(len(own) > 1 for own in goals.values()):
        return None
    first, second = np.array(places).T
    apart = np.array([truths[a].goal != truths[b].goal for a, b in places])  # type: ignore
    said = np.array([labels[a].goal != labels[b].goal for a, b in places])
    content = np.array([not _complained(turns[a]) for a in first])
    return {
        "n": len(places),
        "begins": float(apart.mean()),
        **_agreement(apart, said, groups[second]),
        "baselines": {
            "another wish unless complained": _agreement(apart, content, groups[second]),
            "every turn": _agreement(apart, np.ones_like(apart), groups[second]),
        },
    }


def _meaning(
    turns: Sequence[Turn], truths: Sequence[Truth | None], labels: Sequence[Label], groups: Any
) -> dict[str, Any] | None:
    """Intent, and intent with all values, beside what was understood at the time."""
    known = [n for n, t in enumerate(truths) if t and t.intent and labels[n].intent]
    if not known:
        return None
    wanted = [targets.wanted_meaning(truths[n]) for n in known]
    read = [targets.meaning(turns[n].interpretation) for n in known]
    customers = groups[known]
    intents = [w and w[0] for w in wanted]
    right_intent = np.array([labels[n].intent == i for n, i in zip(known, intents, strict=True)])
    was_right = np.array([r is not None and r[0] == i for r, i in zip(read, intents, strict=True)])
    right_all = np.array([_is_exact(turns[n], truths[n], labels[n]) for n in known])
    was_all = np.array([r == w for r, w in zip(read, wanted, strict=True)])
    slots = [_slot_counts(turns[n], truths[n], labels[n]) for n in known]
    ours, before = np.array([s[0] for s in slots]), np.array([s[1] for s in slots])
    return {
        "n": len(known),
        "intent_accuracy": _share(right_intent, customers),
        "exact_match": _share(right_all, customers),
        "slot_f1": _ratio(ours, customers),
        "baselines": {
            "as understood": {
                "intent_accuracy": _share(was_right, customers),
                "exact_match": _share(was_all, customers),
                "slot_f1": _ratio(before, customers),
            }
        },
    }


def _is_exact(turn: Turn, truth: Truth | None, label: Label) -> bool:
    if label.corrects:
        return calibration.is_right(turn, truth, label) is True
    marked = frozenset((slot.name, normalize(slot.value)) for slot in label.slots)
    return (label.intent, marked) == targets.wanted_meaning(truth)


def _corrections(
    turns: Sequence[Turn], truths: Sequence[Truth | None], labels: Sequence[Label], groups: Any
) -> dict[str, Any] | None:
    """Labels that another turn gave: how many are right, at what confidence."""
    rows = [
        (label.confidence, judged, groups[n])
        for n, label in enumerate(labels)
        if label.corrects
        and (judged := calibration.is_right(turns[n], truths[n], label)) is not None
    ]
    if not rows:
        return None
    sure, right, customers = map(np.array, zip(*rows, strict=True))
    return {
        "n": len(rows),
        "precision": _share(right, customers),
        "by_confidence": {
            f"{least:g}": {"n": int((sure >= least).sum()), "precision": _share(
                right[sure >= least], customers[sure >= least])}
            for least in (0.5, 0.7, 0.8, 0.9, 0.95)
            if (sure >= least).any()
        },
    }  # fmt: skip


def _slot_counts(
    turn: Turn, truth: Truth | None, label: Label
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Twice the values found, and all that were found or wanted: of the label, and of what was
    understood. Values that the turn's words do not say cannot be found."""
    wanted = targets.wanted_meaning(truth)
    values = wanted[1] if wanted else frozenset()
    marked = {(slot.name, normalize(slot.value)) for slot in label.slots}
    read = targets.meaning(turn.interpretation)
    before = read[1] if read else frozenset()
    return (
        (2 * len(marked & values), len(marked) + len(values)),
        (2 * len(before & values), len(before) + len(values)),
    )


def _complained(turn: Turn) -> bool:
    """Whether the outcome was bad or the customer complained, by word or deed."""
    return turn.outcome not in (Outcome.ANSWERED, None) or any(
        feedback.kind in _COMPLAINTS for feedback in turn.feedback
    )


def _neighbours(turns: Sequence[Turn]) -> list[tuple[int, int]]:
    """Places of turns that follow each other in a session."""
    order = sorted(
        range(len(turns)),
        key=lambda n: (turns[n].customer, turns[n].session, turns[n].time, turns[n].id),
    )
    return [
        (a, b)
        for a, b in pairwise(order)
        if (turns[a].customer, turns[a].session) == (turns[b].customer, turns[b].session)
    ]


def _agreement(truth: Flags, said: Flags, customers: Any) -> dict[str, Any]:
    """Accuracy, F1 of what is sought, and the mean of both classes' F1."""
    both, only_truth = truth & said, truth & ~said
    only_said, neither = ~truth & said, ~truth & ~said
    sought = np.column_stack([2 * both, 2 * both + only_truth + only_said])
    others = np.column_stack([2 * neither, 2 * neither + only_truth + only_said])
    counts = np.column_stack([sought, others])
    return {
        "accuracy": _share(truth == said, customers),
        "f1": _ratio(sought, customers),
        "macro_f1": _with_interval(
            counts, customers, lambda sums: (_divide(sums[:2]) + _divide(sums[2:])) / 2
        ),
    }


def _share(right: Any, customers: Any) -> dict[str, float]:
    return _ratio(np.column_stack([right, np.ones(len(right))]), customers)


def _ratio(counts: Any, customers: Any) -> dict[str, float]:
    return _with_interval(np.asarray(counts), customers, _divide)


def _divide(sums: Floats) -> Any:
    return np.where(sums[1] > 0, sums[0] / np.maximum(sums[1], 1e-9), 1.0)


def _with_interval(
    counts: Any, customers: Any, figure: Callable[[Floats], Any]
) -> dict[str, float]:
    """A figure of summed counts (turns, columns), with its 95 % interval by drawing whole customers
    again (Efron 1979)."""
    codes = np.unique(customers, return_inverse=True)[1]
    sums = np.zeros((codes.max() + 1, counts.shape[1]))
    np.add.at(sums, codes, counts)
    random = np.random.default_rng(1)
    times = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), _DRAWS)
    low, high = np.quantile(figure((times.astype(float) @ sums).T), [0.025, 0.975])
    value = float(figure(sums.sum(0)))
    return {"value": value, "low": float(low), "high": float(high)}


def _area(happened: Flags, chances: Floats) -> float:
    """The area under the ROC curve; NaN when it always or never happened."""
    from eulalia.learning.scores import of_probabilities

    return of_probabilities(happened, chances)["auc"]
