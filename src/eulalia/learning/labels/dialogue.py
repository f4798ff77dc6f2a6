"""The model of dialogues, computed with NumPy.

Each turn is embedded by itself; a Transformer (Vaswani et al. 2017, normalised before each block)
then reads the dialogue as a whole, so that what the customer said next bears on what was said
before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from eulalia.errors import EulaliaError
from eulalia.learning.labels.inputs import (
    BUCKETS,
    FEATURES,
    FIELDS,
    LONGEST,
    Bags,
    Inputs,
    Integers,
    padded,
    standardized,
)
from eulalia.learning.labels.tone import Tone
from eulalia.turn import Turn

Floats = npt.NDArray[np.float32]

SHIPPED: Final = Path(__file__).parents[2] / "models" / "labels"
_AT_ONCE: Final = 64
"""Dialogues that are computed at once."""


class LabelModelError(EulaliaError):
    """A folder that holds no model of dialogues."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says of each turn, before calibration; a row a turn, in the log's order."""

    success: Floats
    """(turns,) log-odds that the customer got what was wanted."""
    tone: Floats
    """(turns,) the same by words alone."""
    begins: Floats
    """(turns,) log-odds that the turn begins another wish than the one before it."""
    intents: tuple[str, ...]
    wanted: Floats
    """(turns, intents) log-probabilities of what was wanted."""
    sources: Floats
    """(turns, 1 + LONGEST) log-probabilities of the turn whose reading is what this one wanted:
    none of them first, then by their place in the dialogue; minus infinity where none is."""
    places: Integers
    """(turns, LONGEST) the turns that `sources` speaks of; -1 where there is none."""

    @classmethod
    def join(cls, parts: Sequence[tuple[npt.NDArray[np.bool_], Scores]]) -> Scores:
        """One from several of the same log, each of which speaks of some turns alone."""
        names = ("success", "tone", "begins", "wanted", "sources", "places")
        joined = {name: np.array(getattr(parts[0][1], name)) for name in names}
        for own, scores in parts:
            for name in names:
                joined[name][own] = getattr(scores, name)[own]
        return cls(intents=parts[0][1].intents, **joined)


