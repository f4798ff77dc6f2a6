"""Boosted decision trees, applied with NumPy alone (Friedman 2001)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
_AT_ONCE = 200_000
"""Leaves that are looked for at once: enough to keep NumPy busy, few enough for the cache."""


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees that vote for classes; node 0 of each is its root.

    All arrays but the last two are (trees, nodes); a leaf's children are itself.
    """

    features: npt.NDArray[np.int16]
    """The column that is asked."""
    thresholds: npt.NDArray[np.float32]
    """Up to it, go left."""
    lefts: npt.NDArray[np.int16]
    rights: npt.NDArray[np.int16]
    missing_left: npt.NDArray[np.bool_]
    """Where to go if the column is NaN."""
    votes: npt.NDArray[np.float32]
    """What a leaf adds to its class's score."""
    classes: npt.NDArray[np.int16]
    """(trees,): the class that each votes for."""
    start: npt.NDArray[np.float32]
    """(classes,): the scores before any vote."""
    depth: int

    def scores(self, values: Floats) -> Floats:
        """(rows, classes) log-odds, up to a constant a row, for (rows, columns)."""
        scores: Floats = np.tile(self.start.astype(np.float64), (len(values), 1))
        values = values.astype(np.float32)
        block = max(1, _AT_ONCE // max(len(self.classes), 1))
        for first in range(0, len(values), block):
            votes = self._votes(values[first : first + block])
            for voted in np.unique(self.classes):
                scores[first : first + block, voted] += votes[:, self.classes == voted].sum(axis=1)
        return scores

    def _votes(self, values: npt.NDArray[np.float32]) -> Floats:
        """(rows, trees): the vote of the leaf of each tree that each row comes to."""
        features, thresholds, lefts, rights, missing_left = (
            each.ravel()
            for each in (
                self.features, self.thresholds, self.lefts, self.rights, self.missing_left,
            )
        )  # fmt: skip
        trees, size = self.votes.shape
        roots = np.arange(trees) * size
        rows = np.arange(len(values))[:, None]
        node = np.broadcast_to(roots, (len(values), trees))
        for _ in range(self.depth):
            asked = values[rows, features[node]]
            left = np.where(np.isnan(asked), missing_left[node], asked <= thresholds[node])
            node = roots + np.where(left, lefts[node], rights[node])
        votes: Floats = self.votes.ravel()[node].astype(np.float64)
        return votes

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All of it by name, for a file."""
        names = (
            "features", "thresholds", "lefts", "rights", "missing_left", "votes", "classes",
            "start",
        )  # fmt: skip
        return {f"trees_{name}": getattr(self, name) for name in names} | {
            "trees_depth": np.array(self.depth)
        }

    @classmethod
    def of_arrays(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> Trees:
        """The trees that `arrays` told."""
        told = {
            name.removeprefix("trees_"): values
            for name, values in arrays.items()
            if name.startswith("trees_")
        }
        return cls(**{**told, "depth": int(told["depth"])})  # type: ignore[arg-type]
