"""The wordings of a log, as they were read, and the steps between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]

from eulalia.learning.mining import counts
from eulalia.learning.mining.absorption import Chain

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Graph:
    """n wordings of m interpretations, and e steps between wordings."""

    wordings: pa.Table
    """(n,) by locale, request and state; the columns of `counts.wordings` and `counts.texts`."""
    states: Places
    """(n,) from 0 to m - 1, equal for wordings of one locale that were read alike."""
    served: Places
    """(m,) how many customers each interpretation served."""
    sources: Places
    """(e,) wordings that were left."""
    targets: Places
    """(e,) wordings that were tried next."""
    weights: Floats
    """(e,) how often, of customers' votes."""
    customers: Places
    """(e,) how many customers did so."""
    transitions: Places
    """(e,) how often they did."""

    @classmethod
    def of(cls, votes: ibis.Table, texts: ibis.Table) -> Graph:
        """The graph of these counts, the same whichever engine counted them."""
        wordings = counts.wordings(votes).to_pyarrow().join(texts.to_pyarrow(), "wording")
        wordings = wordings.sort_by(
            [(name, "ascending") for name in ("locale", "request", "state")]
        ).combine_chunks()
        edges = counts.edges(votes).to_pyarrow()
        served = counts.served(votes).to_pyarrow()
        meanings, states = np.unique(_places(wordings["meaning"]), return_inverse=True)
        customers = np.zeros(len(meanings), np.intp)
        customers[np.searchsorted(meanings, _places(served["meaning"]))] = _places(
            served["customers"]
        )
        numbers = _places(wordings["wording"])
        order = np.argsort(numbers)
        sources, targets = (
            order[np.searchsorted(numbers[order], _places(edges[name]))]
            for name in ("wording", "next_wording")
        )
        order = np.lexsort((targets, sources))
        return cls(
            wordings=wordings,
            states=states,
            served=customers,
            sources=sources[order],
            targets=targets[order],
            weights=_numbers(edges["weight"])[order],
            customers=_places(edges["customers"])[order],
            transitions=_places(edges["transitions"])[order],
        )

    def column(self, name: str) -> Floats:
        """(n,) numbers of the wordings."""
        return _numbers(self.wordings[name])

    def texts(self, name: str, places: Sequence[int] | Places) -> list[str]:
        """The texts of some wordings."""
        texts: list[str] = self.wordings[name].take(pa.array(places, pa.int64())).to_pylist()
        return texts

    def chain(self) -> Chain:
        """The absorbing chain over the wordings."""
        return Chain.of(
            self.column("votes"), self.column("served"), self.sources, self.targets, self.weights
        )


def _numbers(column: Any) -> Floats:
    return np.asarray(column.to_numpy(), np.float64)


def _places(column: Any) -> Places:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.intp)
