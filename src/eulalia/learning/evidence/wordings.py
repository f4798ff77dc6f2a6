"""How the words of a turn read: like a request, or like one that was misheard."""

from __future__ import annotations

import numpy as np

from eulalia.learning.columns import Columns
from eulalia.learning.evidence.basics import Floats, is_known
from eulalia.learning.wording import Wording


def wordings(columns: Columns, wording: Wording) -> dict[str, Floats]:
    """How surprising the words are, (turns,) a name; NaN in another language or without words."""
    surprise = wording.surprise(columns.words)
    foreign = ~is_known(columns.turns) | np.array([not text for text in columns.words], bool)

    def hide(values: Floats) -> Floats:
        return np.where(foreign, np.nan, values)

    return {
        "surprise": hide(surprise.mean),
        "surprise_largest": hide(surprise.largest),
        "surprise_second": hide(surprise.second),
        "surprise_last": hide(surprise.last),
        "unknown_words": hide(surprise.unknown),
        "rarest_word": hide(surprise.rarest),
        "words": np.array([len(text) for text in columns.words], float),
    }
