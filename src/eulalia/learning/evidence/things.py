"""Whether the thing that was taken is the one that was named."""

from __future__ import annotations

import numpy as np

from eulalia.learning.columns import Columns
from eulalia.learning.evidence.basics import Floats, agreement
from eulalia.learning.similarity import sounds, sounds_alike


def things(columns: Columns) -> dict[str, Floats]:
    """Whether the customer's words were taken for the same thing at other times, and how unlike in
    sound the thing's name is."""
    owners: list[int] = []
    words_said: list[tuple[str, str]] = []
    things: list[str] = []
    unlike = np.full(len(columns), np.nan)
    for place, turn in enumerate(columns.turns):
        meaning = turn.interpretation
        for entity in turn.entities:
            slot = meaning.slot(entity.slot) if meaning else None
            if slot is not None and isinstance(entity.value, str):
                owners.append(place)
                words_said.append((turn.customer, slot.value.casefold()))
                things.append(entity.value)
    where = np.array(owners, np.intp)
    said = np.unique([f"{a}\n{b}" for a, b in words_said], return_inverse=True)[1].astype(np.intp)
    taken = np.unique(things, return_inverse=True)[1].astype(np.intp)
    agreed = agreement(said, taken) if len(where) else np.zeros(0)
    usual = np.full(len(columns), np.nan)
    np.fmin.at(usual, where, agreed)
    alike = sounds_alike(
        [sounds(value) for _, value in words_said], [sounds(t.casefold()) for t in things]
    )
    np.fmax.at(unlike, where, 1 - alike)
    return {"thing_usual": usual, "thing_unlike_sounds": unlike}
