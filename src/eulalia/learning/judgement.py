"""Whether rewrites would have helped, in turns of which it is known what was wanted."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from eulalia.learning.logs import Pair
from eulalia.learning.state import normalize, state
from eulalia.rewrites import LearnedRewrite, Status
from eulalia.truth import Failure, Truth
from eulalia.turn import Turn

Meaning = tuple[str, tuple[tuple[str, str], ...]]
"""An intent and its slots, of which letters and digits count."""

_OUT_OF_USE: Final = frozenset({Status.WITHDRAWN, Status.REJECTED})
_SLOT: Final = re.compile(r";(?=[^;=]+=)")


@dataclass(slots=True)
class Judgement:
    """What rewrites would have changed in a log."""

    wins: int = 0
    """A defective turn would have been read as what was wanted."""
    losses: int = 0
    """A turn that was right would have been read as something else."""
    ties: int = 0
    """A turn would have been rewritten, and been as right or wrong as before."""
    unknown: int = 0
    """Nobody knows what the rewrite's text means; it is not counted elsewhere."""
    turns: int = 0
    """Turns whose truth is known and that had not been rewritten."""
    defective: int = 0
    """Those of them that failed."""
    of_customers: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0] * 3))
    """Wins, losses and defective turns of each customer."""

    def figures(self) -> dict[str, Any]:
        """The counts, shares and their 95 % intervals, found by drawing customers anew."""
        # One customer without anything stands for none.
        counts = [self.of_customers[name] for name in sorted(self.of_customers)] or [[0, 0, 0]]
        rows, chance = np.array(counts), np.full(len(counts), 1 / len(counts))
        drawn = np.random.default_rng(0).multinomial(len(rows), chance, 2_000)
        wins, losses, defective = (drawn @ rows).T
        return {
            "wins": self.wins,
            "losses": self.losses,
            "ties": self.ties,
            "unknown": self.unknown,
            "turns": self.turns,
            "defective": self.defective,
            "repaired": self.wins,
            "repaired_share": self.wins / max(self.defective, 1),
            "repaired_share_interval": _interval(wins / np.maximum(defective, 1)),
            # One loss is put in the place of none, so that this is never infinite.
            "wins_per_loss": self.wins / max(self.losses, 1),
            "wins_per_loss_interval": _interval(wins / np.maximum(losses, 1)),
        }


def judge(rewrites: Iterable[LearnedRewrite], pairs: Iterable[Pair]) -> Judgement:
    """What the rewrites would have made of a log's turns, by the log's truth.

    A rewrite is used where its request was heard, word for word. What its text means is what was
    made of it when it was learned (`LearnedRewrite.state`), or else what the log's own turns with
    just this text were mostly read as. Turns that somebody had rewritten are left out.
    """
    pairs = list(pairs)
    usable = {
        (one.locale, one.customer, one.request): one
        for one in rewrites
        if one.status not in _OUT_OF_USE
    }
    readings: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for turn, _ in pairs:
        if turn.text and turn.interpretation and turn.rewrite is None:
            read = state(turn.text, turn.interpretation)
            readings[turn.locale, normalize(turn.text)][read] += 1
    result = Judgement()
    for turn, truth in pairs:
        if truth is None or truth.intent is None or turn.rewrite is not None:
            continue
        was_right = is_right(turn, truth)
        counts = result.of_customers[turn.customer]
        result.turns += 1
        result.defective += not was_right
        counts[2] += not was_right
        request = normalize(turn.text or "")
        one = usable.get((turn.locale, turn.customer, request)) or usable.get(
            (turn.locale, None, request)
        )
        if one is None:
            continue
        means = _meaning_of(one, readings)
        is_same = means == (turn.interpretation and meaning(state("", turn.interpretation)))
        if means is None:
            result.unknown += 1
        elif is_same or (means == wanted(truth)) is was_right:
            result.ties += 1
        elif was_right:
            result.losses += 1
            counts[1] += 1
        else:
            result.wins += 1
            counts[0] += 1
    return result


def is_right(turn: Turn, truth: Truth) -> bool:
    """Whether the customer got what was wanted, as far as the truth tells."""
    if truth.failure is not None:
        return truth.failure is Failure.CORRECT
    if truth.satisfied is not None:
        return truth.satisfied
    read = turn.interpretation
    return read is not None and meaning(state("", read)) == wanted(truth)


def meaning(read: str) -> Meaning | None:
    """The meaning that a state (`learning.state`) stands for; None if it stands for words.

    >>> meaning("alarm_set{time=7 a.m.}")
    ('alarm_set', (('time', '7am'),))
    """
    intent, brace, rest = read.partition("{")
    if not brace:
        return None
    slots = [slot.partition("=") for slot in _SLOT.split(rest.removesuffix("}")) if slot]
    return intent, tuple(sorted((name, _letters(value)) for name, _, value in slots))


def wanted(truth: Truth) -> Meaning:
    """The meaning that the truth tells."""
    slots = ((slot.name, _letters(slot.value)) for slot in truth.slots)
    return truth.intent or "", tuple(sorted(slots))


def _meaning_of(
    rewrite: LearnedRewrite, readings: dict[tuple[str, str], Counter[str]]
) -> Meaning | None:
    if rewrite.state is not None:
        return meaning(rewrite.state)
    found = readings.get((rewrite.locale, normalize(rewrite.text)))
    return meaning(max(sorted(found), key=found.__getitem__)) if found else None


def _letters(text: str) -> str:
    return "".join(letter for letter in normalize(text) if letter != " ")


def _interval(values: Any) -> list[float]:
    return [float(bound) for bound in np.quantile(values, (0.025, 0.975))]
