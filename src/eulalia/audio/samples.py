"""What sound is, everywhere in Eulalia: a float32 array in [-1, 1], 16,000 samples a second."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.errors import EulaliaError

SAMPLE_RATE: Final = 16_000
"""Hertz, of all sound inside Eulalia."""

Samples = NDArray[np.float32]
"""Shape (n,), in [-1, 1], at SAMPLE_RATE."""


class AudioError(EulaliaError):
    """Sound, or a file of it, that cannot be used."""


def check(samples: object, sample_rate: float = SAMPLE_RATE, *, empty: bool = False) -> Samples:
    """The array itself, once it is known to be sound as Eulalia keeps it.

    Sound without a sample is let through only where `empty` says so, as in the chunks of a stream.
    Values beyond [-1, 1] are let through: louder than full scale is no reason to refuse to listen.

    Raises AudioError for another type, shape or sample rate, for no samples, and for values that
    are not finite.
    """
    if not isinstance(samples, np.ndarray):
        kind = type(samples).__name__
        raise AudioError(f"Sound must be a NumPy array, not {kind}; audio.read gives one.")
    if samples.dtype != np.float32:
        raise AudioError(
            f"Sound must be of type float32 in [-1, 1], not {samples.dtype}; convert it, "
            "dividing whole numbers by their full scale (16-bit ones by 32768)."
        )
    if samples.ndim != 1:
        raise AudioError(
            f"Sound must be one channel in one dimension, not an array of shape {samples.shape}; "
            "average its channels."
        )
    if sample_rate != SAMPLE_RATE:
        raise AudioError(
            f"Sound must have {SAMPLE_RATE} samples a second, not {sample_rate:g}; resample it "
            "with audio.resample."
        )
    if samples.size == 0 and not empty:
        raise AudioError("The sound has 0 samples; give it at least one.")
    if not np.isfinite(samples).all():
        raise AudioError("The sound holds samples that are NaN or infinite; record it again.")
    return samples
