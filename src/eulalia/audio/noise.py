"""Noise, rooms and loudness: what the world does to a voice before a microphone hears it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from eulalia.audio.samples import SAMPLE_RATE, AudioError, Samples, check

_SPEED_OF_SOUND: Final = 343.0  # metres a second, in air at 20 °C
_EARLY: Final = 0.05  # seconds of single echoes
_COLOURS: Final = {"white": 0.0, "pink": 1.0, "brown": 2.0}  # power falls with this power of f
_COLOURED_LEVEL: Final = -20.0  # dBFS
_LOWEST_COLOUR: Final = 20.0  # hertz; below it, brown noise would be all rumble


def mix(
    samples: Samples, noise: Samples, snr: float, rng: np.random.Generator | None = None
) -> Samples:
    """The sound with noise under it, at a signal-to-noise ratio in dB over the whole sound.

    Shorter noise is repeated; longer noise is cut, from its start or from where `rng` says. The
    sum is scaled down where it would go beyond full scale, which keeps the ratio.

    Raises AudioError when `check` refuses either sound, or one of them is silent, which leaves the
    ratio without a meaning.
    """
    signal_power, noise_power = _power(check(samples)), _power(check(noise))
    if signal_power == 0 or noise_power == 0:
        raise AudioError("Silence has no signal-to-noise ratio; mix two sounds that can be heard.")
    start = 0 if rng is None else int(rng.integers(len(noise)))
    under = np.resize(np.roll(noise, -start)[: len(samples)], len(samples))
    # The stretch of noise that is used may be quieter than the whole, even silent.
    stretch_power = _power(under) or noise_power
    gain = np.sqrt(signal_power / stretch_power * 10 ** (-snr / 10))
    return _within_full_scale(samples + np.float32(gain) * under)


def coloured_noise(kind: str, n: int, rng: np.random.Generator) -> Samples:
    """Noise of shape (n,) at -20 dBFS: white, pink (power falls as 1/f) or brown (as 1/f²).

    White noise shaped in the frequency domain, after Timmer & König (1995), "On generating power
    law noise".

    Raises AudioError for another kind, or no samples.
    """
    if kind not in _COLOURS:
        raise AudioError(f"There is no {kind!r} noise; choose one of {', '.join(_COLOURS)}.")
    if n < 1:
        raise AudioError(f"Noise of {n} samples cannot be made; ask for at least one.")
    if _COLOURS[kind] == 0:
        return normalize_level(rng.standard_normal(n).astype(np.float32), _COLOURED_LEVEL)
    # At least a second is made, since fewer samples than a period hold nothing of the low tones.
    length = max(n, SAMPLE_RATE)
    frequencies = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    shape = np.maximum(frequencies, _LOWEST_COLOUR) ** (-_COLOURS[kind] / 2)
    shape[0] = 0.0
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) * shape, length)[:n]
    return normalize_level(noise.astype(np.float32), _COLOURED_LEVEL)


def normalize_level(samples: Samples, level: float = -23.0) -> Samples:
    """The sound at a root-mean-square level in dBFS, or as near as full scale allows.

    Silence stays silence.

    Raises AudioError when `check` refuses the samples.
    """
    power = _power(check(samples))
    if power == 0:
        return samples.copy()
    return _within_full_scale(samples * np.float32(10 ** (level / 20) / np.sqrt(power)))


@dataclass(frozen=True, slots=True)
class Room:
    """A room with a speaker and a microphone in it."""

    size: tuple[float, float, float] = (4.0, 5.0, 2.6)
    """Metres: width, length, height."""
    reverberation: float = 0.3
    """Seconds until an echo has faded by 60 dB."""

    def __post_init__(self) -> None:
        if min(self.size) < 1 or max(self.size) > 20 or not 0 < self.reverberation <= 1.5:
            raise AudioError(
                "A room has sides from 1 to 20 metres and reverberates for up to 1.5 seconds, "
                f"not {self.size} and {self.reverberation:g}."
            )

    @classmethod
    def random(cls, rng: np.random.Generator) -> Self:
        """A room such as people live in, from a bathroom to a large kitchen."""
        width, length, height = rng.uniform((2.0, 2.5, 2.3), (5.0, 7.0, 3.0)).tolist()
        return cls((width, length, height), float(rng.uniform(0.15, 0.6)))


def impulse_response(room: Room, rng: np.random.Generator) -> NDArray[np.float32]:
    """What the microphone hears of a click, of shape (reverberation · 16,000 + 1,).

    It begins with the direct sound, at 1. Speaker and microphone stand where `rng` says.

    Early echoes by the image method of Allen & Berkley (1979), "Image method for efficiently
    simulating small-room acoustics", with the walls' absorption by Eyring's formula and negative
    reflection after Lehmann & Johansson (2008), which keeps rumble from building up. From 50 ms on,
    where single echoes can no longer be told apart, noise that fades as the images would.
    """
    size = np.array(room.size)
    length = int(room.reverberation * SAMPLE_RATE) + 1
    speaker, microphone = _positions(size, rng)
    direct = float(np.linalg.norm(speaker - microphone))
    early = min(length, int(_EARLY * SAMPLE_RATE))
    response = np.zeros(length)
    response[:early] = _echoes(room, speaker, microphone, early)

    # A shell of images holds as many as its volume has room for, and each is heard as the square
    # of its distance: the two cancel, and only the walls' absorption is left.
    time = direct / _SPEED_OF_SOUND + np.arange(early, length) / SAMPLE_RATE
    density = 4 * np.pi * _SPEED_OF_SOUND * direct**2 / (size.prod() * SAMPLE_RATE)
    envelope = np.sqrt(density) * 10 ** (-3 * time / room.reverberation)
    response[early:] = envelope * rng.standard_normal(length - early)
    return response.astype(np.float32)


def reverberate(samples: Samples, room: Room, rng: np.random.Generator) -> Samples:
    """The sound as heard in a room: as long, as loud and at the same time as before.

    Raises AudioError when `check` refuses the samples.
    """
    check(samples)
    response = impulse_response(room, rng)
    length = 1 << (len(samples) + len(response) - 2).bit_length()
    spectrum = np.fft.rfft(samples, length) * np.fft.rfft(response, length)
    heard = np.fft.irfft(spectrum, length)[: len(samples)].astype(np.float32)
    power = _power(heard)
    if power == 0:
        return samples.copy()
    return _within_full_scale(heard * np.float32(np.sqrt(_power(samples) / power)))


def _positions(
    size: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two places at least 30 cm from the walls, and from each other in any but tiny rooms."""
    margin = np.minimum(0.3, size / 4)
    speaker, microphone = rng.uniform(margin, size - margin, (2, 3))
    for _ in range(20):
        if np.linalg.norm(speaker - microphone) >= 0.3:
            break
        microphone = rng.uniform(margin, size - margin)
    return speaker, microphone


