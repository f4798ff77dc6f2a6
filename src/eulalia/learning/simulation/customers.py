"""How customers react to an answer: they know what they wanted, and see only what comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from types import MappingProxyType
from typing import Final

from eulalia.learning.simulation.households import Household
from eulalia.learning.simulation.phrasebook import Phrasebook, Wish
from eulalia.truth import Failure
from eulalia.turn import Outcome, Turn


@dataclass(frozen=True, slots=True)
class Words:
    """What customers say about an answer, in a language; {} is filled with requests."""

    meant: str
    teach: str
    wrong: str
    thanks: str


WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "ar": Words(
            "لا قصدت {}",
            "عندما أقول {} أقصد {}",
            "هذا خطأ",
            "شكرا",
        ),
        "de": Words(
            "nein ich meinte {}",
            "wenn ich {} sage meine ich {}",
            "das ist falsch",
            "danke",
        ),
        "en": Words(
            "no i meant {}",
            "when i say {} i mean {}",
            "that's wrong",
            "thank you",
        ),
        "es": Words(
            "no quise decir {}",
            "cuando digo {} quiero decir {}",
            "eso está mal",
            "gracias",
        ),
        "fr": Words(
            "non je voulais dire {}",
            "quand je dis {} je veux dire {}",
            "c'est faux",
            "merci",
        ),
        "hi": Words(
            "नहीं मेरा मतलब था {}",
            "जब मैं {} कहूँ तो मेरा मतलब है {}",
            "यह गलत है",
            "धन्यवाद",
        ),
        "it": Words(
            "no volevo dire {}",
            "quando dico {} intendo {}",
            "è sbagliato",
            "grazie",
        ),
        "ja": Words(
            "いや僕が言ったのは{}",
            "僕が{}と言ったら{}という意味",
            "違います",
            "ありがとう",
        ),
        "pt": Words(
            "não quis dizer {}",
            "quando digo {} quero dizer {}",
            "está errado",
            "obrigado",
        ),
        "ru": Words(
            "нет я имел в виду {}",
            "когда я говорю {} я имею в виду {}",
            "это неправильно",
            "спасибо",
        ),
        "sw": Words(
            "hapana nilimaanisha {}",
            "nikisema {} namaanisha {}",
            "si sahihi",
            "asante",
        ),
        "zh": Words(
            "不我是说{}",
            "当我说{}的时候我是指{}",
            "不对",
            "谢谢",
        ),
    }
)
_NOTICED: Final[Mapping[Failure, float]] = MappingProxyType(
    {Failure.SLOT: 0.8, Failure.RESOLUTION: 0.88, Failure.RESULT: 0.75}
)
"""Chance to notice that what was done is not what was wanted; the others are more obvious."""
_OBVIOUS: Final = 0.95
_LONGEST: Final = 5
"""Attempts at one wish."""


class Move(StrEnum):
    """What a customer does next."""

    LEAVE = "leave"
    """Nothing more, satisfied or not."""
    REPEAT = "repeat"
    """The same, louder and slower."""
    REPHRASE = "rephrase"
    CORRECT = "correct"
    """"No, I meant …"."""
    TEACH = "teach"
    """"When I say … I mean …", after it went well at last."""
    CONTINUE = "continue"
    """Another wish."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a customer does about an answer."""

    move: Move
    said: str = ""
    """The request that follows; empty for LEAVE and CONTINUE."""
    thanks: str = ""
    complaint: str = ""
    """What is said about the answer before anything else."""
    interrupts: bool = False
    """Whether the answer is cut off."""


def react(
    household: Household,
    phrasebook: Phrasebook,
    wish: Wish,
    said: Sequence[str],
    turn: Turn,
    failure: Failure,
    satisfied: bool,
    rng: Random,
) -> Reaction:
    """The reaction to a turn of whoever wanted `wish` and has `said` so much for it, last last.

    The shares of the moves are assumptions; docs/LEARNING.md names them.
    """
    words = WORDS.get(household.locale.partition("-")[0])
    if satisfied or (turn.outcome is Outcome.ANSWERED and not _notices(failure, rng)):
        return _content(words, said, rng)
    possible = household.can(wish)
    done_wrong = turn.outcome is Outcome.ANSWERED
    interrupts = done_wrong and rng.random() < 0.4
    complaint = words.wrong if words and done_wrong and rng.random() < 0.1 else ""
    patience = household.patience * 0.88 ** (len(said) - 1) * (1.0 if possible else 0.4)
    if rng.random() > patience or len(said) >= _LONGEST:
        return Reaction(Move.LEAVE, complaint=complaint, interrupts=interrupts)
    other = phrasebook.rephrase(wish, said, rng)
    place = rng.random()
    if words and done_wrong and place < 0.18:
        move, request = Move.CORRECT, words.meant.format(other or said[0])
    elif other is None or place < 0.55:
        move, request = Move.REPEAT, said[-1]
    else:
        move, request = Move.REPHRASE, other
    return Reaction(move, request, complaint=complaint, interrupts=interrupts)


def _notices(failure: Failure, rng: Random) -> bool:
    return rng.random() < _NOTICED.get(failure, _OBVIOUS)


def _content(words: Words | None, said: Sequence[str], rng: Random) -> Reaction:
    """The reaction to what went well, or seems to have."""
    interrupts = rng.random() < 0.02  # some never let anybody finish
    if words and len(said) > 1 and said[-1] != said[0] and rng.random() < 0.08:
        lesson = words.teach.format(said[0], said[-1])
        return Reaction(Move.TEACH, lesson, interrupts=interrupts)
    thanks = words.thanks if words and rng.random() < 0.05 else ""
    move = Move.CONTINUE if rng.random() < 0.22 else Move.LEAVE
    return Reaction(move, thanks=thanks, interrupts=interrupts)
