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
Key = tuple[str, str | None, str, str | None]
"""Locale, customer (None for everybody), request and text; None for what a turn does not tell."""
_PERSONAL = "personal"


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
    """All turns of a log by the rewrites that they may have had."""

    def __init__(self, by_key: Mapping[Key, Sequence[tuple[Turn, float]]]) -> None:
        self._by_key = by_key

    @classmethod
    def of(cls, turns: Sequence[Turn], defects: Floats) -> Self:
        """From the turns of a log and (turns,) probabilities that they were defective.

        Where the assistant looked for a rewrite, the turn belongs to the one that it noted, applied
        or not: by the learned `request` where that is noted, or else by the text alone, so that
        rewrites with the same text share it. Where it did not look, the turn belongs to its own
        words. In both cases the groups are treated alike but for the rewrite itself.
        """
        by_key: dict[Key, list[tuple[Turn, float]]] = defaultdict(list)
        for turn, defect in zip(turns, defects, strict=True):
            for key in _keys(turn):
                by_key[key].append((turn, float(defect)))
        return cls(by_key)

    def of_rewrite(self, rewrite: LearnedRewrite) -> list[Exposure]:
        """The turns that a rewrite is for, by time."""
        whose = (rewrite.locale, rewrite.customer)
        found = [
            pair
            for request, text in (
                (rewrite.request, rewrite.text),
                (rewrite.request, None),
                ("", rewrite.text),
            )
            for pair in self._by_key.get((*whose, request, text), ())
        ]
        return [
            Exposure(
                time=turn.time,
                customer=turn.customer,
                session=turn.session,
                group=group(turn.customer),
                is_changed=turn.rewrite is not None and turn.rewrite.text == rewrite.text,
                defect=defect,
            )
            for turn, defect in sorted(found, key=lambda pair: pair[0].time)
        ]


def _keys(turn: Turn) -> list[Key]:
    span = turn.span("rewrite")
    if span is None:
        request = normalize(turn.text or "")
        return [(turn.locale, whose, request, None) for whose in (None, turn.customer)]
    if not span.hypotheses:
        return []  # it looked, and left the request alone
    noted = span.notes.get("request")
    whose = turn.customer if span.notes.get("layer") == _PERSONAL else None
    text = span.hypotheses[0].value
    return [(turn.locale, whose, noted if isinstance(noted, str) else "", text)]
