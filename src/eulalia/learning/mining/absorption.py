"""The absorbing Markov chain over wordings, and where its walks end in success.

A wording is left for other wordings, in success, or in failure. With Q the transitions among
wordings and r their success, N = (I - Q)^-1 tells how often a walk from one passes another, and
N[s, t] r[t] how likely it ends in success there (Kemeny & Snell 1960; for rewrites Ponnusamy et
al. 2020). N is never made: its rows are summed up walk by walk, so that memory grows with the
transitions and not with the square of the wordings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

ATTEMPTS: Final = 30
"""No walk is followed any further, so that every loop ends."""
_BELIEVED_FAILURES: Final = 0.2
"""Turns that are believed to have failed before any was seen, so that every walk ends."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Transitions among n wordings, and success."""

    transitions: Any
    """(n, n) sparse: probabilities of going from one wording to another."""
    success: Floats
    """(n,) probability that a wording succeeds at once."""

    @classmethod
    def of(
        cls, votes: Floats, served: Floats, sources: Places, targets: Places, weights: Floats
    ) -> Chain:
        """The chain of n wordings and e transitions.

        votes and served are (n,): how often each wording was heard, and how often it served;
        sources, targets and weights are (e,). What is heard and neither serves nor goes on to one
        of the targets has failed.
        """
        share = 1.0 / (votes + _BELIEVED_FAILURES)
        return cls(
            transitions=sparse.csr_array(
                (weights * share[sources], (sources, targets)), shape=(len(votes), len(votes))
            ),
            success=served * share,
        )

    def scores(
        self, sources: Places, *, least: float = 1e-3, attempts: int = ATTEMPTS, rows: int = 10_000
    ) -> Iterator[tuple[Places, Any]]:
        """For some sources at a time, (k,) and (k, n) sparse: the probabilities that a walk from
        each of them ends in success at each wording.

        Walks less likely than `least` are not followed, nor any further than so many attempts, so
        that scores are never too high and every loop ends.
        """
        for start in range(0, len(sources), rows):
            chunk = sources[start : start + rows]
            # Walks of one length after the other, each (rows, wordings, probabilities).
            lengths = [(np.arange(len(chunk)), chunk, np.ones(len(chunk)))]
            row, walks = lengths[0][0], None
            for _ in range(attempts):
                walks = self.transitions[chunk] if walks is None else walks @ self.transitions
                walks.data[walks.data < least] = 0.0
                walks.eliminate_zeros()
                going = np.diff(walks.indptr)
                if not walks.nnz:
                    break
                walks, row = walks[going > 0], row[going > 0]
                lengths.append((np.repeat(row, going[going > 0]), walks.indices, walks.data))
            places, wordings, visits = map(np.concatenate, zip(*lengths, strict=True))
            yield (
                chunk,
                sparse.csr_array(
                    (visits * self.success[wordings], (places, wordings)),
                    shape=(len(chunk), len(self.success)),
                ),
            )
