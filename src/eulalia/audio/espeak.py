"""The espeak-ng library: text to phones and text to sound.

espeak-ng is a GPL-3 program; it is loaded as a shared library when it is first needed, from the
`espeakng-loader` package. The library keeps one global state, so every call holds one lock.
"""

from __future__ import annotations

import ctypes
import threading
from functools import cache

import espeakng_loader  # type: ignore[import-untyped]
import numpy as np
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eulalia.audio.samples import SAMPLE_RATE
from eulalia.errors import EulaliaError

_RETRIEVAL = 1
_PHONEME_EVENTS_OFF = 0x8000  # do not exit the process when the data files are missing
_UTF8 = 1
_IPA = 0x02
_SEPARATOR = "_"
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4

_lock = threading.Lock()
_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
_received: list[NDArray[np.int16]] = []


class EspeakError(EulaliaError):
    """A voice that espeak-ng does not have, or a library that does not load."""


@_Callback  # type: ignore[untyped-decorator]
def _receive(samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int | None) -> int:
    if samples and count > 0:
        _received.append(np.ctypeslib.as_array(samples, (count,)).copy())
    return 0


@cache
def _library() -> tuple[ctypes.CDLL, int]:
    """The library and its sample rate in hertz."""
    try:
        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except OSError as error:
        raise EspeakError(f"The espeak-ng library cannot be loaded ({error}).") from error
    data = str(espeakng_loader.get_data_path()).encode()
    rate = library.espeak_Initialize(_RETRIEVAL, 0, data, _PHONEME_EVENTS_OFF)
    if rate <= 0:
        raise EspeakError("The espeak-ng library found no data; reinstall espeakng-loader.")
    library.espeak_SetSynthCallback(_receive)
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    return library, rate


def _choose(library: ctypes.CDLL, voice: str) -> None:
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise EspeakError(f"espeak-ng has no voice {voice!r}.")


def _encode(text: str) -> bytes:
    """UTF-8 without the two things that the library cannot take: zeros and halves of characters."""
    return text.replace("\0", " ").encode("utf-8", "replace")


def phones(text: str, voice: str = "en-us") -> list[list[str]]:
    """The phones of a text in IPA, stress marks included, in groups as espeak-ng joins words.

    >>> phones("good day")
    [['ɡ', 'ˈʊ', 'd'], ['d', 'ˈeɪ']]

    Raises EspeakError for an unknown voice.
    """
    with _lock:
        library, _ = _library()
        _choose(library, voice)
        pointer = ctypes.c_char_p(_encode(text))
        mode = _IPA | ord(_SEPARATOR) << 8
        clauses = []
        while pointer.value is not None:
            heard = library.espeak_TextToPhonemes(ctypes.byref(pointer), _UTF8, mode)
            clauses.append(heard.decode() if heard else "")
    words = " ".join(clauses).split()
    return [[phone for phone in word.split(_SEPARATOR) if phone] for word in words]


def synthesize(
    text: str, voice: str = "en-us", *, rate: int = 175, pitch: int = 50, pitch_range: int = 50
) -> NDArray[np.float32]:
    """Speak a text.

    `rate` is in words a minute (80 to 450), `pitch` and its `pitch_range` go from 0 to 100. A voice
    may carry a variant: "en-us+f3". Returns samples at 16 kHz. Raises EspeakError for an unknown
    voice.
    """
    with _lock:
        library, library_rate = _library()
        _choose(library, voice)
        for parameter, value in ((_RATE, rate), (_PITCH, pitch), (_RANGE, pitch_range)):
            library.espeak_SetParameter(parameter, value, 0)
        encoded = _encode(text)
        _received.clear()
        library.espeak_Synth(encoded, ctypes.c_size_t(len(encoded) + 1), 0, 1, 0, _UTF8, None, None)
        library.espeak_Synchronize()
        sound = np.concatenate(_received) if _received else np.zeros(0, np.int16)
        _received.clear()
    samples: NDArray[np.float32] = sound.astype(np.float32) / np.float32(32_768)
    if len(samples):
        # Resampling may overshoot full scale a little.
        samples = np.clip(soxr.resample(samples, library_rate, SAMPLE_RATE), -1, 1)
    return samples
