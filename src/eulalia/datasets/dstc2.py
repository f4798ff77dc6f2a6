"""DSTC2: people and a machine speak about restaurants (Henderson, Thomson & Williams 2014).

Read in the form of JSON files that hold, for each dialogue, what was said in turn and after each
of the user's turns the goal as far as it was told. The texts are transcripts: what was said.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.members import read_members
from eulalia.truth import TrueSlot, Truth
from eulalia.turn import Answer, Outcome, Turn

START = datetime(2013, 1, 1, tzinfo=UTC)
"""When the first dialogue is taken to begin; the data tell no times."""
UNKNOWN = "null"
"""A slot of the goal that the user has not told yet."""

_NOT_UNDERSTOOD = re.compile(r"can't hear|confused|tell me again|repeat", re.IGNORECASE)
_UNAVAILABLE = re.compile(r"\bno (other )?\w.*restaurant|\bno restaurant", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation: the user's requests, the machine's answers and what was wanted."""

    name: str
    requests: tuple[str, ...]
    answers: tuple[str | None, ...]
    """To each request; None where the user hung up."""
    goals: tuple[tuple[TrueSlot, ...], ...]
    """At each request: area, food and price range, those that the user has told."""


def read_dialogues(path: str | Path) -> list[Dialogue]:
    """The dialogues of a JSON file, or of all in a folder or tar archive.

    Raises DatasetError when there are none, and for the first that has another form.
    """
    return [
        dialogue
        for name, data in read_members(path, ".json")
        for dialogue in _dialogues(data, name)
    ]


def turns(dialogues: Iterable[Dialogue]) -> list[tuple[Turn, Truth]]:
    """A log in which every dialogue is a customer of its own, in the order given.

    A wish lasts as long as the user only adds to it; whoever wants another food or area than
    before has another wish. What the machine did is told from its answers.
    """
    return [
        pair
        for number, dialogue in enumerate(dialogues)
        for pair in _turns(dialogue, START + timedelta(minutes=10 * number))
    ]


def _dialogues(data: bytes, name: str) -> list[Dialogue]:
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{name} is not JSON in UTF-8 ({error}).") from error
    if not isinstance(content, list):
        raise DatasetError(f"{name} must hold a list of dialogues.")
    stem = Path(name.partition(" of ")[0]).stem
    return [
        _dialogue(row, f"{stem}-{number}", f"{name}, dialogue {number}")
        for number, row in enumerate(content, start=1)
    ]


def _dialogue(row: Any, name: str, place: str) -> Dialogue:
    match row:
        case {"user": list(user), "bot": list(bot), "goal": list(goals)}:
            requests = tuple(_text(item, place) for item in user)
            # The machine greets first: its next utterance answers the user's.
            answers = [_text(item, place) for item in bot[1:]]
        case _:
            raise DatasetError(f"{place} must have the lists 'user', 'bot' and 'goal'.")
    if len(goals) != len(requests) or len(bot) > len(requests) + 1:
        raise DatasetError(
            f"{place} has {len(requests)} requests, {len(goals)} goals and {len(bot)} utterances "
            "of the machine; each request has a goal and at most one answer."
        )
    silence = [None] * (len(requests) - len(answers))
    return Dialogue(name, requests, (*answers, *silence), tuple(_goal(g, place) for g in goals))


def _text(item: Any, place: str) -> str:
    match item:
        case [str(text)]:
            return text
    raise DatasetError(f"{place} must have each utterance as a list of one text, not {item!r}.")


def _goal(plain: Any, place: str) -> tuple[TrueSlot, ...]:
    if not isinstance(plain, dict) or not all(isinstance(value, str) for value in plain.values()):
        raise DatasetError(f"{place} must have objects of texts for 'goal', not {plain!r}.")
    return tuple(TrueSlot(name, value) for name, value in plain.items() if value != UNKNOWN)


def _turns(dialogue: Dialogue, start: datetime) -> list[tuple[Turn, Truth]]:
    name, wish, known = f"dstc2-{dialogue.name}", 1, dict[str, str]()
    pairs = []
    for number, (request, answer, goal) in enumerate(
        zip(dialogue.requests, dialogue.answers, dialogue.goals, strict=True)
    ):
        told = {slot.name: slot.value for slot in goal}
        wish += any(told.get(slot, value) != value for slot, value in known.items())
        known = told
        turn = Turn(
            id=hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:32],
            session=name,
            customer=name,
            locale="en-US",
            time=start + timedelta(seconds=15 * number),
            text=request,
            answer=None if answer is None else Answer(answer, "en-US"),
            outcome=_outcome(answer),
        )
        pairs.append((turn, Truth(turn.id, text=request, slots=goal, goal=f"{name}-{wish}")))
    return pairs


def _outcome(answer: str | None) -> Outcome | None:
    if answer is None:
        return None
    if _NOT_UNDERSTOOD.search(answer):
        return Outcome.NOT_UNDERSTOOD
    return Outcome.UNAVAILABLE if _UNAVAILABLE.search(answer) else Outcome.ANSWERED
