"""Where a turn failed: the first stage that went wrong beyond recovery, and what tells so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from eulalia.errors import EulaliaError
from eulalia.learning import evidence
from eulalia.learning.columns import Columns
from eulalia.learning.evidence import Evidence
from eulalia.learning.reader import Reader
from eulalia.learning.sentences import sentence
from eulalia.learning.trees import Trees
from eulalia.learning.wording import Wording
from eulalia.truth import Failure
from eulalia.turn import Turn

Floats = npt.NDArray[np.floating[Any]]
MODEL = Path(__file__).parent.parent / "models" / "failures"
MOST_EVIDENCE = 3
"""Sentences in a verdict at most."""
LEAST_WEIGHT = 0.4
"""Nats that a piece of evidence must weigh to be told."""
_BATCH = 50_000


class FailureModelError(EulaliaError):
    """A folder that holds no model of failure points."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is believed of one turn."""

    turn: str
    """The turn's id."""
    failure: Failure
    confidence: float
    """Probability that this is so."""
    probabilities: dict[Failure, float] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    """What speaks for it, in plain words, the weightiest first."""

    @property
    def defect(self) -> float:
        """Probability that the turn failed anywhere."""
        return 1.0 - self.probabilities.get(Failure.CORRECT, 0.0)


@dataclass(frozen=True, slots=True)
class Failures:
    """The model: boosted trees over the evidence, and the weight of each piece of it."""

    wording: Wording
    reader: Reader
    names: tuple[str, ...]
    """The columns of the evidence that the trees were fitted on."""
    trees: Trees
    classes: tuple[Failure, ...]
    prices: Floats
    """(classes,): what each probability is multiplied by before the largest wins, so that rare
    classes count as much as common ones."""
    edges: Floats
    """(columns, bins - 1): where the bins of each column end; NaN has a bin of its own, the last.
    """
    weights: Floats
    """(classes, columns, bins + 1): how much more likely, in nats, a value of the bin is for turns
    of the class than for others (the weight of evidence, Good 1950)."""

    @classmethod
    def open(cls, path: Path | None = None) -> Failures:
        """The shipped model, or that of another folder. Raises FailureModelError."""
        file = (path or MODEL) / "model.npz"
        try:
            with file.open("rb") as raw, np.load(raw, allow_pickle=False) as stored:
                arrays = dict(stored)
            return cls(
                wording=Wording.of_arrays(arrays),
                reader=Reader.of_arrays(arrays),
                names=tuple(str(name) for name in arrays["names"]),
                trees=Trees.of_arrays(arrays),
                classes=tuple(Failure(str(name)) for name in arrays["classes"]),
                prices=arrays["prices"].astype(np.float64),
                edges=arrays["edges"].astype(np.float64),
                weights=arrays["weights"].astype(np.float64),
            )
        except (OSError, EOFError, KeyError, ValueError, TypeError, BadZipFile) as error:
            raise FailureModelError(
                f"{file} holds no model of failure points ({error}); name the folder of one."
            ) from error

    def save(self, path: Path) -> None:
        """Write the model into a folder, whole or not at all."""
        path.mkdir(parents=True, exist_ok=True)
        part = path / ".model.part.npz"
        arrays = {
            **self.wording.arrays(),
            **self.reader.arrays(),
            **self.trees.arrays(),
            "names": np.array(self.names),
            "classes": np.array([str(name) for name in self.classes]),
            "prices": self.prices,
            "edges": self.edges.astype(np.float32),
            "weights": self.weights.astype(np.float16),
        }
        np.savez_compressed(part, **arrays)  # type: ignore[arg-type]
        part.replace(path / "model.npz")

    def read(self, columns: Columns) -> Evidence:
        """The evidence in turns, in the columns that the model knows."""
        found = evidence.read(columns, self.wording, self.reader)
        missing = np.full(len(columns), np.nan)
        values = [found[name] if name in found.names else missing for name in self.names]
        return Evidence(self.names, np.stack(values, axis=1))

    def probabilities(self, found: Evidence) -> Floats:
        """(turns, classes)"""
        batches = [
            _softmax(self.trees.scores(found.values[start : start + _BATCH]))
            for start in range(0, len(found.values), _BATCH)
        ]
        return np.concatenate(batches) if batches else np.zeros((0, len(self.classes)))

    def judge(self, turns: Iterable[Turn]) -> list[Verdict]:
        """A verdict on each turn of a log, in the order given; sessions should be whole."""
        columns = Columns.of(turns)
        if not len(columns):
            return []
        found = self.read(columns)
        probabilities = self.probabilities(found)
        chosen = (probabilities * self.prices).argmax(axis=1)
        told = self._tell(found, chosen)
        return [
            Verdict(
                turn=turn.id,
                failure=self.classes[which],
                confidence=float(row[which]),
                probabilities=dict(zip(self.classes, map(float, row), strict=True)),
                evidence=sentences,
            )
            for turn, which, row, sentences in zip(
                columns.turns, chosen, probabilities, told, strict=True
            )
        ]

    def _tell(self, found: Evidence, chosen: npt.NDArray[np.intp]) -> list[tuple[str, ...]]:
        """For each turn what speaks most for the class chosen."""
        bins = bin_numbers(found.values, self.edges)
        columns = np.arange(len(self.names))
        weights = self.weights[chosen[:, None], columns, bins]
        typical = np.nanmedian(self.edges, axis=1)
        ranked = np.argsort(-weights, axis=1)[:, : 4 * MOST_EVIDENCE]
        told = []
        for row, places in enumerate(ranked):
            sentences: list[str] = []
            for place in places:
                if weights[row, place] < LEAST_WEIGHT or len(sentences) == MOST_EVIDENCE:
                    break
                value = found.values[row, place]
                words = sentence(self.names[place], value, high=bool(value > typical[place]))
                if words is not None and words not in sentences:
                    sentences.append(words)
            told.append(tuple(sentences))
        return told


@cache
def shipped() -> Failures:
    """The shipped model, read once."""
    return Failures.open()


def explain(turn: Turn, following: Sequence[Turn] = (), earlier: Sequence[Turn] = ()) -> Verdict:
    """The verdict on one turn, given what came after it and before it in its session."""
    return shipped().judge([turn, *following, *earlier])[0]


def bin_numbers(values: Floats, edges: Floats) -> npt.NDArray[np.intp]:
    """(rows, columns): the bin that each value falls into; NaN's is the last."""
    bins = np.empty(values.shape, np.intp)
    for column, ends in enumerate(edges):
        bins[:, column] = np.searchsorted(ends, values[:, column], side="left")
    bins[np.isnan(values)] = edges.shape[1] + 1
    return bins


def write(path: Path, verdicts: Iterable[Verdict]) -> None:
    """Write verdicts as JSON lines, whole or not at all. Raises EulaliaError."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            for verdict in verdicts:
                file.write(json.dumps(plain(verdict), ensure_ascii=False) + "\n")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise EulaliaError(f"{path} cannot be written ({error.strerror}); name another.") from error


def plain(verdict: Verdict) -> dict[str, object]:
    """The verdict as JSON values."""
    return {
        "turn": verdict.turn,
        "failure": str(verdict.failure),
        "confidence": round(verdict.confidence, 4),
        "probabilities": {str(k): round(v, 4) for k, v in verdict.probabilities.items()},
        "evidence": list(verdict.evidence),
    }


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    normal: Floats = powers / powers.sum(axis=1, keepdims=True)
    return normal
