"""What is true of each turn, in the form that the model's tasks are learned and judged in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eulalia.learning.labels.inputs import LONGEST, Inputs
from eulalia.learning.state import normalize
from eulalia.truth import Failure, Truth
from eulalia.turn import Interpretation

Floats = npt.NDArray[np.float32]
SATISFIED = 3
"""The least rating of an annotator who is satisfied (`datasets.satisfaction`)."""

Meaning = tuple[str, frozenset[tuple[str, str]]]
"""An intent, and slots with their values in normalised words."""


@dataclass(frozen=True, slots=True)
class Targets:
    """A row a turn; NaN, -1 or False where nobody knows."""

    success: Floats
    """Whether the customer was satisfied; with several annotators, the share of them."""
    begins: Floats
    """Whether the turn begins another wish than the one before in its session."""
    intents: tuple[str | None, ...]
    """What was wanted."""
    sources: npt.NDArray[np.bool_]
    """(turns, 1 + LONGEST) the turns of the dialogue whose reading is what was wanted, none of
    them first; all False where nobody knows what was."""


def of(inputs: Inputs, truths: Sequence[Truth | None]) -> Targets:
    """The targets of a log, from the truths of its turns in the same order."""
    count = len(truths)
    begins = np.full(count, np.nan, np.float32)
    sources = np.zeros((count, 1 + LONGEST), np.bool_)
    readings = [meaning(turn.interpretation) for turn in inputs.turns]
    told = _tells_goals(inputs, truths)
    for dialogue in inputs.dialogues:
        goals = [truth.goal if (truth := truths[place]) else None for place in dialogue]
        for number, place in enumerate(dialogue):
            if number and told and goals[number] and goals[number - 1]:
                begins[place] = goals[number] != goals[number - 1]
            if (wanted := wanted_meaning(truths[place])) is None:
                continue
            right = [
                other
                for other, (goal, there) in enumerate(zip(goals, dialogue, strict=True))
                if goal == goals[number] and readings[there] == wanted
            ]
            sources[place, [1 + other for other in right] or [0]] = True
    return Targets(
        success=np.array([_success(truth) for truth in truths], np.float32),
        begins=begins,
        intents=tuple(truth.intent if truth else None for truth in truths),
        sources=sources,
    )


def meaning(reading: Interpretation | None) -> Meaning | None:
    """What a reading says, so that it can be compared with others."""
    if reading is None:
        return None
    return reading.intent, frozenset((slot.name, normalize(slot.value)) for slot in reading.slots)


def wanted_meaning(truth: Truth | None) -> Meaning | None:
    """What was wanted; None where it is not known."""
    if truth is None or truth.intent is None:
        return None
    return truth.intent, frozenset((slot.name, normalize(slot.value)) for slot in truth.slots)


def _success(truth: Truth | None) -> float:
    if truth is None:
        return np.nan
    if truth.ratings:
        return float(np.mean([rating >= SATISFIED for rating in truth.ratings]))
    if truth.satisfied is not None:
        return float(truth.satisfied)
    return np.nan if truth.failure is None else float(truth.failure is Failure.CORRECT)


def _tells_goals(inputs: Inputs, truths: Sequence[Truth | None]) -> bool:
    """Whether goals are more than a name for the whole session, as they are in USS."""
    return any(
        len({truth.goal for place in dialogue if (truth := truths[place]) and truth.goal}) > 1
        for dialogue in inputs.dialogues
    )
