"""What the attempts at one thing came to in the end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from eulalia.learning.columns import Columns
from eulalia.learning.evidence.basics import Floats, changed, is_known
from eulalia.learning.ngrams import words
from eulalia.learning.reader import Reader
from eulalia.turn import Turn

STREAK_SECONDS = 20.0
"""Requests that follow one another within it are taken for attempts at one thing."""
_LONGEST_STREAK = 6


def endings(columns: Columns, reader: Reader) -> dict[str, Floats]:
    """How the last of the attempts at one thing was heard and understood, which is most likely what
    was meant: whether the words of this attempt would have told so."""
    here = np.arange(len(columns))
    following = columns.neighbour(1)
    going_on = (following >= 0) & (columns.gap(following) <= STREAK_SECONDS)
    end = here.copy()
    steps = np.zeros(len(columns))
    for _ in range(_LONGEST_STREAK):
        on = going_on[end]
        end = np.where(on, following[end], end)
        steps += on
    rows = np.flatnonzero(end != here)
    meant = end[rows]
    likeness = columns.likeness(rows, meant)
    lost, new = changed(columns, rows, meant)
    names = {name: number for number, name in enumerate(reader.intents)}
    known = is_known(columns.turns)[rows]
    # -1, the last column, stands for what the reader does not know.
    intents = np.array([names.get(_intent(turn), -1) for turn in columns.turns], np.intp)
    texts = np.full((len(rows), 2), np.nan)
    for column, (words_of, intent_of) in enumerate(((rows, meant), (meant, rows))):
        probabilities = reader.intent_probabilities([columns.words[place] for place in words_of])
        own = probabilities[np.arange(len(rows)), intents[intent_of]]
        told = known & (intents[intent_of] >= 0)
        texts[told, column] = np.log(own[told] + 1e-4)
    columns_found = {
        "end_letters": likeness.letters,
        "end_sounds": likeness.sounds,
        "end_text": columns.same_texts[rows] == columns.same_texts[meant],
        "end_intent": columns.intents[rows] == columns.intents[meant],
        "end_slots": columns.slots[rows] == columns.slots[meant],
        "end_lost_words": np.array([len(split) for split in lost], float),
        "end_new_words": np.array([len(split) for split in new], float),
        "end_intent_by_words": texts[:, 0],
        "intent_by_end_words": texts[:, 1],
        "end_values_heard": _values_heard(columns, rows, meant),
        "values_in_end": _values_heard(columns, meant, rows),
    }
    spread = {name: np.full(len(columns), np.nan) for name in columns_found}
    for name, values in columns_found.items():
        spread[name][rows] = values
    return {"streak": steps, **spread}


def _intent(turn: Turn) -> str:
    return turn.interpretation.intent if turn.interpretation else ""


def _values_heard(
    columns: Columns, texts: npt.NDArray[np.intp], meanings: npt.NDArray[np.intp]
) -> Floats:
    """Of the words of the slots of one turn, the share that was heard in another."""
    shares = []
    for text, meaning in zip(texts, meanings, strict=True):
        reading = columns.turns[meaning].interpretation
        values = [word for slot in reading.slots for word in words(slot.value)] if reading else []
        heard = columns.words[text]
        shares.append(sum(v in heard for v in values) / len(values) if values else np.nan)
    return np.array(shares, float)
