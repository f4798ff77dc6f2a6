"""The speaker: answers in 48 locales, and in more with voices of one's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, Self

import numpy as np

from eulalia.audio import Samples
from eulalia.tts.espeak import ESPEAK_VOICES, EspeakVoice
from eulalia.tts.piper import PiperVoice
from eulalia.tts.voice import SpeechUnavailableError, Voice

_LONGEST: Final = 10_000  # characters, a quarter of an hour of speech


class Speaker:
    """Says a text in a locale.

    >>> Speaker.open().speak("good morning", "en-US").dtype
    dtype('float32')
    """

    def __init__(self, voices: Mapping[str, Voice]) -> None:
        """Speaks each locale with its voice."""
        self._voices = dict(voices)

    @classmethod
    def open(cls, voices: Mapping[str, str | os.PathLike[str] | Voice] | None = None) -> Self:
        """A speaker with espeak-ng's voices, some replaced or more added by locale.

        A path names a Piper voice: its .onnx file, beside which lies its .onnx.json.

        Raises SpeechUnavailableError when a Piper voice cannot be used.
        """
        own = {
            locale: voice if isinstance(voice, Voice) else PiperVoice.open(voice)
            for locale, voice in (voices or {}).items()
        }
        return cls({locale: EspeakVoice(name) for locale, name in ESPEAK_VOICES.items()} | own)

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales that can be spoken, in alphabetical order."""
        return tuple(sorted(self._voices))

    def speak(self, text: str, locale: str) -> Samples:
        """The text as sound: shape (n,) at 16 kHz.

        Raises SpeechUnavailableError when the locale has no voice, or the text holds no letter or
        digit or is longer than 10,000 characters.
        """
        if locale not in self._voices:
            raise SpeechUnavailableError(
                f"No voice speaks {locale}, so its answers stay text; a Piper voice of that "
                "language would."
            )
        if len(text) > _LONGEST:
            raise SpeechUnavailableError(
                f"A text of {len(text):,} characters is too long to be spoken; {_LONGEST:,} are "
                "the most."
            )
        if not any(character.isalnum() for character in text):
            raise SpeechUnavailableError(
                f"There is nothing to say in {text!r}; give a text with a letter or a digit."
            )
        # Half a surrogate pair is no character and cannot be handed to a voice.
        sayable = text.encode(errors="replace").decode()
        # Resampling may go a little beyond full scale.
        return np.clip(self._voices[locale].speak(sayable), -1, 1)
