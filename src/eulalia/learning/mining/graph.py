"""The wordings of a log, as they were read, and the steps between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from eulalia.learning.mining.absorption import Chain

if TYPE_CHECKING:
    import ibis  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_DECIMALS: Final = 9


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
    def of(cls, wordings: ibis.Table, edges: ibis.Table, served: ibis.Table) -> Graph:
        """The graph of these counts (`counts.wordings` with `counts.texts`, `counts.edges` and
        `counts.served`), the same whichever engine counted them."""
        nodes = wordings.order_by(["locale", "request", "state"]).to_pyarrow().combine_chunks()
        steps, happy = edges.to_pyarrow(), served.to_pyarrow()
        # Of their numbers, which differ between engines, nothing but their being equal is used.
        coded = nodes["meaning"].combine_chunks().dictionary_encode()
        states = _places(coded.indices)
        customers = np.zeros(len(coded.dictionary), np.intp)
        known = pc.index_in(happy["meaning"], coded.dictionary)
        customers[_places(known)] = _places(happy["customers"])
        sources, targets = (
            _places(pc.index_in(steps[name], nodes["wording"]))
            for name in ("wording", "next_wording")
        )
        order = np.argsort(sources * nodes.num_rows + targets)
        return cls(
            wordings=nodes.drop_columns(["wording", "meaning"]),
            states=states,
            served=customers,
            sources=sources[order],
            targets=targets[order],
            weights=_numbers(steps["weight"])[order],
            customers=_places(steps["customers"])[order],
            transitions=_places(steps["transitions"])[order],
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
    # Engines add up in other orders, and from one run to the next.
    exact: Floats = np.asarray(column.to_numpy(), np.float64)
    return exact.round(_DECIMALS)


def _places(column: Any) -> Places:
    return np.asarray(column.to_numpy(zero_copy_only=False), np.intp)