def _echoes(
    room: Room, speaker: NDArray[np.float64], microphone: NDArray[np.float64], length: int
) -> NDArray[np.float64]:
    """The direct sound, at 1, and the echoes that follow it within `length` samples."""
    direct = float(np.linalg.norm(speaker - microphone))
    reach = direct + length / SAMPLE_RATE * _SPEED_OF_SOUND
    axes = [_images(room.size[i], speaker[i], microphone[i], reach) for i in range(3)]
    x, y, z = np.meshgrid(*(offsets for offsets, _ in axes), indexing="ij", sparse=True)
    p, q, r = np.meshgrid(*(bounces for _, bounces in axes), indexing="ij", sparse=True)
    distance, reflections = np.sqrt(x**2 + y**2 + z**2), p + q + r
    heard = distance < reach
    distance, reflections = distance[heard], reflections[heard]

    amplitude = direct / distance * (-_reflection(room)) ** reflections
    delay = np.maximum(distance - direct, 0.0) / _SPEED_OF_SOUND * SAMPLE_RATE
    whole = delay.astype(np.int64)
    part = delay - whole  # an echo between two samples is shared out between them
    echoes = np.zeros(length + 1)
    np.add.at(echoes, whole, amplitude * (1 - part))
    np.add.at(echoes, whole + 1, amplitude * part)
    return echoes[:length]


def _images(
    size: float, speaker: float, microphone: float, reach: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Along one axis, how far the images lie from the microphone and how often each bounced."""
    k = np.arange(-int(reach / (2 * size)) - 1, int(reach / (2 * size)) + 3)
    offsets = np.concatenate([2 * k * size + speaker, 2 * k * size - speaker]) - microphone
    bounces = np.concatenate([np.abs(2 * k), np.abs(2 * k - 1)])
    return offsets, bounces


def _reflection(room: Room) -> float:
    """The share of amplitude that a wall gives back, by Eyring's formula."""
    width, length, height = room.size
    volume = width * length * height
    surface = 2 * (width * length + width * height + length * height)
    exponent = 12 * np.log(10) * volume / (_SPEED_OF_SOUND * surface * room.reverberation)
    return float(np.exp(-exponent))


def _power(samples: Samples) -> float:
    return float(np.mean(np.square(samples, dtype=np.float64)))


def _within_full_scale(samples: Samples) -> Samples:
    peak = float(np.abs(samples).max())
    return (samples / np.float32(peak) if peak > 1 else samples).astype(np.float32, copy=False)
