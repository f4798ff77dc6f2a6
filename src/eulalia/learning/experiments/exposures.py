"""Turns on which a learned rewrite had a say, whether or not it was applied to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from eulalia.learning.experiments.groups import Group, group
from eulalia.learning.state import normalize
from eulalia.rewrites import LearnedRewrite
from eulalia.turn import Turn

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
Key = tuple[str, str | None, str]
"""Locale, customer (None for everybody) and request."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """A turn whose request a rewrite is for."""

    time: datetime
    customer: str
    session: str
    group: Group
    is_changed: bool
    """Whether the rewrite was applied."""
    defect: float
    """Probability that the customer was not served."""


class Exposures:
    """All turns of a log by the request that they make."""

    def __init__(self, by_key: Mapping[Key, Sequence[tuple[Turn, float]]]) -> None:
        self._by_key = by_key

    @classmethod
    def of(cls, turns: Sequence[Turn], defects: Floats) -> Self:
        """From the turns of a log and (turns,) probabilities that they were defective.

        A turn belongs to the request that its span `rewrite` notes, or else to its own words.
        """
        by_key: dict[Key, list[tuple[Turn, float]]] = defaultdict(list)
        for turn, defect in zip(turns, defects, strict=True):
            span = turn.span("rewrite")
            noted = span.notes.get("request") if span else None
            request = noted if isinstance(noted, str) else normalize(turn.text or "")
            for customer in (None, turn.customer):
                by_key[turn.locale, customer, request].append((turn, float(defect)))
        return cls(by_key)

    def of_rewrite(self, rewrite: LearnedRewrite) -> list[Exposure]:
        """The turns that a rewrite is for, in the log's order."""
        key = (rewrite.locale, rewrite.customer, rewrite.request)
        return [
            Exposure(
                time=turn.time,
                customer=turn.customer,
                session=turn.session,
                group=group(turn.customer),
                is_changed=turn.rewrite is not None and turn.rewrite.text == rewrite.text,
                defect=defect,
            )
            for turn, defect in self._by_key.get(key, ())
        ]
