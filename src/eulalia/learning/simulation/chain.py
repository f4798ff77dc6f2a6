"""The assistant of the simulation: the real understanding and resolution, many turns at once.

What it does of the assistant's chain, it does with the assistant's own parts, which are handed in:
`understand_all` reads the texts (each text once), `resolve` finds whom and what names mean among
the household's own. Two things are different for speed. Times and numbers are left as they were
said, and skills do not run: a request is answered when there is a skill for it, the household has
the service, and every name that must be the household's own is found there. Whether that was what
the customer wanted, the truth tells (judgement.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Final, Protocol

from eulalia.learning.simulation.chances import share, stream
from eulalia.learning.simulation.households import KINDS, Household
from eulalia.learning.simulation.phrasebook import OUT_OF_SCOPE
from eulalia.learning.simulation.world import World
from eulalia.truth import Failure
from eulalia.turn import (
    Answer,
    Context,
    Entity,
    Hypothesis,
    Interpretation,
    Outcome,
    Slot,
    Span,
    Turn,
)

SURE: Final = 0.4
"""Readings less probable than this are not acted on where no other rule is handed in."""
_OWN: Final = frozenset({"audio", "email", "iot", "lists", "play"})
"""Domains whose names must be the household's own: nobody else's lamp can be switched."""
_BOUND: Final = frozenset(
    {"contact", "device", "song", "playlist", "podcast", "station", "audiobook"}
)
_REMEMBERED: Final = 60_000
"""Readings, and names, that are kept; each is worked out again when it was forgotten."""


def most_probable(readings: Sequence[Interpretation]) -> Sequence[Interpretation]:
    """The plainest rule of when to act: the best reading, if it is sure and in scope."""
    best = readings[:1]
    return [r for r in best if r.confidence >= SURE and r.intent != OUT_OF_SCOPE]


class Understander(Protocol):
    """Reads requests, each best first."""

    def understand_all(
        self, texts: Iterable[str], locale: str
    ) -> Sequence[tuple[Interpretation, ...]]: ...


class Resolver(Protocol):
    """Finds what the slots of a reading mean."""

    def __call__(
        self,
        interpretation: Interpretation,
        context: Context,
        locale: str,
        now: datetime,
        catalog: Mapping[str, Iterable[str]] | None = None,
    ) -> tuple[Entity, ...]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text means to the assistant when nothing breaks."""

    interpretation: Interpretation | None
    """None when no reading is sure enough."""
    entities: tuple[Entity, ...]


