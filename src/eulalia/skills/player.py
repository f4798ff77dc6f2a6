"""What makes music sound: a queue of files, played through PortAudio."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final, Protocol

from eulalia.errors import EulaliaError
from eulalia.skills.skill import SkillError

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHANNELS: Final = 2
_BLOCK: Final = (
    4_096  # frames of a file read at once: a tenth of a second, so that pauses are quick
)
_GOODBYE: Final = 2.0  # seconds that a thread gets to leave the device


class PlayerError(SkillError):
    """Music that cannot sound here."""


class Player(Protocol):
    """What makes a queue of files sound, while the assistant goes on listening."""

    def play(
        self, paths: Sequence[str], *, gain: Callable[[], float], repeat: Callable[[], bool]
    ) -> None:
        """Begin the queue, in place of whatever sounds, and return at once.

        `gain` (0 is silent, 1 as it was recorded) and `repeat` (begin again at the end) are asked
        while it sounds. Raises PlayerError when nothing can sound here.
        """

    def pause(self) -> None:
        """Be silent, and remember where."""

    def resume(self) -> None:
        """Go on after a pause."""

    def playing(self) -> str | None:
        """The file of the queue that it is at, paused or not; None before and after."""


class Device(Protocol):
    """Where blocks of sound go; PortAudio's output stream is one."""

    @property
    def samplerate(self) -> float:
        """Hertz."""

    def write(self, data: NDArray[Any]) -> object:
        """Play float32 samples of shape (frames, CHANNELS), waiting until there is room."""

    def close(self) -> None:
        """Let go of the device."""


class Loudspeaker:
    """The player that sounds through this machine's usual output, while the program runs."""

    def __init__(self, open_device: Callable[[], Device] | None = None) -> None:
        """`open_device` raises PlayerError when it cannot; without it, PortAudio is used."""
        self._open_device = open_device or open_portaudio
        self._playback: _Playback | None = None

    def play(
        self, paths: Sequence[str], *, gain: Callable[[], float], repeat: Callable[[], bool]
    ) -> None:
        """Begin the queue; files that cannot be read are passed over."""
        self.stop()
        device = self._open_device()
        self._playback = _Playback(device, paths, gain, repeat)
        self._playback.start()
        # PortAudio must not be taken down under a thread that is writing to it.
        atexit.register(self._playback.stop)

    def pause(self) -> None:
        """Be silent, and remember where."""
        if self._playback:
            self._playback.going.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        if self._playback:
            self._playback.going.set()

    def playing(self) -> str | None:
        """The file that it is at, or None."""
        return self._playback.path if self._playback and self._playback.is_alive() else None

    def stop(self) -> None:
        """End the queue, and let go of the device."""
        if self._playback:
            self._playback.stop()
            self._playback = None


class _Playback(Thread):
    """One queue while it sounds."""

    def __init__(
        self,
        device: Device,
        paths: Sequence[str],
        gain: Callable[[], float],
        repeat: Callable[[], bool],
    ) -> None:
        super().__init__(name="music", daemon=True)
        self.going = Event()
        self.going.set()
        self.path = paths[0] if paths else None
        self._ended = False
        self._device = device
        self._paths = tuple(paths)
        self._gain = gain
        self._repeat = repeat

    def run(self) -> None:
        try:
            with closing(self._device):
                # A queue of which nothing can be read any more is not begun again.
                while self._play_once() and self._repeat():
                    pass
        except EulaliaError:
            pass  # the memory is closed: whoever wanted music has gone
        finally:
            atexit.unregister(self.stop)

    def stop(self) -> None:
        self._ended = True
        self.going.set()
        self.join(_GOODBYE)

    def _play_once(self) -> bool:
        """Play the queue; whether any of it sounded, and to its end."""
        sounded = False
        for path in self._paths:
            self.path = path
            for block in _blocks(path, self._device.samplerate):
                self.going.wait()
                if self._ended:
                    return False
                self._device.write(block * self._gain())
                sounded = True
        return sounded


def _blocks(path: str, rate: float) -> Iterator[NDArray[Any]]:
    """A file's sound at that rate, in blocks of shape (frames, CHANNELS), as far as it is read."""
    import numpy as np
    import soundfile  # type: ignore[import-untyped]
    import soxr  # type: ignore[import-untyped]

    try:
        with soundfile.SoundFile(os.fsencode(path)) as file:
            resampler = soxr.ResampleStream(file.samplerate, rate, CHANNELS, dtype="float32")
            while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
                # One channel sounds on both sides; of more than two, the first are left and right.
                stereo = np.broadcast_to(block[:, :CHANNELS], (len(block), CHANNELS))
                yield resampler.resample_chunk(np.ascontiguousarray(stereo))
            yield resampler.resample_chunk(np.zeros((0, CHANNELS), np.float32), last=True)
    except (OSError, RuntimeError):
        return  # removed or spoiled since it was listed; the next one is played


def open_portaudio() -> Device:
    """PortAudio's usual output; raises PlayerError where there is none."""
    try:
        import sounddevice  # type: ignore[import-untyped]
    except ImportError as error:
        raise PlayerError(
            "Music sounds through sounddevice; run `pip install eulalia[microphone]`."
        ) from error
    except OSError as error:
        raise PlayerError(
            "Music sounds through the PortAudio library; install it (on Debian, the package "
            "libportaudio2)."
        ) from error
    try:
        return _PortAudio(sounddevice)
    except (sounddevice.PortAudioError, ValueError) as error:
        reason = str(error.args[0] if error.args else error).splitlines()[0].rstrip(".")
        raise PlayerError(
            f"No loudspeaker can be opened ({reason}); plug one in, or choose another."
        ) from error


class _PortAudio:
    """An output stream whose end, when the device is unplugged, is told as ours."""

    def __init__(self, sounddevice: Any) -> None:
        self._error = sounddevice.PortAudioError
        self._stream = sounddevice.OutputStream(channels=CHANNELS, dtype="float32")
        self._stream.start()
        self.samplerate = float(self._stream.samplerate)

    def write(self, data: NDArray[Any]) -> None:
        try:
            self._stream.write(data)
        except self._error as error:
            raise PlayerError("The loudspeaker is gone; plug it in again.") from error

    def close(self) -> None:
        self._stream.close()
