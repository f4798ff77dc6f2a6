"""The voice: whatever turns a text into sound."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from eulalia.audio import Samples
from eulalia.errors import EulaliaError


class SpeechUnavailableError(EulaliaError):
    """A text that cannot be spoken, or a voice that cannot be used; the text itself remains."""


@runtime_checkable
class Voice(Protocol):
    """Anything that speaks one language."""

    def speak(self, text: str) -> Samples:
        """The text as sound: shape (n,) at 16 kHz. Raises SpeechUnavailableError."""
        ...
