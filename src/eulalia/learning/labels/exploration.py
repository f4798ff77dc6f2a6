"""What to try and what to ask, where nothing but the customer can tell (exploration).

Questions annoy, so that there are few a day; each goes where its answer is least foreseeable and
helps most often.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import numpy as np

from eulalia.errors import EulaliaError
from eulalia.learning.state import OUT_OF_SCOPE, normalize
from eulalia.turn import Feedback, Turn

_WORTH_ASKING: Final = 0.5
"""Bits that an answer must be expected to tell at least."""
_FEEDBACK: Final = {"confirmation", "denial", "correction", "teaching"}
"""What a customer has said outright needs no question."""
ASKED: Final = "asked"
"""Detail of feedback that was given because the assistant asked."""


class ExplorationError(EulaliaError):
    """A budget that is none, or turns and probabilities that do not fit together."""


class Kind(StrEnum):
    """What the assistant does to find out."""

    ASK = "ask"
    """It asks "did I answer your question?"."""
    TRY = "try"
    """The next time, it does what its second hypothesis says, and sees how that is taken."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to find out."""

    turn: str
    """Id of the turn that it is about."""
    kind: Kind
    hypothesis: str | None
    """The intent to try instead; None for a question."""
    bits: float
    """How much the answer is expected to tell."""
    requests: int
    """How often the same was asked, by anybody."""


def choose(
    turns: Sequence[Turn], budget: int, success: Sequence[float] | None = None
) -> list[Probe]:
    """What to find out about these turns, most worth first: at most `budget` probes for a customer
    and day (in UTC), and one for a request.

    `success` has for each turn the probability that it succeeded; without it, the labels' model is
    asked. A probe is worth the entropy of its answer (Shannon 1948; Lewis & Gale 1994, "uncertainty
    sampling") times the logarithm of how often the request is made. Where two readings contend, the
    second is tried instead of asking. Raises ExplorationError for a budget below 0.
    """
    if budget < 0:
        raise ExplorationError(f"A budget is a number of questions, not {budget}; give 0 or more.")
    if success is None:
        from eulalia.learning.labels.labelling import label

        success = [each.success for each in label(turns)] if turns else []
    if len(success) != len(turns) or not all(0 <= chance <= 1 for chance in success):
        raise ExplorationError("Each turn needs one probability of success, from 0 to 1.")
    requests = Counter(_request(turn) for turn in turns)
    probes = [
        (probe, turn)
        for turn, chance in zip(turns, success, strict=True)
        if (probe := _probe(turn, float(chance), requests[_request(turn)]))
    ]
    probes.sort(key=lambda pair: (-_worth(pair[0]), pair[0].turn))
    spent: dict[tuple[str, date], int] = defaultdict(int)
    asked: set[tuple[str, str, str]] = set()
    chosen = []
    for probe, turn in probes:
        day = (turn.customer, turn.time.date())
        request = (turn.customer, *_request(turn))
        if spent[day] < budget and request not in asked:
            spent[day] += 1
            asked.add(request)
            chosen.append(probe)
    return chosen


def heed(answer: bool, time: datetime) -> Feedback:
    """What the customer's answer to "did I answer your question?" becomes: feedback of the turn
    asked about, from which learning takes it like any other.

    >>> from datetime import UTC
    >>> heed(False, datetime(2026, 1, 5, tzinfo=UTC)).kind
    'denial'
    """
    return Feedback("confirmation" if answer else "denial", time, ASKED)


def _probe(turn: Turn, chance: float, requests: int) -> Probe | None:
    if not normalize(turn.text or "") or any(each.kind in _FEEDBACK for each in turn.feedback):
        return None
    second, contention = _contention(turn)
    doubt = _entropy(chance)
    if second is not None and contention >= _WORTH_ASKING and chance < 0.5:
        return Probe(turn.id, Kind.TRY, second, contention, requests)
    return Probe(turn.id, Kind.ASK, None, doubt, requests) if doubt >= _WORTH_ASKING else None


def _contention(turn: Turn) -> tuple[str | None, float]:
    """The second intent that was considered, and how evenly the two first are matched, in bits."""
    span = turn.span("nlu")
    if span is None or len(span.hypotheses) < 2:
        return None, 0.0
    first, second = span.hypotheses[:2]
    total = first.confidence + second.confidence
    if second.value == OUT_OF_SCOPE or total <= 0 or not np.isfinite(total):
        return None, 0.0
    return second.value, total * _entropy(min(max(second.confidence / total, 0.0), 1.0))


def _worth(probe: Probe) -> float:
    return probe.bits * math.log2(1 + probe.requests)


def _entropy(chance: float) -> float:
    """Of a yes or no, in bits."""
    if chance in (0.0, 1.0):
        return 0.0
    return -(chance * math.log2(chance) + (1 - chance) * math.log2(1 - chance))


def _request(turn: Turn) -> tuple[str, str]:
    return turn.locale, normalize(turn.text or "")


def by_customer(probes: Iterable[Probe], turns: Iterable[Turn]) -> dict[str, list[Probe]]:
    """The probes for each customer, as the assistant looks them up."""
    customers = {turn.id: turn.customer for turn in turns}
    found: dict[str, list[Probe]] = defaultdict(list)
    for probe in probes:
        found[customers[probe.turn]].append(probe)
    return dict(found)
