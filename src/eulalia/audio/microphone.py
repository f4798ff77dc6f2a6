"""The microphone, through PortAudio; needs the extra `microphone`."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from eulalia.audio.samples import SAMPLE_RATE, AudioError, Samples

_BACKLOG: Final = 60.0  # seconds kept for a listener that is late; what comes after is lost
_PATIENCE: Final = 5.0  # seconds without any sound after which the device counts as gone


def listen(*, chunk_seconds: float = 0.032, device: int | str | None = None) -> Iterator[Samples]:
    """Chunks of sound from a microphone, for as long as they are asked for.

    `device` is PortAudio's number or part of a name; None is the system's default. Closing the
    iterator, or no longer asking it, frees the device.

    Raises AudioError when sounddevice or PortAudio is not installed, no such device is there, or
    it stops sending.
    """
    sounddevice = _sounddevice()
    blocksize = max(1, round(chunk_seconds * SAMPLE_RATE))
    chunks: queue.Queue[Samples] = queue.Queue(maxsize=max(1, int(_BACKLOG / chunk_seconds)))

    def keep(data: Any, frames: int, time: object, status: object) -> None:
        # Runs in PortAudio's thread, where waiting would stop the device.
        if not chunks.full():
            chunks.put_nowait(np.array(data[:, 0], dtype=np.float32))

    try:
        with sounddevice.InputStream(
            samplerate=SAMPLE_RATE,
            blocksize=blocksize,
            device=device,
            channels=1,
            dtype="float32",
            callback=keep,
        ):
            while True:
                yield chunks.get(timeout=_PATIENCE)
    except queue.Empty as error:
        raise AudioError("The microphone sends nothing; check that it is plugged in.") from error
    except (sounddevice.PortAudioError, ValueError) as error:
        raise AudioError(
            f"No microphone can be opened ({_first_line(error)}); plug one in, or name another "
            "device."
        ) from error


def _sounddevice() -> Any:
    try:
        import sounddevice  # type: ignore[import-untyped]
    except ImportError as error:
        raise AudioError(
            "Listening to a microphone needs sounddevice; run `pip install eulalia[microphone]`."
        ) from error
    except OSError as error:
        raise AudioError(
            "Listening to a microphone needs the PortAudio library; install it (on Debian, the "
            "package libportaudio2)."
        ) from error
    return sounddevice


def _first_line(error: Exception) -> str:
    return str(error.args[0] if error.args else error).splitlines()[0].rstrip(".")
