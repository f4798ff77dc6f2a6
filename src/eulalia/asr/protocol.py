"""What every speech recogniser does, whatever it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from eulalia.asr.transcript import Transcript
from eulalia.audio import Samples
from eulalia.text import Grammar


class SpeechStream(Protocol):
    """The recognition of one sound while it arrives."""

    def accept(self, samples: Samples) -> Transcript:
        """What is heard so far; samples of shape (n,), also none."""
        ...

    def finish(self) -> Transcript:
        """What was heard, once the sound has ended."""
        ...


class SpeechRecognizer(Protocol):
    """Sound to words.

    Given a grammar, the words are a sentence of it. A sound that does not fit it is heard with an
    open vocabulary, and the transcript's mode says so. Phrases are favoured: by our own recogniser
    anywhere in the text, by PocketSphinx as whole utterances.
    """

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        """What is heard in samples of shape (n,) at 16 kHz."""
        ...

    def stream(
        self, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> SpeechStream:
        """The same while the sound arrives."""
        ...