@dataclass(frozen=True, slots=True)
class Dialogues:
    """The weights, by the names that the training gave them, and what they were trained for."""

    weights: dict[str, Floats]
    tone: Tone
    names: tuple[str, ...]
    """Of the numbers that it takes."""
    intents: tuple[str, ...]
    heads: int
    calibration: dict[str, Any]
    """How far each task's probabilities can be trusted, learned on held-out customers."""

    @classmethod
    def open(cls, folder: str | Path | None = None) -> Dialogues:
        """The model of a folder, or the shipped one. Raises LabelModelError when there is none."""
        folder = Path(folder) if folder is not None else SHIPPED
        try:
            config = json.loads((folder / "config.json").read_text("utf-8"))
            with np.load(folder / "model.npz", allow_pickle=False) as stored:
                arrays = dict(stored)
            tone = _unpacked_tone(arrays)
            model = cls(
                weights=_unpacked(arrays),
                tone=tone,
                names=tuple(config["names"]),
                intents=tuple(config["intents"]),
                heads=int(config["heads"]),
                calibration=dict(config["calibration"]),
            )
            # Weights that do not fit each other show at once, not in the middle of a night.
            model.scores(Inputs.of([Turn.begin(locale="en-US")]))
            return model
        except (OSError, KeyError, ValueError, TypeError, AttributeError, BadZipFile) as error:
            raise LabelModelError(
                f"{folder} holds no model of dialogues ({error}); name a folder that "
                "eulalia.learning.training.labels wrote."
            ) from error

    def save(self, folder: Path) -> None:
        """Write the model into a folder; `config.json`, without which there is no model, comes
        last."""
        folder.mkdir(parents=True, exist_ok=True)
        config = {
            "names": self.names,
            "intents": self.intents,
            "heads": self.heads,
            "calibration": self.calibration,
        }
        part = folder / ".model.part.npz"
        arrays = _packed(self.weights) | _packed_tone(self.tone)
        np.savez_compressed(part, **arrays)  # type: ignore[arg-type]
        part.replace(folder / "model.npz")
        text = folder / ".config.part.json"
        text.write_text(json.dumps(config, indent=1) + "\n", "utf-8")
        text.replace(folder / "config.json")

    def scores(self, inputs: Inputs) -> Scores:
        """What the model says of every turn of a log."""
        count = len(inputs.turns)
        success, begins = np.zeros(count, np.float32), np.zeros(count, np.float32)
        wanted = np.zeros((count, len(self.intents)), np.float32)
        sources = np.full((count, 1 + LONGEST), -np.inf, np.float32)
        by_place = np.full((count, LONGEST), -1, np.intp)
        turns = self._embed(inputs)
        for places, there in _batches(inputs.dialogues):
            states = self._read(turns[places], there)
            own = places[there]
            success[own] = self._linear(states, "success")[there][:, 0]
            begins[own] = self._linear(states, "begins")[there][:, 0]
            wanted[own] = log_softmax(self._linear(states, "intent")[there])
            width = places.shape[1]
            sources[own, : 1 + width] = self._sources(states, there)[there]
            columns = np.where(there, places, -1)
            by_place[own, :width] = np.repeat(columns[:, None], width, axis=1)[there]
        tone = self.tone.odds(inputs.bags)
        return Scores(success, tone, begins, self.intents, wanted, sources, by_place)

    def _embed(self, inputs: Inputs) -> Floats:
        """(turns, width) each turn by itself."""
        weights = self.weights
        table = np.zeros((len(inputs.turns) * FIELDS, weights["table"].shape[1]), np.float32)
        for start in range(0, len(inputs.turns), 4096):
            chosen = np.arange(start, min(start + 4096, len(inputs.turns)))
            table[start * FIELDS : (chosen[-1] + 1) * FIELDS] = pooled(
                weights["table"], inputs.bags.take(chosen)
            )
        columns = [inputs.names.index(name) if name in inputs.names else -1 for name in self.names]
        absent = np.full((len(inputs.turns), 1), np.nan, np.float32)
        numbers = np.concatenate([inputs.numbers, absent], axis=1)[:, columns]
        scaled = standardized(numbers, weights["means"], weights["deviations"])
        merged = np.concatenate(
            [table.reshape(len(inputs.turns), FIELDS * table.shape[1]), scaled], axis=1
        )
        embedded: Floats = np.maximum(self._linear(merged, "turn"), 0)
        return embedded

    def _read(self, turns: Floats, there: npt.NDArray[np.bool_]) -> Floats:
        """(dialogues, turns, width) each turn in its dialogue."""
        states: Floats = turns + self.weights["positions"][: turns.shape[1]]
        layer = 0
        while f"layers.{layer}.attention.weight" in self.weights:
            name = f"layers.{layer}"
            states = states + self._attend(self._normal(states, f"{name}.before"), there, name)
            inner = np.maximum(
                self._linear(self._normal(states, f"{name}.between"), f"{name}.inner"), 0
            )
            states = states + self._linear(inner, f"{name}.outer")
            layer += 1
        return self._normal(states, "last")

    def _attend(self, states: Floats, there: npt.NDArray[np.bool_], name: str) -> Floats:
        batch, length, width = states.shape
        projected = self._linear(states, f"{name}.attention")
        # (3, dialogues, heads, turns, width of a head)
        query, key, value = projected.reshape(batch, length, 3, self.heads, -1).transpose(
            2, 0, 3, 1, 4
        )
        weights = query @ key.transpose(0, 1, 3, 2) / np.sqrt(query.shape[-1], dtype=np.float32)
        weights = np.where(there[:, None, None, :], weights, -1e9)
        mixed = np.exp(log_softmax(weights)) @ value
        return self._linear(
            mixed.transpose(0, 2, 1, 3).reshape(batch, length, width), f"{name}.mixed"
        )

    def _sources(self, states: Floats, there: npt.NDArray[np.bool_]) -> Floats:
        """(dialogues, turns, 1 + turns) log-probabilities of none and of each turn."""
        wanted, offered = self._linear(states, "wanted"), self._linear(states, "offered")
        length = states.shape[1]
        scores = wanted @ offered.transpose(0, 2, 1) / np.sqrt(wanted.shape[-1], dtype=np.float32)
        steps = np.arange(length)[None, :] - np.arange(length)[:, None]
        scores = scores + self.weights["steps"][steps + LONGEST]
        scores = np.where(there[:, None, :], scores, -np.inf)
        none = self._linear(states, "none")
        return log_softmax(np.concatenate([none, scores], axis=2))

    def _linear(self, values: Floats, name: str) -> Floats:
        result: Floats = values @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return result

    def _normal(self, values: Floats, name: str) -> Floats:
        """Layer normalisation (Ba, Kiros & Hinton 2016)."""
        centred = values - values.mean(-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(-1, keepdims=True) + np.float32(1e-5))
        result: Floats = (
            centred / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        )
        return result


