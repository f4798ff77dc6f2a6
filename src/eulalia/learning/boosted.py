"""How likely something is, by boosted trees over named columns."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from eulalia.errors import EulaliaError
from eulalia.learning.trees import Trees

Floats = npt.NDArray[np.floating[Any]]
MODELS = Path(__file__).parent.parent / "models"


class BoostedModelError(EulaliaError):
    """A folder that holds no such model."""


@dataclass(frozen=True, slots=True)
class Boosted:
    """Trees whose scores were calibrated on turns that they had not seen (Platt 1999)."""

    names: tuple[str, ...]
    """The columns that the trees were grown on."""
    trees: Trees
    """Of two classes; the second is the event."""
    slope: float = 1.0
    bias: float = 0.0

    def log_odds(self, names: tuple[str, ...], values: Floats) -> npt.NDArray[np.float64]:
        """For each row of values, whose columns have these names; a column that lacks is NaN."""
        missing = np.full(len(values), np.nan)
        columns = [values[:, names.index(n)] if n in names else missing for n in self.names]
        scores = self.trees.scores(np.stack(columns, axis=1))
        odds: npt.NDArray[np.float64] = self.slope * (scores[:, 1] - scores[:, 0]) + self.bias
        return odds

    def probabilities(self, names: tuple[str, ...], values: Floats) -> npt.NDArray[np.float64]:
        """The same as probabilities."""
        return sigmoid(self.log_odds(names, values))

    @classmethod
    def open(cls, folder: Path) -> Boosted:
        """The model of a folder. Raises BoostedModelError when there is none."""
        file = folder / "model.npz"
        try:
            with file.open("rb") as raw, np.load(raw, allow_pickle=False) as stored:
                arrays = dict(stored)
            return cls(
                names=tuple(str(name) for name in arrays["names"]),
                trees=Trees.of_arrays(arrays),
                slope=float(arrays["slope"]),
                bias=float(arrays["bias"]),
            )
        except (OSError, EOFError, KeyError, ValueError, TypeError, BadZipFile) as error:
            raise BoostedModelError(
                f"{file} holds no model of boosted trees ({error}); name the folder of one."
            ) from error

    def save(self, folder: Path) -> None:
        """Write the model into a folder, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / ".model.part.npz"
        np.savez_compressed(
            part,
            names=np.array(self.names),
            slope=np.array(self.slope),
            bias=np.array(self.bias),
            **self.trees.arrays(),  # type: ignore[arg-type]
        )
        part.replace(folder / "model.npz")


def sigmoid(odds: Floats) -> npt.NDArray[np.float64]:
    """Probabilities of log-odds, without overflow."""
    probabilities: npt.NDArray[np.float64] = np.exp(-np.logaddexp(0.0, -odds.astype(np.float64)))
    return probabilities
