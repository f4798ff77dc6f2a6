"""Augmentation of log-mel features: other speeds, throats, rooms, microphones and noises.

All of it works on features, where it costs a hundredth of what it would on sound. Energies add, so
noise is mixed by adding powers; reverberation is an exponential tail of power in every band.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter  # type: ignore[import-untyped]

MEAN, DEVIATION = 12.0, 5.4
"""Of the log energies, as `audio.LogMel` normalises them."""
SILENCE = -MEAN / DEVIATION
"""What digital silence looks like."""

Features = NDArray[np.float32]


def augment(
    features: Features, noises: list[Features], flush: int, random: np.random.Generator
) -> Features:
    """A changed copy of (frames, 80) features, with silence before and `flush` frames behind."""
    features = _stretch(features, random.uniform(0.85, 1.18))
    features = _warp_bands(features, random.uniform(0.88, 1.14))
    lead = np.full((random.integers(0, 25), features.shape[1]), SILENCE, np.float32)
    features = np.concatenate([lead, flushed(features, flush)])
    power = np.exp(features * DEVIATION + MEAN)
    if random.random() < 0.35:
        power = _reverberate(power, random)
    power *= _microphone(features.shape[1], random)
    if random.random() < 0.6:
        power += _noise(power, noises, random)
    result = (np.log(np.maximum(power, 1.0)) - MEAN) / DEVIATION
    return _mask(result.astype(np.float32), random)


def flushed(features: Features, flush: int) -> Features:
    """The features and so many frames of silence behind them."""
    tail = np.full((flush, features.shape[1]), SILENCE, np.float32)
    return np.concatenate([features, tail])


def _stretch(features: Features, factor: float) -> Features:
    """Slower (above 1) or faster."""
    length = max(4, round(len(features) * factor))
    return _interpolate(features, np.linspace(0, len(features) - 1, length))


def _warp_bands(features: Features, factor: float) -> Features:
    """A longer or shorter vocal tract (Jaitly & Hinton 2013)."""
    bands = np.clip(np.arange(features.shape[1]) * factor, 0, features.shape[1] - 1)
    return np.ascontiguousarray(_interpolate(features.T, bands).T)


def _interpolate(rows: Features, positions: NDArray[np.float64]) -> Features:
    below = np.minimum(positions.astype(int), len(rows) - 2) if len(rows) > 1 else np.zeros(1, int)
    share = (positions - below)[:, None].astype(np.float32)
    result: Features = (
        rows[below] * (1 - share) + rows[np.minimum(below + 1, len(rows) - 1)] * share
    )
    return result


def _reverberate(power: Features, random: np.random.Generator) -> Features:
    """A room whose sound falls by 60 dB in 0.15 to 0.7 seconds."""
    decay = 10 ** (-6 / (100 * random.uniform(0.15, 0.7)))
    share = random.uniform(0.05, 0.4) * (1 - decay)
    tail: Features = lfilter([share], [1, -decay], power, axis=0)
    return power + tail


def _microphone(bins: int, random: np.random.Generator) -> Features:
    """A gain, a tilt and a bump."""
    position = np.linspace(-1, 1, bins)
    curve = random.normal(0, 1.5) + random.normal(0, 0.8) * position
    curve += random.normal(0, 0.6) * np.cos(np.pi * (position + random.uniform(-1, 1)))
    result: Features = np.exp(curve).astype(np.float32)
    return result


def _noise(power: Features, noises: list[Features], random: np.random.Generator) -> Features:
    """A steady coloured noise, or a recorded one, at 0 to 30 dB below the speech."""
    loud = np.sort(power.sum(1))[-max(1, len(power) // 3) :].mean()
    target = loud * 10 ** (-random.uniform(0.0, 3.0))
    if noises and random.random() < 0.6:
        noise = noises[random.integers(len(noises))]
        start = random.integers(max(1, len(noise) - len(power)))
        rows = np.arange(start, start + len(power)) % len(noise)
        shape = np.exp(noise[rows] * DEVIATION + MEAN)
    else:
        colour = np.exp(random.normal(0, 1.5) * np.linspace(-1, 1, power.shape[1]))
        # Energies in a band of noise scatter from frame to frame.
        shape = colour * random.gamma(3, 1 / 3, power.shape)
    result: Features = (shape * (target / max(shape.sum(1).mean(), 1e-9))).astype(np.float32)
    return result


def _mask(features: Features, random: np.random.Generator) -> Features:
    """SpecAugment (Park et al. 2019): bands and moments left out."""
    mean = features.mean()
    for _ in range(2):
        width = int(random.integers(0, 18))
        start = random.integers(0, features.shape[1] - width)
        features[:, start : start + width] = mean
    for _ in range(len(features) // 120):
        width = int(random.integers(0, 16))
        start = random.integers(0, max(1, len(features) - width))
        features[start : start + width] = mean
    return features
