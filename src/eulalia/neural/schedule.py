"""The learning rate over a training run."""

from __future__ import annotations

import math
from collections.abc import Sequence


def learning_rate(
    epoch: float, cycles: Sequence[int], peaks: Sequence[float], step: int, warmup: int
) -> float:
    """The rate after so many epochs: it falls from each cycle's peak to nothing along a cosine
    (Loshchilov & Hutter 2017), and rises to the first one over `warmup` steps.

    `cycles` are lengths in epochs; after the last one the rate is 0.

    >>> learning_rate(0, [2, 4], [0.1, 0.05], step=99, warmup=100)
    0.1
    >>> learning_rate(4, [2, 4], [0.1, 0.05], step=999, warmup=100)
    0.025
    """
    for length, peak in zip(cycles, peaks, strict=True):
        if epoch < length:
            return (
                peak * min(1.0, (step + 1) / warmup) * (1 + math.cos(math.pi * epoch / length)) / 2
            )
        epoch -= length
    return 0.0
