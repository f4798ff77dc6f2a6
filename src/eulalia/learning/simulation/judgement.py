"""The truth of a simulated turn: what was wanted, and where the assistant first went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from eulalia.learning.simulation.chain import Reading
from eulalia.learning.simulation.households import KINDS, Household
from eulalia.learning.simulation.phrasebook import Phrasebook, Wish
from eulalia.truth import Failure
from eulalia.turn import Entity, Interpretation, Outcome, Turn

TEACHING: Final = "preference_teach"
"""The intent of a request that teaches the assistant; one that can be taught reads it so."""
_MINOR: Final = frozenset(
    {"alarm_type", "business_type", "joke_type", "media_type", "music_descriptor", "order_type",
     "podcast_descriptor", "transport_descriptor", "weather_descriptor"}
)  # fmt: skip
"""Slots without which the same is done."""
_WHEN: Final = frozenset({"date", "general_frequency", "time", "timeofday"})
"""Slots that are resolved together, whichever of them a word is taken for."""


def stage(
    wish: Wish,
    reading: Interpretation | None,
    entities: Sequence[Entity],
    phrasebook: Phrasebook,
) -> Failure:
    """The first stage behind the ears whose result is not what was wanted, or CORRECT.

    A slot is right when it says the same but for words that say little, or when one value holds
    the other and no more than as much again. One that was not wanted is wrong, unless the
    phrasebook has these words as such a slot elsewhere. A name is right when the right thing was
    found, whatever was heard. Where words mean more than their slots, those that say much must be
    there, and slots do not count.
    """
    if reading is None or reading.intent != wish.intent:
        return Failure.INTENT
    if wish.intent == TEACHING:
        return Failure.CORRECT
    if wish.is_open:
        missing = phrasebook.weighty(wish.text) - phrasebook.weighty(reading.text)
        return Failure.SLOT if missing else Failure.CORRECT
    names = {slot.name for slot in wish.slots}
    wanted = _by_name((slot.name, slot.value) for slot in wish.slots)
    # Annotators leave out what others of them mark: "today" is a date, marked or not.
    got = _by_name(
        (slot.name, slot.value)
        for slot in reading.slots
        if slot.name in names or not phrasebook.knows(slot.name, slot.value)
    )
    things = _by_name(
        (entity.slot, str(entity.value)) for entity in entities if entity.slot in KINDS
    )
    found = {name for name, values in wanted.items() if things.get(name) == values}
    if wanted.keys() != got.keys() or any(
        name not in found and not _alike(" ".join(values), " ".join(got[name]), phrasebook)
        for name, values in wanted.items()
    ):
        return Failure.SLOT
    if any(name in things for name in wanted.keys() - found):
        return Failure.RESOLUTION
    return Failure.CORRECT


def judge(
    wish: Wish,
    turn: Turn,
    said: str,
    heard: Reading | None,
    meant: Reading | None,
    household: Household,
    phrasebook: Phrasebook,
    fault: Failure | None,
) -> tuple[Failure, bool]:
    """Where the turn failed, and whether the customer is satisfied.

    `heard` and `meant` are what the assistant reads in what it heard and in what was said when
    nothing is put in; they are needed where the two texts differ, to tell whether the ears were
    to blame, as the first that failed: they were, when words that say much were misheard or the
    assistant would have read otherwise had it heard well, unless it got over that.
    `fault` tells a service that broke from one that was never there. A request that cannot be
    fulfilled is CORRECT when it is declined, and leaves the customer unsatisfied all the same.
    """
    acted = turn.outcome is Outcome.ANSWERED
    if not acted and (not household.can(wish) or wish.intent == TEACHING):
        return Failure.CORRECT, False
    reading = turn.interpretation if turn.outcome is not Outcome.NOT_UNDERSTOOD else None
    where = stage(wish, reading, turn.entities, phrasebook)
    if where is Failure.CORRECT:
        if acted and fault is not Failure.RESULT:
            return Failure.CORRECT, True
        if turn.outcome is Outcome.UNAVAILABLE and fault is not Failure.RESULT:
            return Failure.CORRECT, False
        return Failure.RESULT, False
    if turn.text != said:
        if not turn.text or heard is None or meant is None:
            return Failure.ASR, False
        as_heard = stage(wish, heard.interpretation, heard.entities, phrasebook)
        as_meant = stage(wish, meant.interpretation, meant.entities, phrasebook)
        if as_heard is not Failure.CORRECT and (
            phrasebook.weighty(turn.text) != phrasebook.weighty(said)
            or as_heard is not as_meant
            or _says(heard, phrasebook) != _says(meant, phrasebook)
        ):
            return Failure.ASR, False
    return where, False


def _says(reading: Reading, phrasebook: Phrasebook) -> tuple[str, dict[str, frozenset[str]]] | None:
    """The intent and the telling words of the slots that matter; None for what was not read."""
    if reading.interpretation is None:
        return None
    values = _by_name((slot.name, slot.value) for slot in reading.interpretation.slots)
    telling = {name: phrasebook.weighty(" ".join(each)) for name, each in values.items()}
    return reading.interpretation.intent, telling


def _by_name(slots: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The sorted values of each slot that matters; those that tell when are one."""
    values: dict[str, list[str]] = {}
    for name, value in slots:
        if name not in _MINOR:
            values.setdefault("when" if name in _WHEN else name, []).append(value)
    for each in values.values():
        each.sort()
    return values


def _alike(value: str, other: str, phrasebook: Phrasebook) -> bool:
    mine, others = phrasebook.weighty(value), phrasebook.weighty(other)
    return mine == others or (
        min(len(mine), len(others)) * 2 >= max(len(mine), len(others))
        and (mine <= others or others <= mine)
    )
