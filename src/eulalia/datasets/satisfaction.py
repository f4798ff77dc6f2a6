"""USS: dialogues whose turns several annotators rated (Sun et al. 2021).

The files hold a line an utterance: who speaks, the text, its act and, for the user's, the ratings
from 1 (very dissatisfied) to 5 (very satisfied). A rating tells how satisfied the user is on
saying this, that is with what the system said before. An empty line ends a dialogue, before which
stands the rating of the whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from eulalia.datasets.errors import DatasetError
from eulalia.datasets.members import read_members
from eulalia.truth import Truth
from eulalia.turn import Answer, Outcome, Turn

START = datetime(2021, 1, 1, tzinfo=UTC)
"""When the first dialogue is taken to begin; the data tell no times."""
SATISFIED = 3
"""The least rating of an annotator who is satisfied: "understands the request, and satisfies it at
least in part or tells how it can be"."""

_OVERALL = "OVERALL"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one of the two said."""

    is_user: bool
    text: str
    act: str
    """Names of what it does, such as Hotel-Request; may be empty."""
    ratings: tuple[int, ...]
    """Of the user's: from 1 to 5, an annotator each."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation of a user and a system."""

    name: str
    utterances: tuple[Utterance, ...]
    overall: tuple[int, ...]
    """The annotators' ratings of the whole; none where they are not told."""


def read_dialogues(path: str | Path) -> list[Dialogue]:
    """The dialogues of a text file, or of all in a folder or tar archive.

    Raises DatasetError when there are none, and for the first broken line.
    """
    return [
        dialogue for name, data in read_members(path, ".txt") for dialogue in _dialogues(data, name)
    ]


def turns(dialogues: Iterable[Dialogue]) -> list[tuple[Turn, Truth]]:
    """A log in which every dialogue is a customer of its own, in the order given.

    A turn is all that the user says before the system does, and the system's whole answer. Its
    ratings are those of the user's next utterance; the last turn has those of the whole dialogue.
    """
    return [
        pair
        for number, dialogue in enumerate(dialogues)
        for pair in _turns(dialogue, START + timedelta(hours=number))
    ]


def majority(ratings: tuple[int, ...]) -> bool | None:
    """Whether more than half of the annotators are satisfied; None when they are divided evenly.

    >>> majority((2, 3, 4)), majority((2, 2, 3, 3))
    (True, None)
    """
    satisfied = sum(rating >= SATISFIED for rating in ratings)
    return None if 2 * satisfied == len(ratings) else 2 * satisfied > len(ratings)


def _dialogues(data: bytes, name: str) -> Iterator[Dialogue]:
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DatasetError(f"{name} is not in UTF-8 ({error}).") from error
    stem = Path(name.partition(" of ")[0]).stem.lower()
    numbered = [(line, f"{name}, line {number}") for number, line in enumerate(lines, start=1)]
    blocks = (list(block) for filled, block in groupby(numbered, _is_filled) if filled)
    for number, block in enumerate(blocks, start=1):
        utterances = [_utterance(line, place) for line, place in block]
        overall = [u.ratings for u in utterances if u.is_user and u.text == _OVERALL]
        yield Dialogue(
            name=f"{stem}-{number}",
            utterances=tuple(u for u in utterances if not (u.is_user and u.text == _OVERALL)),
            overall=overall[-1] if overall else (),
        )


def _is_filled(numbered: tuple[str, str]) -> bool:
    return bool(numbered[0].strip())


def _utterance(line: str, place: str) -> Utterance:
    match line.split("\t"):
        case ["USER", text, act, ratings]:
            return Utterance(True, text, act, _ratings(ratings, place))
        case ["SYSTEM", text, act, _]:
            return Utterance(False, text, act, ())
    raise DatasetError(
        f"{place} must be USER or SYSTEM, a text, an act and ratings, with tabs between."
    )


def _ratings(text: str, place: str) -> tuple[int, ...]:
    pieces = [piece.strip() for piece in text.split(",")]
    if any(piece not in {"1", "2", "3", "4", "5"} for piece in pieces):
        raise DatasetError(f"{place} has the ratings {text!r}; they are numbers from 1 to 5.")
    return tuple(int(piece) for piece in pieces)


def _turns(dialogue: Dialogue, start: datetime) -> list[tuple[Turn, Truth]]:
    name = f"uss-{dialogue.name}"
    exchanges = _exchanges(dialogue)
    judged = [*(requests[0].ratings for requests, _ in exchanges[1:]), dialogue.overall]
    pairs = []
    for number, ((requests, answers), ratings) in enumerate(zip(exchanges, judged, strict=True)):
        text = " ".join(utterance.text for utterance in requests)
        answer = " ".join(utterance.text for utterance in answers)
        turn = Turn(
            id=hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:32],
            session=name,
            customer=name,
            locale="en-US",
            time=start + timedelta(seconds=30 * number),
            text=text,
            answer=Answer(answer, "en-US") if answers else None,
            outcome=Outcome.ANSWERED if answers else None,
        )
        truth = Truth(turn.id, text=text, goal=name, satisfied=majority(ratings), ratings=ratings)
        pairs.append((turn, truth))
    return pairs


def _exchanges(dialogue: Dialogue) -> list[tuple[list[Utterance], list[Utterance]]]:
    """What the user said in one go, and what the system said to it; a greeting answers nothing."""
    exchanges: list[tuple[list[Utterance], list[Utterance]]] = []
    for is_user, group in groupby(dialogue.utterances, lambda utterance: utterance.is_user):
        if is_user:
            exchanges.append((list(group), []))
        elif exchanges:
            exchanges[-1][1].extend(group)
    return exchanges
