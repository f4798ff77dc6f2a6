"""What the recogniser's other readings of a turn would have meant."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from eulalia.learning.columns import Columns
from eulalia.learning.evidence.basics import Floats, is_known
from eulalia.learning.ngrams import words
from eulalia.learning.reader import OTHER, Reader
from eulalia.learning.similarity import letters_alike
from eulalia.learning.wording import Wording

_MOST = 3
"""Other readings that are looked at."""
Words = tuple[str, ...]


def hearings(
    columns: Columns, wording: Wording, reader: Reader, surprise: Floats
) -> dict[str, Floats]:
    """Whether another hearing makes more sense, came true next, or would be understood otherwise.

    Where all of them would be understood alike, the ears hardly mattered.
    """
    places: list[int] = []
    heard: list[Words] = []
    known = is_known(columns.turns)
    for place, turn in enumerate(columns.turns):
        span = turn.span("asr") if known[place] else None
        readings = [tuple(words(h.value, turn.locale)) for h in span.hypotheses] if span else []
        different = [reading for reading in readings if reading != columns.words[place]][:_MOST]
        heard += different
        places += [place] * len(different)
    where = np.array(places, np.intp)
    first = [columns.words[place] for place in places]
    lost = [tuple(word for word in a if word not in b) for a, b in zip(first, heard, strict=True)]
    new = [tuple(word for word in b if word not in a) for a, b in zip(first, heard, strict=True)]
    found = {
        "clearer": surprise[where] - wording.surprise(heard).mean,
        "came": _came(columns, where, heard),
        **_meant(columns, where, heard, reader),
        "lost_rare": wording.rarity(lost),
        "new_rare": wording.rarity(new),
    }
    columns_found = {}
    for name, values in found.items():
        most = np.full(len(columns), np.nan)
        np.fmax.at(most, where, values)
        columns_found[f"other_hearing_{name}"] = most
    return columns_found


def _came(columns: Columns, where: npt.NDArray[np.intp], heard: list[Words]) -> Floats:
    """How much more alike the next request is to this hearing than to the one that was taken."""
    following = columns.neighbour(1)[where]
    rows = np.flatnonzero(following >= 0)
    after = [columns.texts[place] for place in following[rows]]
    came = np.full(len(where), np.nan)
    came[rows] = letters_alike([" ".join(heard[row]) for row in rows], after) - letters_alike(
        [columns.texts[place] for place in where[rows]], after
    )
    return came


def _meant(
    columns: Columns, where: npt.NDArray[np.intp], heard: list[Words], reader: Reader
) -> dict[str, Floats]:
    """How much better another intent fits this hearing, how much worse the one that was taken, and
    how surely words of slots came or went."""
    names = {name: number for number, name in enumerate(reader.intents)}
    meanings = [columns.turns[place].interpretation for place in where]
    taken = np.array([names.get(m.intent, -1) if m else -1 for m in meanings], np.intp)
    told = np.flatnonzero(taken >= 0)
    rows = np.arange(len(where))
    first = [columns.words[place] for place in where]
    before = np.log(reader.intent_probabilities(first) + 1e-4)
    after = np.log(reader.intent_probabilities(heard) + 1e-4)
    own = np.where(taken >= 0, after[rows, taken], np.nan)
    others = after.copy()
    others[told, taken[told]] = -np.inf
    gained, gone = np.zeros(len(where)), np.zeros(len(where))
    tagged = reader.tag_probabilities(first), reader.tag_probabilities(heard)
    other = reader.tags.index(OTHER)
    for row, (mine, its) in enumerate(zip(*tagged, strict=True)):
        mine_of = dict(zip(first[row], 1 - mine[:, other], strict=True))
        its_of = dict(zip(heard[row], 1 - its[:, other], strict=True))
        gained[row] = max((p for w, p in its_of.items() if w not in mine_of), default=0.0)
        gone[row] = max((p for w, p in mine_of.items() if w not in its_of), default=0.0)
    return {
        "intent_worse": np.where(taken >= 0, before[rows, taken], np.nan) - own,
        "intent_other": others.max(axis=1, initial=-np.inf) - own,
        "slot_gained": gained,
        "slot_gone": gone,
    }