def pooled(table: Floats, bags: Bags) -> Floats:
    """(bags, dimension) the sum of each bag's rows over the square root of their number."""
    lengths = bags.lengths
    sums = np.zeros((len(lengths), table.shape[1]), np.float32)
    filled = np.flatnonzero(lengths)
    if len(filled):
        sums[filled] = np.add.reduceat(table[bags.features % BUCKETS], bags.starts[filled])
    sums /= np.sqrt(np.maximum(lengths, 1)).astype(np.float32)[:, None]
    return sums


def log_softmax(scores: Floats) -> Floats:
    """Log-probabilities along the last axis."""
    shifted = scores - scores.max(-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return result


def _batches(
    dialogues: Sequence[Integers],
) -> Iterator[tuple[Integers, npt.NDArray[np.bool_]]]:
    """Dialogues of similar length together."""
    by_length = sorted(range(len(dialogues)), key=lambda number: len(dialogues[number]))
    for start in range(0, len(by_length), _AT_ONCE):
        yield padded(dialogues[number] for number in by_length[start : start + _AT_ONCE])


def _packed(weights: dict[str, Floats]) -> dict[str, npt.NDArray[Any]]:
    """The table in 8 bits with a scale a row, all else in 16: a model is copied far more often than
    it is trained."""
    table = weights["table"]
    scales = np.maximum(np.abs(table).max(1), 1e-8) / 127
    rest = {name: array for name, array in weights.items() if name != "table"}
    exact = {"means", "deviations"}
    return {
        "table": np.rint(table / scales[:, None]).astype(np.int8),
        "scales": scales.astype(np.float32),
        **{name: a.astype(np.float32 if name in exact else np.float16) for name, a in rest.items()},
    }


def _unpacked(arrays: dict[str, npt.NDArray[Any]]) -> dict[str, Floats]:
    table = arrays.pop("table").astype(np.float32) * arrays.pop("scales")[:, None]
    if len(table) != BUCKETS:
        raise ValueError(f"its table has {len(table)} rows instead of {BUCKETS}")
    return {"table": table, **{name: array.astype(np.float32) for name, array in arrays.items()}}


def _packed_tone(tone: Tone) -> dict[str, npt.NDArray[Any]]:
    scale = max(float(np.abs(tone.weights).max()), 1e-8) / 127
    steps = np.rint(tone.weights / scale).astype(np.int8)
    return {
        "tone": steps,
        "tone_scale": np.array(scale, np.float32),
        "tone_bias": np.array(tone.bias, np.float32),
    }


def _unpacked_tone(arrays: dict[str, npt.NDArray[Any]]) -> Tone:
    steps, scale, bias = (arrays.pop(name) for name in ("tone", "tone_scale", "tone_bias"))
    if steps.shape != (FEATURES,):
        raise ValueError(f"its tone has the shape {steps.shape} instead of {(FEATURES,)}")
    return Tone(steps.astype(np.float32) * np.float32(scale), float(bias))
