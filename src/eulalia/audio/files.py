"""Sound files: any kind that libsndfile knows comes in, 16-bit WAV goes out."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import numpy as np
import soundfile  # type: ignore[import-untyped]
import soxr  # type: ignore[import-untyped]

from eulalia.audio.samples import SAMPLE_RATE, AudioError, Samples, check

_BLOCK: Final = (
    10.0  # seconds decoded at once, so that a long file never lies whole in memory twice
)
_LOWEST_RATE: Final = 4_000  # hertz; below it no speech is left
_HIGHEST_RATE: Final = 768_000
_UNKNOWN_LENGTH: Final = 1 << 60  # libsndfile gives such counts when a header does not say


def read(path: str | os.PathLike[str], *, limit_seconds: float = 3_600.0) -> Samples:
    """The sound in a file of any format that libsndfile reads, whatever its name ends in.

    Channels are averaged and the result is resampled to 16 kHz (soxr, high quality). Sound louder
    than full scale, as files of floats may hold, is scaled down to it.

    Raises AudioError, naming the file, when it is missing, a folder, not sound, broken, empty,
    longer than `limit_seconds` (found before it is decoded), or holds samples that are not finite.
    """
    path = Path(path)
    with _opened(path) as sound:
        if not _LOWEST_RATE <= sound.samplerate <= _HIGHEST_RATE:
            raise AudioError(
                f"{path} has {sound.samplerate:,} samples a second; convert it to a rate from "
                f"{_LOWEST_RATE:,} to {_HIGHEST_RATE:,}."
            )
        if sound.frames < _UNKNOWN_LENGTH:
            _refuse_longer(path, sound.frames / sound.samplerate, limit_seconds)
        samples: Samples = np.concatenate([*_decoded(path, sound, limit_seconds)])
    peak = float(np.abs(samples).max())
    if peak > 1:
        samples /= np.float32(peak)
    return samples


def write(path: str | os.PathLike[str], samples: Samples, sample_rate: int = SAMPLE_RATE) -> None:
    """A 16-bit mono WAV file, there whole or not at all; a file of that name is replaced.

    Values beyond [-1, 1] are cut off at full scale.

    Raises AudioError when `check` refuses the samples or the file cannot be written.
    """
    check(samples)
    path = Path(path)
    part = path.with_name(f".{uuid4().hex}.part")
    try:
        part.write_bytes(_wav(samples, sample_rate))
        part.replace(path)
    except OSError as error:
        raise AudioError(
            f"{path} cannot be written ({error.strerror}); name a file in a folder that exists, "
            "has space left and may be written to."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def resample(samples: Samples, sample_rate: float) -> Samples:
    """Sound of another sample rate, in hertz, at 16 kHz; shape (n,) to (n · 16,000 / rate,).

    Raises AudioError when `check` refuses the samples or the rate is none that sound has.
    """
    check(samples)
    if not _LOWEST_RATE <= sample_rate <= _HIGHEST_RATE:
        raise AudioError(
            f"Sound cannot have {sample_rate:g} samples a second; give a rate from "
            f"{_LOWEST_RATE:,} to {_HIGHEST_RATE:,}."
        )
    resampled: Samples = soxr.resample(samples, sample_rate, SAMPLE_RATE, quality="HQ")
    return resampled


def _wav(samples: Samples, sample_rate: int) -> bytes:
    # In memory first, because libsndfile does not tell when a disk is full.
    stream = io.BytesIO()
    soundfile.write(stream, samples, sample_rate, format="WAV", subtype="PCM_16")
    return stream.getvalue()


class _Sound(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file read from start to end."""

    def seekable(self) -> bool:
        """No: soundfile would seek after each read, and fail at the end of an unknown length."""
        return False


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if path.is_dir():
        raise AudioError(f"{path} is a folder; name a sound file in it.")
    if not path.exists():
        raise AudioError(f"There is no file {path}; check its name.")
    if not path.is_file():
        raise AudioError(f"{path} is not an ordinary file; save the sound to one first.")
    try:
        # Opened here rather than by soundfile, which would take a file named .raw at its word.
        with (
            path.open("rb") as stream,
            _Sound(stream.fileno(), closefd=False) as sound,
        ):
            yield sound
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{path} is not a sound file that can be read ({error.error_string.rstrip('.')}); "
            "WAV, FLAC, Ogg and MP3 can be."
        ) from error
    except OSError as error:
        raise AudioError(f"{path} cannot be read ({error.strerror}).") from error


def _decoded(path: Path, sound: Any, limit_seconds: float) -> Iterator[Samples]:
    """The sound at 16 kHz, block by block."""
    rate = sound.samplerate
    resampler = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
    decoded = 0
    while len(block := sound.read(int(_BLOCK * rate), dtype="float32", always_2d=True)):
        decoded += len(block)
        _refuse_longer(path, decoded / rate, limit_seconds)
        mono = np.ascontiguousarray(block.mean(axis=1, dtype=np.float32))
        if not np.isfinite(mono).all():
            raise AudioError(f"{path} holds samples that are NaN or infinite; record it again.")
        yield mono if rate == SAMPLE_RATE else resampler.resample_chunk(mono)
    if decoded == 0:
        raise AudioError(f"{path} holds 0 samples; record it again.")
    if rate != SAMPLE_RATE:
        yield resampler.resample_chunk(np.zeros(0, dtype=np.float32), last=True)


def _refuse_longer(path: Path, seconds: float, limit_seconds: float) -> None:
    if seconds > limit_seconds:
        raise AudioError(
            f"{path} lasts {seconds:,.1f} seconds and at most {limit_seconds:,.0f} are read; "
            "cut it into parts."
        )
