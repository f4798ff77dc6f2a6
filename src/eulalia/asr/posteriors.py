"""What an acoustic model makes of a sound: log-probabilities of labels, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LogProbs = NDArray[np.float32]
"""Shape (frames, labels), natural logarithms."""

SURE_OF_BLANK: Final = 0.99
"""A frame whose blank is likelier than this says nothing but that no label is there."""


@dataclass(frozen=True, slots=True)
class Posteriors:
    """The outputs of an acoustic model for a stretch of sound."""

    subwords: LogProbs
    """(frames, pieces of text)"""
    phones: LogProbs
    """(frames, phones); for a model of letters alone, the letters once more."""
    states: NDArray[np.float32] | None = None
    """(frames, levels, width), what the network predicts both from; None unless asked for."""


def telling_frames(
    log_probs: LogProbs, blank: int, sure: float = SURE_OF_BLANK, after_blank: bool = False
) -> NDArray[np.intp]:
    """The frames worth decoding: of each run of frames surely blank, only the first.

    That one is kept because equal labels may need it between them. `after_blank` says that the
    frame before the first was surely blank.
    """
    surely_blank = log_probs[:, blank] > np.log(sure)
    before = np.concatenate([[after_blank], surely_blank[:-1]])[: len(surely_blank)]
    return np.flatnonzero(~(surely_blank & before))
