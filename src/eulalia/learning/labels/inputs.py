"""What the model of dialogues is told of each turn: words, kinds and numbers."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from eulalia.learning import signals
from eulalia.learning.columns import Columns
from eulalia.learning.ngrams import words
from eulalia.turn import Turn

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.intp]

FEATURES: Final = 1 << 18
"""Numbers that features are hashed to (Weinberger et al. 2009)."""
BUCKETS: Final = 1 << 14
"""Rows of the embedding table that they share."""
FIELDS: Final = 4
"""What was asked, what was asked next, what was answered, and all that is one of a few kinds."""
LONGEST: Final = 32
"""Turns of a dialogue that are read at once; a longer one is read in pieces."""
_WORDS: Final = 48
"""Words of a text that are read."""


@dataclass(frozen=True, slots=True)
class Bags:
    """Hashed features of many turns, turn after turn and in it field after field."""

    features: npt.NDArray[np.int32]
    ends: Integers
    """(turns * FIELDS,) where the features of each field end."""

    def take(self, places: Integers) -> Bags:
        """Those of some turns, in the order given."""
        fields = (places[:, None] * FIELDS + np.arange(FIELDS)).ravel()
        starts, lengths = self.starts[fields], self.lengths[fields]
        ends = np.cumsum(lengths)
        own = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        return Bags(self.features[np.repeat(starts, lengths) + own], ends)

    @property
    def starts(self) -> Integers:
        """(turns * FIELDS,) where the features of each field begin."""
        return np.concatenate([[0], self.ends[:-1]]).astype(np.intp)

    @property
    def lengths(self) -> Integers:
        """(turns * FIELDS,) how many features each field has."""
        return np.diff(self.ends, prepend=0)


@dataclass(frozen=True, slots=True)
class Inputs:
    """A log as the model reads it."""

    turns: tuple[Turn, ...]
    bags: Bags
    names: tuple[str, ...]
    """Of the numbers."""
    numbers: Floats
    """(turns, numbers); NaN where a turn does not tell."""
    dialogues: tuple[Integers, ...]
    """The places of each dialogue's turns in time, at most LONGEST."""

    @classmethod
    def of(cls, turns: Iterable[Turn]) -> Inputs:
        """What a log tells, whatever the order of its turns; sessions should be whole.

        The numbers are the signals of `learning.signals` (gaps, likenesses, confidences, loudness
        where there was sound) and a few lengths.
        """
        columns = Columns.of(turns)
        found = signals.read(columns)
        lengths = [
            [
                len(turn.text or ""),
                len(turn.answer.text) if turn.answer else np.nan,
                len(turn.interpretation.slots) if turn.interpretation else np.nan,
                turn.interpretation.confidence if turn.interpretation else np.nan,
            ]
            for turn in columns.turns
        ]
        own = np.array(lengths, np.float32).reshape(-1, len(_LENGTHS))
        return cls(
            turns=columns.turns,
            bags=_bags(columns),
            names=(*found.names, *_LENGTHS),
            numbers=np.concatenate([found.values.astype(np.float32), own], axis=1),
            dialogues=tuple(_pieces(columns)),
        )


_LENGTHS: Final = ("letters", "answer_letters", "slot_count", "confidence")


def _pieces(columns: Columns) -> Iterator[Integers]:
    """The dialogues, those that are too long in pieces of about equal length."""
    groups = columns.groups[columns.order]
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    for places in np.split(columns.order, starts[1:]):
        if len(places):
            yield from np.array_split(places, -(-len(places) // LONGEST))


def _bags(columns: Columns) -> Bags:
    features: list[int] = []
    ends: list[int] = []
    for turn, following in zip(columns.turns, columns.neighbour(1).tolist(), strict=True):
        after = columns.turns[following].text if following >= 0 else None
        answer = turn.answer.text if turn.answer else None
        for field in (
            _text(turn.text, "asked", turn.locale),
            # What is said next tells most about an answer, so that the turn is shown it at once.
            _text(after, "then", turn.locale),
            _text(answer, "answered", turn.answer.locale if turn.answer else turn.locale),
            [_number(kind) for kind in _kinds(turn)],
        ):
            features += field
            ends.append(len(features))
    return Bags(np.array(features, np.int32), np.array(ends, np.intp))


def _text(text: str | None, field: str, locale: str) -> list[int]:
    """Words and pairs of words; each field's are kept apart."""
    if text is None:
        return [_number(f"no {field}")]
    found = words(text[: 40 * _WORDS], locale)[:_WORDS]
    pairs = zip(["^", *found], [*found, "$"], strict=True)
    features = dict.fromkeys([*found, *map(" ".join, pairs)])
    return [_number(f"{field} {feature}") for feature in features]


def _kinds(turn: Turn) -> Iterator[str]:
    yield f"outcome {turn.outcome}"
    yield f"device {turn.context.device_type}"
    yield f"skill {turn.skill}"
    yield from {f"feedback {feedback.kind}" for feedback in turn.feedback}
    meaning = turn.interpretation
    yield f"intent {meaning and meaning.intent}"
    yield f"domain {meaning and meaning.domain}"
    yield from {f"slot {slot.name}" for slot in meaning.slots} if meaning else ()
    if turn.rewrite:
        yield f"rewrite {turn.rewrite.source}"
    if (span := turn.span("nlu")) and len(span.hypotheses) > 1:
        yield f"second {span.hypotheses[1].value}"


@lru_cache(maxsize=200_000)
def _number(feature: str) -> int:
    return zlib.crc32(feature.encode("utf-8", "surrogatepass")) % FEATURES


def padded(dialogues: Iterable[Integers]) -> tuple[Integers, npt.NDArray[np.bool_]]:
    """(dialogues, turns) places, 0 where a dialogue is over, and whether there is a turn."""
    dialogues = list(dialogues)
    width = max(map(len, dialogues), default=0)
    places = np.zeros((len(dialogues), width), np.intp)
    there = np.zeros((len(dialogues), width), np.bool_)
    for row, own in enumerate(dialogues):
        places[row, : len(own)] = own
        there[row, : len(own)] = True
    return places, there


def standardized(numbers: Any, means: Any, deviations: Any) -> Any:
    """(turns, 2 * numbers) each number about 0 with deviation 1, and whether it is missing."""
    missing = np.isnan(numbers)
    scaled = np.where(missing, 0.0, (numbers - means) / deviations).clip(-5.0, 5.0)
    return np.concatenate([scaled, missing], axis=1).astype(np.float32)
