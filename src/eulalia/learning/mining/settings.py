"""How much evidence a rewrite needs."""

from __future__ import annotations

from dataclasses import dataclass

from eulalia.errors import EulaliaError


class MiningError(EulaliaError):
    """Rewrites cannot be mined: wrong settings, or an engine that is not there."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How much evidence a rewrite needs. Raises MiningError for what makes no sense."""

    customers: int = 2
    """How many customers must have been served by what the rewrite means, and have used each of its
    words and names."""
    turns_each: int = 1
    """How many turns with the same request count of one customer, so that nobody floods a log."""
    score: float = 0.1
    """The least probability of success by way of the rewrite."""
    gain: float = 1.0
    """By this factor that must exceed the probability of success without it."""
    lower_bound: float = 0.1
    """What the rewrite's own success must be at least, with 95 % probability."""
    alike: float = 0.65
    """A request that seldom failed stays as it is if one this much alike, from 0 to 1 by letters,
    was read in the same way and served."""

    def __post_init__(self) -> None:
        if self.customers < 1 or self.turns_each < 1:
            raise MiningError(
                "A rewrite needs at least one customer, and one turn of each; "
                f"{self.customers} and {self.turns_each} were asked for."
            )
        if not all(0 <= share <= 1 for share in (self.score, self.lower_bound, self.alike)):
            raise MiningError("Scores, bounds and likeness lie from 0 to 1.")