class Chain:
    """Answers turns that have been heard."""

    def __init__(
        self,
        world: World,
        understander: Understander,
        resolve: Resolver,
        skills: Mapping[str, str],
        sure: Callable[[Sequence[Interpretation]], Sequence[Interpretation]] = most_probable,
    ) -> None:
        """`skills` names the skill that each intent is for; `sure` leaves the readings that are
        sure enough to act on, best first, as the assistant's own rule does."""
        self._world = world
        self._understander = understander
        self._resolve_slot = resolve
        self._skills = skills
        self._sure = sure
        self._readings: dict[tuple[str, str], tuple[Interpretation, ...]] = {}
        self._entities: dict[tuple[str, str, str], tuple[Entity, ...]] = {}

    def answer_all(self, turns: Sequence[Turn]) -> list[Turn]:
        """The turns with their readings, outcomes and answers; a rewrite stands for the text."""
        self._read((turn.locale, _words(turn)) for turn in turns)
        return [self._answer(turn) for turn in turns]

    def read_all(self, texts: Sequence[tuple[str, str]]) -> list[Reading]:
        """What texts mean when nothing breaks; each is given with its customer."""
        asked = [(self._world.household_of(customer), text) for customer, text in texts]
        self._read((household.locale, text) for household, text in asked)
        result = []
        for household, text in asked:
            sure = self._sure(self._known(household.locale, text))
            entities = self._resolve(sure[0], household, None) if sure else ()
            result.append(Reading(sure[0] if sure else None, entities))
        return result

    def learn(self, turns: Sequence[Turn]) -> None:
        """This assistant learns nothing from how a day went."""

    # The stages

    def _answer(self, turn: Turn) -> Turn:
        household = self._world.household_of(turn.customer)
        fault = self._world.faults.of(turn.id)
        text = _words(turn)
        readings = self._known(turn.locale, text)
        if readings and fault is Failure.INTENT:
            readings = _another_intent(turn.id, readings)
        if readings and fault is Failure.SLOT:
            readings = _another_slot(turn.id, readings)
        trace = _Trace(turn)
        trace.add(
            "nlu",
            0.002 + 0.0004 * len(text.split()),
            tuple(Hypothesis(reading.intent, reading.confidence) for reading in readings),
            {"source": "nlu"} if readings else {},
        )
        sure = self._sure(readings)
        if not sure:
            first = readings[0] if readings else None
            return trace.end(first, (), None, Outcome.NOT_UNDERSTOOD)
        best = sure[0]
        entities = self._resolve(best, household, turn.context.place)
        if fault is Failure.RESOLUTION:
            entities = _another_thing(turn.id, entities, household)
        trace.add(
            "resolution",
            0.001,
            tuple(Hypothesis(f"{e.slot}: {e.value}", e.confidence) for e in entities),
        )
        skill = self._skills.get(best.intent)
        trace.add("arbitration", 0.0002, (Hypothesis(skill, best.confidence),) if skill else ())
        if skill is None:
            return trace.end(best, entities, None, Outcome.UNAVAILABLE)
        return self._act(trace, best, entities, skill, household, fault)

    def _act(
        self,
        trace: _Trace,
        reading: Interpretation,
        entities: tuple[Entity, ...],
        skill: str,
        household: Household,
        fault: Failure | None,
    ) -> Turn:
        """What a skill would come to."""
        outcome = Outcome.ANSWERED
        if not household.can_serve(reading.intent) or _lacks_a_name(reading, entities, household):
            outcome = Outcome.UNAVAILABLE
        error = None
        seconds = 0.02
        if fault is Failure.RESULT and outcome is Outcome.ANSWERED:
            how = share(trace.turn.id, "result")
            if how < 0.4:
                outcome, error = Outcome.FAILED, "TimeoutError: the service did not answer"
            elif how < 0.6:
                outcome = Outcome.UNAVAILABLE
            seconds = 8.0 if how < 0.8 else 3.0
        trace.add("skill", seconds, (Hypothesis(skill, reading.confidence),), error=error)
        return trace.end(reading, entities, skill, outcome)

    def _resolve(
        self, reading: Interpretation, household: Household, place: str | None
    ) -> tuple[Entity, ...]:
        """Whom and what the names mean, and the room where none is named."""
        entities: list[Entity] = []
        for slot in reading.slots:
            if slot.name in KINDS:
                entities += self._things(household, slot.name, slot.value)
        if place and not any(entity.kind == "room" for entity in entities):
            entities += self._things(household, "", place)
        return tuple(entities)

    def _things(self, household: Household, name: str, value: str) -> tuple[Entity, ...]:
        """What one slot means; without a name, what room the value is."""
        known = self._entities.get((household.customer, name, value))
        if known is None:
            slots = (Slot(name, value, 0, len(value)),) if name else ()
            known = self._resolve_slot(
                Interpretation(value, domain="", intent="", slots=slots),
                Context(place=None if name else value),
                household.locale,
                _NOON,
                household.names,
            )
            if len(self._entities) >= _REMEMBERED:
                self._entities.clear()
            self._entities[household.customer, name, value] = known
        return known

    def _known(self, locale: str, text: str) -> tuple[Interpretation, ...]:
        return self._readings.get((locale, text), ())

    def _read(self, texts: Iterable[tuple[str, str]]) -> None:
        """Read the texts that have not been read, all of a locale at once."""
        unread: dict[str, dict[str, None]] = defaultdict(dict)
        wanted = dict.fromkeys(texts)
        for locale, text in wanted:
            if text and (locale, text) not in self._readings:
                unread[locale][text] = None
        if len(self._readings) > _REMEMBERED:
            self._readings = {key: self._readings[key] for key in wanted if key in self._readings}
        for locale, new in unread.items():
            readings = self._understander.understand_all(list(new), locale)
            for text, reading in zip(new, readings, strict=True):
                self._readings[locale, text] = reading


_NOON: Final = datetime.fromisoformat("2026-01-05T12:00:00+00:00")
"""A time for names, which mean the same at any."""


def _words(turn: Turn) -> str:
    return turn.rewrite.text if turn.rewrite else turn.text or ""


def _lacks_a_name(
    reading: Interpretation, entities: tuple[Entity, ...], household: Household
) -> bool:
    """Whether the request names something that must be in the household and is not."""
    if reading.domain not in _OWN:
        return False
    found = {entity.slot for entity in entities}
    return any(
        slot.name not in found and KINDS[slot.name] in _BOUND and household.names[KINDS[slot.name]]
        for slot in reading.slots
        if slot.name in KINDS
    )


# Failures put in


