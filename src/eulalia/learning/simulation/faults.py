"""Failures that are put into the chain on purpose, a share of the turns for each kind."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from eulalia.learning.simulation.chances import share
from eulalia.learning.simulation.phrasebook import SimulationError
from eulalia.truth import Failure

_STAGES: Final = (
    Failure.ASR, Failure.INTENT, Failure.SLOT, Failure.RESOLUTION, Failure.RESULT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of turns, from 0 to 1.

    What is put in may still come to nothing: a word misheard may not matter, and where a request
    names nothing, nothing can be taken for another. The chain fails by itself besides.
    """

    false_wake: float = 0.02
    asr: float = 0.01
    intent: float = 0.015
    slot: float = 0.015
    resolution: float = 0.03
    result: float = 0.02
    impossible: float = 0.03
    """Wishes that no such assistant can fulfil; where the phrasebook has any."""

    def __post_init__(self) -> None:
        for field in fields(self):
            rate = getattr(self, field.name)
            if not 0.0 <= rate <= 0.9:
                raise SimulationError(
                    f"The rate of {field.name} is {rate}; give a share from 0 to 0.9."
                )
        if sum(getattr(self, stage.value) for stage in _STAGES) > 1.0:
            raise SimulationError("The rates of the stages add up to more than 1; lower them.")


class Faults:
    """Which turns something is put into; the turn's id decides, so that everybody who asks is
    told the same and nothing need be written into the turn."""

    def __init__(self, rates: Rates, seed: int) -> None:
        self._sums: list[tuple[float, Failure]] = []
        total = 0.0
        for stage in _STAGES:
            total += getattr(rates, stage.value)
            self._sums.append((total, stage))
        self._seed = seed

    def of(self, turn: str) -> Failure | None:
        """What is put into the turn of that id: asr, intent, slot, resolution, result or nothing.

        >>> Faults(Rates(result=0.9, asr=0, intent=0, slot=0, resolution=0), 1).of("0")
        <Failure.RESULT: 'result'>
        """
        place = share(self._seed, turn, "fault")
        return next((stage for total, stage in self._sums if place < total), None)
