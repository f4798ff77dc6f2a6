"""Parts of an assistant that do as they are told, for what a test needs to bend.

Memory, skills, voice and voice activity are the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from eulalia import audio
from eulalia.asr import Transcript
from eulalia.assistant import Assistant, Samples
from eulalia.skills import Reply, Request
from eulalia.text import Grammar
from eulalia.turn import Hypothesis, Interpretation

COFFEE = """
language: en
intents:
  order:
    data:
      - sentences: ["(a|one) {size} {drink} [please]"]
    answer: "One {size} {drink}, coming up."
lists:
  size: {values: [small, large]}
  drink: {values: [latte, mocha]}
"""


@dataclass
class Reads:
    """An understander that gives the readings it was told to give."""

    readings: tuple[Interpretation, ...] = ()

    def understand(self, text: str, locale: str) -> tuple[Interpretation, ...]:
        return self.readings


class Breaks:
    """Any stage, on the day it breaks."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def understand(self, text: str, locale: str) -> tuple[Interpretation, ...]:
        raise self.error

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        raise self.error


@dataclass
class Hears:
    """A recogniser that hears what it was told to hear, and remembers what it was given."""

    text: str
    seconds: float = 0.0
    grammars: list[Grammar | None] = field(default_factory=list)

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        self.seconds = len(samples) / audio.SAMPLE_RATE
        self.grammars.append(grammar)
        return Transcript(self.text, 0.9, (), (Hypothesis(self.text, 0.9),))


class Waits:
    """A skill that tells what it was asked."""

    name = "waits"
    intents = frozenset({"wait"})

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Reply:
        self.requests.append(request)
        return Reply("I wait.", notes={"patience": 3})


def reading(intent: str, confidence: float, text: str = "wait") -> Interpretation:
    return Interpretation(text, "test", intent, (), confidence)


Make = Callable[..., Assistant]
