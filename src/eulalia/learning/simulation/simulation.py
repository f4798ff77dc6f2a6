"""Days of many customers with an assistant: what is said, heard, done, and thought of it."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from datetime import timedelta
from typing import Final, Protocol

from eulalia.learning.simulation.chain import Reading
from eulalia.learning.simulation.chances import stream
from eulalia.learning.simulation.days import occasions
from eulalia.learning.simulation.judgement import judge
from eulalia.learning.simulation.phrasebook import SimulationError
from eulalia.learning.simulation.session import Session
from eulalia.learning.simulation.world import START, World
from eulalia.truth import Failure, Truth
from eulalia.turn import Turn

_BLOCK: Final = 2_000
"""Households whose day is in memory at once."""
_USUAL: Final = 0.85
"""Chance to say what one wants again as one usually does."""
_ADOPTED: Final = 0.3
"""Chance that words which worked where the usual ones did not become the usual ones."""


class Assistant(Protocol):
    """What answers. `Chain` is one; one that learns may stand before it."""

    def answer_all(self, turns: Sequence[Turn]) -> Sequence[Turn]:
        """The turns, heard already, with what was made of them, in the same order."""

    def read_all(self, texts: Sequence[tuple[str, str]]) -> Sequence[Reading]:
        """What texts, each with its customer, mean when nothing breaks and nothing is rewritten."""

    def learn(self, turns: Sequence[Turn]) -> None:
        """Take note of a day's turns with their feedback, once for each block of households."""


def simulate(
    world: World, assistant: Assistant, days: int, seed: int
) -> Iterator[tuple[Turn, Truth]]:
    """Every turn of `days` days, with its truth.

    A day follows the other; within it, the households of a block follow each other, each with its
    turns in order. The assistant answers many sessions' turns at once, sees a block's turns with
    their feedback before the next begins, and never the truth. The same world and seed make the
    same customers want, say and mishear the same, whatever the assistant does: only what an answer
    leads to differs. Memory holds one block's day at a time.

    Raises SimulationError when there are no days.
    """
    if days < 1:
        raise SimulationError(f"A simulation needs days, not {days}; give 1 or more.")
    return _days(world, assistant, days, seed)


def _days(world: World, assistant: Assistant, days: int, seed: int) -> Iterator[tuple[Turn, Truth]]:
    usual: dict[tuple[int, int], str] = {}
    for day in range(days):
        for first in range(0, world.customers, _BLOCK):
            block = range(first, min(first + _BLOCK, world.customers))
            began = [
                session for number in block for session in _begin(world, number, day, seed, usual)
            ]
            _run(world, assistant, [session for session, _ in began])
            for session, habit in began:
                if habit is not None:
                    _adopt(usual, habit, session)
            pairs = [pair for session, _ in began for pair in session.pairs()]
            assistant.learn([turn for turn, _ in pairs])
            yield from pairs


def _begin(
    world: World, number: int, day: int, seed: int, usual: MutableMapping[tuple[int, int], str]
) -> list[tuple[Session, tuple[int, int] | None]]:
    """The sessions of a household's day, each with the habit that it comes from, if any."""
    household = world.household(number)
    place = world.places[household.locale]
    name = f"{seed}/{household.customer}/{day}"
    planned = occasions(
        household,
        place.neighbourhood,
        START + timedelta(days=day),
        world.rates.false_wake,
        stream(name),
    )
    sessions: list[tuple[Session, tuple[int, int] | None]] = []
    for n, occasion in enumerate(planned):
        rng = stream(name, n)
        said = ""
        habit = (number, occasion.habit) if occasion.habit is not None else None
        if occasion.wish is not None:
            said = usual.get(habit, occasion.wish.text) if habit else occasion.wish.text
            if rng.random() > _USUAL:
                said = place.phrasebook.rephrase(occasion.wish, (said,), rng) or said
        session = Session(
            world=world,
            place=place,
            household=household,
            name=f"{name}/{n}",
            time=occasion.time,
            wish=occasion.wish,
            first_said=said,
            rng=rng,
        )
        sessions.append((session, habit))
    return sessions


def _run(world: World, assistant: Assistant, sessions: Sequence[Session]) -> None:
    """Bring sessions to their ends, one turn of each at a time."""
    active = list(sessions)
    while active:
        turns = assistant.answer_all([session.begin_turn() for session in active])
        verdicts = _judge(world, assistant, active, turns)
        for session, turn, verdict in zip(active, turns, verdicts, strict=True):
            session.end_turn(turn, *verdict)
        active = [session for session in active if not session.is_over]


def _judge(
    world: World, assistant: Assistant, sessions: Sequence[Session], turns: Sequence[Turn]
) -> list[tuple[Failure, bool]]:
    """The failure of each turn, and whether it satisfied."""
    doubtful = [
        number
        for number, (session, turn) in enumerate(zip(sessions, turns, strict=True))
        if session.truth_wish is not None and turn.text and turn.text != session.said[-1]
    ]
    readings = assistant.read_all(
        [
            (turns[number].customer, text)
            for number in doubtful
            for text in (turns[number].text or "", sessions[number].said[-1])
        ]
    )
    by_turn = dict(zip(doubtful, zip(readings[::2], readings[1::2], strict=True), strict=True))
    verdicts = []
    for number, (session, turn) in enumerate(zip(sessions, turns, strict=True)):
        wish = session.truth_wish
        if wish is None:
            verdicts.append((Failure.FALSE_WAKE, False))
            continue
        heard, meant = by_turn.get(number, (None, None))
        verdicts.append(
            judge(
                wish,
                turn,
                session.said[-1],
                heard,
                meant,
                session.household,
                session.place.phrasebook,
                world.faults.of(turn.id),
            )
        )
    return verdicts


def _adopt(
    usual: MutableMapping[tuple[int, int], str], habit: tuple[int, int], session: Session
) -> None:
    """Make other words of the first wish the usual ones, sometimes, when they did what the first
    ones did not."""
    first_goal = session.truths[0].goal
    attempts = [truth for truth in session.truths if truth.goal == first_goal]
    last = attempts[-1]
    if len(attempts) < 2 or not last.satisfied or last.text is None:
        return
    if last.text != attempts[0].text and session.rng.random() < _ADOPTED:
        usual[habit] = last.text