def _another_intent(turn: str, readings: tuple[Interpretation, ...]) -> tuple[Interpretation, ...]:
    """The readings as if another intent had won, closely."""
    if len(readings) < 2:
        return readings
    rng = stream(turn, "intent")
    others = [r for r in readings[1:] if r.intent != OUT_OF_SCOPE] or list(readings[1:])
    winner = rng.choices(others, [r.confidence + 1e-6 for r in others])[0]
    sure = rng.uniform(0.35, 0.8)
    rest = [r for r in readings if r is not winner]
    left = (1 - sure) * rng.uniform(0.5, 0.95)
    second = replace(rest[0], confidence=min(left, 0.95 * sure))
    thinned = [replace(r, confidence=min(r.confidence, 0.1 * left)) for r in rest[1:]]
    return (replace(winner, confidence=sure), second, *thinned)


def _another_slot(turn: str, readings: tuple[Interpretation, ...]) -> tuple[Interpretation, ...]:
    """The readings as if a slot had been overlooked, cut short or taken for one of another name."""
    rng = stream(turn, "slot")
    best = readings[0]
    if not best.slots:
        return readings
    number = rng.randrange(len(best.slots))
    slot = best.slots[number]
    first, _, behind = slot.value.partition(" ")
    way = rng.random()
    changed: tuple[Slot, ...]
    if way < 0.4:
        changed = ()
    elif way < 0.7 and behind:
        doubt = rng.uniform(0.3, 0.9)
        changed = (replace(slot, value=first, end=slot.start + len(first), confidence=doubt),)
    else:
        others = [name for name in _CONFUSED if name != slot.name]
        doubt = rng.uniform(0.3, 0.9)
        changed = (replace(slot, name=rng.choice(others), confidence=doubt),)
    slots = (*best.slots[:number], *changed, *best.slots[number + 1 :])
    best = replace(best, slots=slots, confidence=best.confidence * rng.uniform(0.6, 1.0))
    return (best, *readings[1:])


_CONFUSED: Final = ("date", "event_name", "list_name", "person", "place_name", "song_name")


def _another_thing(
    turn: str, entities: tuple[Entity, ...], household: Household
) -> tuple[Entity, ...]:
    """The entities with one name taken for the household's next most similar one."""
    for number, entity in enumerate(entities):
        others = [name for name in household.names.get(entity.kind, ()) if name != entity.value]
        if others and entity.slot in KINDS:
            likest = max(
                others,
                key=lambda name: SequenceMatcher(None, name, str(entity.value)).ratio(),
            )
            sure = 0.72 + 0.24 * share(turn, "thing")
            wrong = replace(entity, value=likest, confidence=round(sure, 4))
            return (*entities[:number], wrong, *entities[number + 1 :])
    return entities


# The trace


class _Trace:
    """A turn while its spans are collected; durations are typical ones, not measured."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self._spans = list(turn.spans)
        self._pace = 0.7 + 0.8 * share(turn.id, "pace")
        last = turn.spans[-1] if turn.spans else None
        self._now = last.start + last.duration if last else 0.0

    def add(
        self,
        stage: str,
        seconds: float,
        hypotheses: tuple[Hypothesis, ...],
        notes: dict[str, object] | None = None,
        error: str | None = None,
    ) -> None:
        took = round(seconds * self._pace, 6)
        self._spans.append(
            Span(stage, round(self._now, 6), took, hypotheses, error=error, notes=notes or {})
        )
        self._now += took

    def end(
        self,
        reading: Interpretation | None,
        entities: tuple[Entity, ...],
        skill: str | None,
        outcome: Outcome,
    ) -> Turn:
        text = _answer(reading, entities, outcome)
        self.add("answer", 0.0003, (Hypothesis(text, 1.0),))
        return replace(
            self.turn,
            spans=tuple(self._spans),
            interpretation=reading,
            entities=entities,
            skill=skill,
            outcome=outcome,
            answer=Answer(text, "en-US"),
        )


def _answer(reading: Interpretation | None, entities: tuple[Entity, ...], outcome: Outcome) -> str:
    """What stands for the answer: what the assistant took the request for, as answers tell it."""
    if outcome is Outcome.NOT_UNDERSTOOD or reading is None:
        return "Sorry, I did not understand that."
    if outcome is Outcome.UNAVAILABLE:
        return "Sorry, I cannot do that yet."
    if outcome is Outcome.FAILED:
        return "Sorry, something went wrong."
    named = {entity.slot: str(entity.value) for entity in entities}
    values = [named.get(slot.name, slot.value) for slot in reading.slots]
    return ", ".join([reading.intent.replace("_", " "), *values]) + "."
