"""Wake words, by microWakeWord's models (https://github.com/kahrendt/microWakeWord)."""

from __future__ import annotations

from typing import Final

import numpy as np
from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

from eulalia.audio.samples import SAMPLE_RATE, AudioError, Samples, check

WAKE_WORDS: Final = tuple(sorted(model.value for model in Model))
"""Names of the wake words that can be listened for."""

_WINDOW: Final = SAMPLE_RATE // 100  # samples between two looks at the sound
_REST: Final = 100  # windows (1 s) after a wake word in which the same one is not heard again


class WakeWord:
    """Listens for one wake word, such as "okay_nabu"."""

    def __init__(self, name: str = "okay_nabu") -> None:
        """Raises AudioError when no model of that name is there."""
        if name not in WAKE_WORDS:
            raise AudioError(
                f"There is no wake word {name!r}; choose one of {', '.join(WAKE_WORDS)}."
            )
        self.name = name

    def stream(self) -> WakeWordStream:
        """Listens to sound that comes in chunks of any length."""
        return WakeWordStream(self.name)

    def detect(self, samples: Samples) -> list[float]:
        """The seconds at which the wake word was recognised, shortly after it was said.

        Raises AudioError when `check` refuses the samples.
        """
        return self.stream()._heard(check(samples))


class WakeWordStream:
    """Listens for one wake word in one sound."""

    def __init__(self, name: str) -> None:
        self._model = MicroWakeWord.from_builtin(Model(name))
        self._features = MicroWakeWordFeatures()
        self._rest = np.zeros(0, dtype=np.int16)
        self._windows = 0
        self._deaf_until = 0

    def __del__(self) -> None:
        # The library crashes when it is freed while an exception is on its way. Python sets that
        # exception aside during __del__, so here is the place to free it.
        vars(self).pop("_features", None)

    def accept(self, samples: Samples) -> bool:
        """Whether the wake word was recognised in these samples.

        Raises AudioError when `check` refuses the samples; a chunk may be empty.
        """
        return bool(self._heard(check(samples, empty=True)))

    def _heard(self, samples: Samples) -> list[float]:
        whole = (np.clip(samples, -1, 1) * np.iinfo(np.int16).max).astype("<i2")
        joined = np.concatenate([self._rest, whole])
        self._rest = joined[len(joined) // _WINDOW * _WINDOW :].copy()
        return [
            self._windows * _WINDOW / SAMPLE_RATE
            for start in range(0, len(joined) - _WINDOW + 1, _WINDOW)
            if self._advance(joined[start : start + _WINDOW].tobytes())
        ]

    def _advance(self, window: bytes) -> bool:
        self._windows += 1
        recognised = False
        for frame in self._features.process_streaming(window):
            recognised = bool(self._model.process_streaming(frame)) or recognised
        if not recognised or self._windows < self._deaf_until:
            return False
        self._deaf_until = self._windows + _REST
        return True
