"""Labels: what customers wanted, goal by goal, told from how their dialogues went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eulalia.learning.boosted import sigmoid
from eulalia.learning.labels.dialogue import Dialogues, Scores
from eulalia.learning.labels.inputs import Inputs
from eulalia.learning.labels.projection import project
from eulalia.learning.labels.targets import meaning
from eulalia.learning.labels.tone import is_bare
from eulalia.learning.state import OUT_OF_SCOPE
from eulalia.turn import Slot, Turn

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Label:
    """What is believed of one turn."""

    turn: str
    goal: str
    """The same for all turns of a session that pursue one wish."""
    success: float
    """Probability that the customer got what was wanted."""
    intent: str | None
    """What was wanted, if that can be told."""
    slots: tuple[Slot, ...]
    """The values wanted, where the turn's own text says them."""
    confidence: float
    """Probability that intent and slots are right."""
    source: str | None
    """The turn whose reading tells so: this one if it was understood, or one that put it in other
    words; None where none was, so that the intent is guessed from the whole dialogue."""

    @property
    def corrects(self) -> bool:
        """Whether another turn tells what this one should have been taken for."""
        return self.source is not None and self.source != self.turn


def label(turns: Iterable[Turn], model: Dialogues | None = None) -> list[Label]:
    """A label for each turn of a log, in the order given; sessions should be whole."""
    model = model or Dialogues.open()
    inputs = Inputs.of(turns)
    return label_all(inputs, model.scores(inputs), model.calibration)


def label_all(inputs: Inputs, scores: Scores, calibration: dict[str, Any]) -> list[Label]:
    """The labels of a log that a model has read."""
    drafts = draft_all(inputs, scores)
    success = success_chances(inputs, scores, calibration)
    goals = _goals(inputs, scores)
    sure = np.zeros(len(drafts))
    for kind in ("own", "other", "guessed"):
        of_kind = np.array([draft.kind == kind for draft in drafts], bool)
        weights = np.array(calibration[kind]["weights"])
        evidence = np.array([draft.evidence for draft in drafts]).reshape(-1, len(EVIDENCE))
        sure[of_kind] = sigmoid(evidence[of_kind] @ weights + calibration[kind]["bias"])
    return [
        Label(
            turn=turn.id,
            goal=goals[place],
            success=float(success[place]),
            intent=draft.intent,
            slots=draft.slots,
            confidence=float(sure[place]),
            source=None if draft.source is None else inputs.turns[draft.source].id,
        )
        for place, (turn, draft) in enumerate(zip(inputs.turns, drafts, strict=True))
    ]


def success_chances(inputs: Inputs, scores: Scores, calibration: dict[str, Any]) -> Floats:
    """(turns,) probability of success, by the dialogue and, in a bare transcript, by its tone."""
    bare = np.array([is_bare(turn) for turn in inputs.turns], bool)
    odds = np.column_stack([scores.success, scores.tone]).astype(float)
    chances = np.zeros(len(bare))
    for kind, own in (("traced", ~bare), ("bare", bare)):
        *weights, bias = calibration[kind]
        chances[own] = sigmoid(odds[own] @ np.array(weights) + bias)
    return chances


EVIDENCE = ("source", "intent", "source_success", "own_success", "values_said", "agreement")
"""What the confidence of a label is reckoned from."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A label before it is known how far to trust it."""

    intent: str | None
    slots: tuple[Slot, ...]
    source: int | None
    """Place of the turn whose reading it is."""
    kind: str
    """own, other or guessed: where it is from."""
    evidence: tuple[float, ...]


def draft_all(inputs: Inputs, scores: Scores) -> list[Draft]:
    """For each turn the likeliest meaning."""
    columns = {intent: number for number, intent in enumerate(scores.intents)}
    return [_draft(place, inputs, scores, columns) for place in range(len(inputs.turns))]


def _draft(place: int, inputs: Inputs, scores: Scores, columns: dict[str, int]) -> Draft:
    turn = inputs.turns[place]
    by_reading: dict[Any, tuple[float, int]] = {}
    # Turns that were read alike speak for one meaning together.
    for number, other in enumerate(scores.places[place]):
        if other < 0:
            continue
        said = meaning(inputs.turns[other].interpretation)
        if said is None or said[0] == OUT_OF_SCOPE:
            continue
        chance = float(np.exp(scores.sources[place, 1 + number]))
        total, first = by_reading.get(said, (0.0, int(other)))
        own = meaning(turn.interpretation) == said
        by_reading[said] = (total + chance, place if own else first)
    nothing = float(np.exp(scores.sources[place, 0]))
    best = max(by_reading.items(), key=lambda item: item[1][0], default=None)
    if best is None or best[1][0] < nothing:
        column = int(scores.wanted[place].argmax()) if scores.intents else -1
        intent = scores.intents[column] if column >= 0 else None
        guess = float(scores.wanted[place, column]) if column >= 0 else -20.0
        evidence = (_odds(nothing), guess, 0.0, float(scores.success[place]), 1.0, 1.0)
        # Values are often right where the intent is not.
        kept = turn.interpretation.slots if turn.interpretation else ()
        return Draft(intent, kept, None, "guessed", evidence)
    (intent, values), (chance, source) = best
    reading = inputs.turns[source].interpretation
    slots: tuple[Slot, ...] = reading.slots if reading and source == place else ()
    if source != place:
        slots = project(sorted(values), turn.text or "", turn.locale)
    column = columns.get(intent, -1)
    evidence = (
        _odds(chance),
        float(scores.wanted[place, column]) if column >= 0 else -20.0,
        float(scores.success[source]),
        float(scores.success[place]),
        sum(slot.confidence for slot in slots) / len(values) if values else 1.0,
        float(column == scores.wanted[place].argmax()),
    )
    return Draft(intent, slots, source, "own" if source == place else "other", evidence)


def _odds(chance: float) -> float:
    bounded = min(max(chance, 1e-6), 1 - 1e-6)
    return float(np.log(bounded) - np.log1p(-bounded))


def _goals(inputs: Inputs, scores: Scores) -> list[str]:
    """A name for each turn's goal: the session's and a number that goes up where one begins."""
    goals = [""] * len(inputs.turns)
    counts: dict[tuple[str, str], int] = {}
    for dialogue in inputs.dialogues:
        for place in dialogue:
            turn = inputs.turns[place]
            name = (turn.customer, turn.session)
            counts[name] = counts.get(name, 0) + int(name not in counts or scores.begins[place] > 0)
            goals[place] = f"{turn.session}-{counts[name]}"
    return goals


def corrections(
    turns: Sequence[Turn], labels: Sequence[Label], confidence: float
) -> list[tuple[Turn, Label]]:
    """The turns that were taken for something else than another turn tells, surely enough."""
    return [
        (turn, label)
        for turn, label in zip(turns, labels, strict=True)
        if label.corrects and label.confidence >= confidence and (turn.text or "").strip()
    ]
