"""One session: a customer in front of a device, from the first word to the last."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

from eulalia.learning.simulation.chances import identifier
from eulalia.learning.simulation.customers import WORDS, Move, Reaction, react
from eulalia.learning.simulation.households import Device, Household
from eulalia.learning.simulation.judgement import TEACHING
from eulalia.learning.simulation.phrasebook import Wish
from eulalia.learning.simulation.world import Place, World
from eulalia.learning.state import normalize
from eulalia.truth import Failure, Truth
from eulalia.turn import Context, Feedback, Outcome, Span, Turn

_LOUDER: Final = 0.8
"""Log odds of being misheard that each louder, slower repetition takes away."""
_REPLY_WITHIN: Final = 45.0
"""Seconds after a turn within which the next one is taken for a reaction to it."""
_ALIKE: Final = 0.2
"""Share of words in common from which the next request is taken for the same in other words."""
_PREVIOUS: Final = 5


@dataclass(slots=True)
class Session:
    """A session while it lasts: `begin_turn` and `end_turn` in turn, until `is_over`."""

    world: World
    place: Place
    household: Household
    name: str
    """What all of its chances are drawn from."""
    time: datetime
    """When the customer speaks next."""
    wish: Wish | None
    """None when the assistant woke for nothing."""
    first_said: str
    rng: Random
    turns: list[Turn] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    is_over: bool = False
    said: list[str] = field(default_factory=list)
    """The ways in which the present wish was said."""
    teaching: bool = False
    effort: float = 0.0
    wishes: int = 0
    device: Device | None = None

    def begin_turn(self) -> Turn:
        """The next request as the assistant hears it."""
        household, rng = self.household, self.rng
        self.device = self.device or rng.choice(household.devices)
        said = (
            (self.said[-1] if self.said else self.first_said) if self.wish else self._background()
        )
        if not self.said:
            self.said.append(said)
        turn_id = identifier(self.name, len(self.turns))
        is_phone = self.device.kind == "phone"
        voice = replace(household.voice, far=self.device.kind == "speaker")
        effort = self.effort if self.wish else -3.0  # a voice from another room
        force = self.wish is not None and self.world.faults.of(turn_id) is Failure.ASR
        heard = self.place.hearing.hear(voice, said, effort, rng, force)
        sure = rng.betavariate(14, 1.2) if self.wish else rng.betavariate(5, 3)
        wake = () if self.turns else (Span("wake", 0.0, 0.08, notes={"score": round(sure, 3)}),)
        start = 0.08 if wake else 0.0
        loud = min(max(rng.gauss(0.3 if self.wish else 0.12, 0.08) + 0.1 * self.effort, 0.01), 1.0)
        seconds = round(heard.seconds * (1.0 + 0.25 * self.effort), 3)
        vad = Span(
            "vad",
            start,
            round(0.004 * seconds, 6),
            notes={"peak": round(loud, 3), "segments": [[0.3, round(0.3 + seconds, 3)]]},
        )
        asr = Span(
            "asr",
            round(start + vad.duration, 6),
            round(0.05 * seconds, 6),
            heard.hypotheses,
            notes={"mode": "open"},
        )
        return Turn(
            id=turn_id,
            session=identifier(self.name),
            customer=household.customer,
            locale=household.locale,
            time=self.time,
            text=heard.text or None,
            context=Context(
                device=self.device.id,
                device_type=self.device.kind,
                has_screen=self.device.kind != "speaker",
                timezone=household.timezone,
                place=None if is_phone else self.device.place,
                previous=tuple(turn.id for turn in self.turns[: -_PREVIOUS - 1 : -1]),
            ),
            spans=(*wake, vad, asr),
        )

    def end_turn(self, turn: Turn, failure: Failure, satisfied: bool) -> None:
        """Take note of the answer and its truth, and decide what comes next."""
        wish = self.truth_wish
        goal = identifier(self.name, "goal", self.wishes) if wish else None
        self.turns.append(turn)
        self.truths.append(
            Truth(
                turn=turn.id,
                text=self.said[-1] if wish else None,
                intent=wish.intent if wish else None,
                slots=wish.slots if wish else (),
                failure=failure,
                goal=goal,
                satisfied=satisfied,
            )
        )
        reaction = self._react(turn, failure, satisfied)
        self.reactions.append(reaction)
        self._go_on(turn, reaction)

    @property
    def truth_wish(self) -> Wish | None:
        """What is wanted of the present turn."""
        if self.teaching:
            return Wish(TEACHING, (), None, self.said[-1])
        return self.wish

    def pairs(self) -> list[tuple[Turn, Truth]]:
        """The turns with the feedback that the assistant could see, and their truths."""
        return list(zip(_with_feedback(self.turns, self.reactions), self.truths, strict=True))

    def _background(self) -> str:
        """Talk that is meant for somebody else: a piece of what people say at all."""
        phrasebook = self.place.phrasebook
        pattern = self.rng.choice(phrasebook.patterns)
        text = "".join(
            part
            for pair in zip(pattern.literals, (*pattern.values, ""), strict=True)
            for part in pair
        )
        words = text.split()
        return " ".join(words[self.rng.randint(0, max(len(words) - 3, 0)) :])

    def _react(self, turn: Turn, failure: Failure, satisfied: bool) -> Reaction:
        if self.wish is None:
            return Reaction(Move.LEAVE, interrupts=self.rng.random() < 0.35)
        if self.teaching:
            return Reaction(Move.LEAVE)
        return react(
            self.household,
            self.place.phrasebook,
            self.wish,
            self.said,
            turn,
            failure,
            satisfied,
            self.rng,
        )

    def _go_on(self, turn: Turn, reaction: Reaction) -> None:
        self.time = _answered(turn, reaction.interrupts) + timedelta(
            seconds=round(0.4 if reaction.interrupts else self.rng.lognormvariate(1.0, 0.5), 3)
        )
        self.teaching = reaction.move is Move.TEACH
        match reaction.move:
            case Move.LEAVE:
                self.is_over = True
            case Move.CONTINUE:
                self.wishes += 1
                self.wish = self.place.neighbourhood.wish(self.household.names, self.rng)
                self.first_said = self.wish.text
                self.said = []
                self.effort = 0.0
                self.time += timedelta(seconds=round(self.rng.uniform(3.0, 40.0), 3))
            case Move.REPEAT:
                self.said.append(reaction.said)
                self.effort += _LOUDER
            case Move.REPHRASE | Move.CORRECT | Move.TEACH:
                self.said.append(reaction.said)
                self.effort += 0.3


def _answered(turn: Turn, interrupted: bool) -> datetime:
    """When the answer was over, or cut off."""
    last = turn.spans[-1]
    speech = next((span.notes["segments"][0][1] for span in turn.spans if span.stage == "vad"), 0.0)
    answer = len(turn.answer.text) / 15 if turn.answer else 0.0
    seconds = speech + last.start + last.duration + answer * (0.4 if interrupted else 1.0)
    return turn.time + timedelta(seconds=round(seconds, 3))


def _with_feedback(turns: list[Turn], reactions: list[Reaction]) -> list[Turn]:
    """What the assistant can tell of how customers took each turn.

    It knows when it was interrupted and what was said then; it sees whether the next request comes
    at once and is the same in the same words, or in others; and that none comes after a request
    that it did not fulfil. It does not know whether it was right.
    """
    result = []
    following: list[Turn | None] = [*turns[1:], None]
    for turn, reaction, after in zip(turns, reactions, following, strict=True):
        end = _answered(turn, reaction.interrupts)
        feedback = []
        if reaction.interrupts:
            feedback.append(Feedback("barge_in", end))
        if reaction.thanks:
            feedback.append(Feedback("confirmation", end, reaction.thanks))
        if reaction.complaint:
            feedback.append(Feedback("denial", end, reaction.complaint))
        if after is None:
            if turn.outcome is not Outcome.ANSWERED:
                feedback.append(Feedback("abandonment", end))
        elif (after.time - end).total_seconds() <= _REPLY_WITHIN and (kind := _kind(turn, after)):
            feedback.append(Feedback(kind, after.time, after.text or ""))
        result.append(replace(turn, feedback=tuple(feedback)) if feedback else turn)
    return result


def _kind(turn: Turn, after: Turn) -> str | None:
    """What the next request looks like, as far as it was heard."""
    first, second = normalize(turn.text or ""), normalize(after.text or "")
    words = WORDS.get(turn.locale.partition("-")[0])
    for kind, pattern in (("correction", words.meant), ("teaching", words.teach)) if words else ():
        if second.startswith(normalize(pattern.partition("{}")[0]) or pattern):
            return kind
    if first == second:
        return "reprompt"
    mine, others = set(first.split()), set(second.split())
    return "rephrase" if len(mine & others) >= _ALIKE * len(mine | others) else None
