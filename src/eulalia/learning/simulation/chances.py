"""Chances that are the same on every machine: drawn from names rather than from a shared stream.

What one customer does then never depends on what another does, nor on how the assistant answered
somebody else: two assistants can be tried on the very same days.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from statistics import NormalDist
from typing import Final, TypeVar

T = TypeVar("T")

NORMAL: Final = NormalDist()
_WHOLE: Final = float(1 << 64)


def identifier(*names: object) -> str:
    """32 hexadecimal digits that these names, and no others, have."""
    return blake2b("\x1f".join(map(str, names)).encode(), digest_size=16).hexdigest()


def share(*names: object) -> float:
    """A number between 0 and 1, both excluded, that these names always have."""
    digest = blake2b("\x1f".join(map(str, names)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") + 0.5) / _WHOLE * (1 - 1e-12) + 5e-13


def stream(*names: object) -> random.Random:
    """A stream of random numbers that these names always have."""
    digest = blake2b("\x1f".join(map(str, names)).encode(), digest_size=8).digest()
    return random.Random(int.from_bytes(digest, "big"))


def draw(choices: Sequence[T], weights: Sequence[float], at: float) -> T:
    """The choice in whose stretch of the weights laid end to end the share `at` falls."""
    sums = list(accumulate(weights))
    place = at * sums[-1]
    return next((c for c, total in zip(choices, sums, strict=True) if place < total), choices[-1])
