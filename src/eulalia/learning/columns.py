"""The turns of a log side by side, and which of them belong together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eulalia.learning.ngrams import words
from eulalia.learning.similarity import letters_alike, sounds, sounds_alike, words_alike
from eulalia.turn import Turn

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Columns:
    """What is read off each turn of a log once; a place is an index into all of these."""

    turns: tuple[Turn, ...]
    words: tuple[tuple[str, ...], ...]
    """Of the text as it came, before any rewrite."""
    texts: tuple[str, ...]
    """The words with a space between."""
    sounds: tuple[str, ...]
    intents: npt.NDArray[np.intp]
    """Equal for equal intents; 0 for none."""
    slots: npt.NDArray[np.intp]
    """Equal for equal sets of slots with their values."""
    same_texts: npt.NDArray[np.intp]
    """Equal for equal texts."""
    entities: npt.NDArray[np.intp]
    """Equal for what was resolved alike; 0 for nothing."""
    times: Floats
    """Seconds."""
    order: Places
    """The places by customer, session and time."""
    ranks: Places
    """Where each place stands in `order`."""
    groups: npt.NDArray[np.intp]
    """Equal for turns of one session of one customer."""

    @classmethod
    def of(cls, turns: Iterable[Turn]) -> Columns:
        """The columns of turns, which may come in any order."""
        turns = tuple(turns)
        cache: dict[tuple[str, str], tuple[tuple[str, ...], str, str]] = {}
        read = [_read(turn, cache) for turn in turns]
        groups = _codes((turn.customer, turn.session) for turn in turns)
        times = np.fromiter((turn.time.timestamp() for turn in turns), np.float64, len(turns))
        # The id settles what came at the same moment, so that a log's order never matters.
        ids = np.array([turn.id for turn in turns], dtype=np.str_)
        order = np.lexsort((ids, times, groups))
        ranks = np.empty(len(turns), np.intp)
        ranks[order] = np.arange(len(turns))
        return cls(
            turns=turns,
            words=tuple(item[0] for item in read),
            texts=tuple(item[1] for item in read),
            sounds=tuple(item[2] for item in read),
            intents=_codes(t.interpretation.intent if t.interpretation else None for t in turns),
            slots=_codes(_slots(turn) for turn in turns),
            same_texts=_codes(item[1].replace(" ", "") for item in read),
            entities=_codes(
                tuple((e.slot, str(e.value)) for e in turn.entities) or None for turn in turns
            ),
            times=times,
            order=order,
            ranks=ranks,
            groups=groups,
        )

    def __len__(self) -> int:
        return len(self.turns)

    def neighbour(self, lag: int) -> Places:
        """The turn that comes `lag` later (earlier, if negative) in the session; -1 for none."""
        wanted = self.ranks + lag
        inside = (wanted >= 0) & (wanted < len(self))
        places = np.full(len(self), -1, np.intp)
        places[inside] = self.order[wanted[inside]]
        apart = (places >= 0) & (self.groups[places] != self.groups)
        places[apart] = -1
        return places

    def gap(self, other: Places) -> Floats:
        """Seconds to the other turn, later or earlier; NaN where there is none."""
        gap = np.abs(self.times[other] - self.times) if len(self) else np.zeros(0)
        return np.where(other >= 0, gap, np.nan)

    def likeness(self, first: Places, second: Places) -> Likeness:
        """How alike the turns at these places are, pair by pair."""

        def pick(texts: tuple[str, ...], places: Places) -> list[str]:
            return [texts[place] for place in places]

        letters = letters_alike(pick(self.texts, first), pick(self.texts, second))
        return Likeness(
            letters=letters,
            words=words_alike(pick(self.texts, first), pick(self.texts, second)),
            sounds=sounds_alike(pick(self.sounds, first), pick(self.sounds, second)),
        )


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike pairs of texts are, from 0 to 1."""

    letters: Floats
    words: Floats
    sounds: Floats

    @property
    def most(self) -> Floats:
        """The largest of the three."""
        return np.maximum(np.maximum(self.letters, self.words), self.sounds)


def _read(
    turn: Turn, cache: dict[tuple[str, str], tuple[tuple[str, ...], str, str]]
) -> tuple[tuple[str, ...], str, str]:
    text = turn.text or ""
    known = cache.get((text, turn.locale))
    if known is None:
        split = tuple(words(text, turn.locale))
        joined = " ".join(split)
        known = cache[text, turn.locale] = (split, joined, sounds(joined))
    return known


def _slots(turn: Turn) -> Hashable:
    if turn.interpretation is None:
        return None
    return tuple(sorted((s.name, " ".join(words(s.value))) for s in turn.interpretation.slots))


def _codes(values: Iterable[Hashable]) -> npt.NDArray[np.intp]:
    """A number for each value, the same for equal ones; 0 for None."""
    numbers: dict[Hashable, int] = {None: 0}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.intp)
