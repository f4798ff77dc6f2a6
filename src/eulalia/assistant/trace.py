"""The trace: a turn while its stages run, and what they hand to each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import perf_counter
from typing import Any

from eulalia.assistant.parts import Samples
from eulalia.assistant.request import time_zone
from eulalia.dialog import Answers
from eulalia.errors import EulaliaError
from eulalia.skills import Skill
from eulalia.turn import Answer, Entity, Hypothesis, Interpretation, Outcome, Span, Turn


class StageError(Exception):
    """A stage broke; its span already says how."""

    def __init__(self, stage: str, sentence: str | None) -> None:
        super().__init__(stage)
        self.sentence = sentence
        """What the customer can be told, if it is anything that they can mend."""


@dataclass
class Report:
    """What a running stage reports for its span."""

    hypotheses: tuple[Hypothesis, ...] = ()
    notes: dict[str, Any] = field(default_factory=dict)


class Trace:
    """A turn while its stages run: each one leaves its span here, and what the next ones need."""

    def __init__(self, turn: Turn, sound: Samples | None = None, *, woken: bool = False) -> None:
        self.turn = turn
        self.sound = sound
        """The sound of the request; once it was looked for, only the stretch that is speech."""
        self.woken = woken
        """Whether a wake word was heard before the sound."""
        self.readings: list[Interpretation] = []
        """The readings that are sure enough to act on, best first."""
        self.entities: list[tuple[Entity, ...]] = []
        """What the slots of each reading mean."""
        self.skill: Skill | None = None
        """The skill that was chosen to act on the turn's interpretation."""
        ends = [span.start + span.duration for span in turn.spans]
        # A turn that is taken up again, to be spoken, goes on where its last stage ended.
        self._began = perf_counter() - max(ends, default=0.0)

    @property
    def text(self) -> str:
        """The words to understand: as they came, or as they were rewritten."""
        return self.turn.rewrite.text if self.turn.rewrite else self.turn.text or ""

    @property
    def now(self) -> datetime:
        """When the request began, where the customer is."""
        return self.turn.time.astimezone(time_zone(self.turn.context.timezone))

    @property
    def answers(self) -> Answers:
        """The sentences of the turn's locale."""
        return Answers.open(self.turn.locale)

    @contextmanager
    def stage(self, name: str) -> Iterator[Report]:
        """Time a stage; whatever it raises becomes its span's error and a StageError."""
        report = Report()
        start = perf_counter()
        error: str | None = None
        try:
            yield report
        except Exception as cause:
            error = sentence_of(cause)
            raise StageError(name, error if isinstance(cause, EulaliaError) else None) from cause
        finally:
            span = Span(
                stage=name,
                start=round(start - self._began, 6),
                duration=round(perf_counter() - start, 6),
                hypotheses=report.hypotheses,
                error=error,
                notes=report.notes,
            )
            self.turn = self.turn.with_span(span)

    @contextmanager
    def failing_gently(self) -> Iterator[None]:
        """Turn a broken stage into an answer that says so."""
        try:
            yield
        except StageError as broken:
            self._apologize(broken.sentence)

    def say(self, sentence: str, outcome: Outcome) -> None:
        """Answer with one of the assistant's own sentences, in the turn's locale."""
        with self.stage("answer") as report:
            self._say(report, self.answers.say(sentence), outcome)

    def answer(self, text: str, outcome: Outcome) -> None:
        """Answer with what a skill replied."""
        with self.stage("answer") as report:
            self._say(report, text, outcome)

    def _say(self, report: Report, text: str, outcome: Outcome) -> None:
        locale = self.answers.locale
        report.hypotheses = (Hypothesis(text, 1.0),)
        if locale != self.turn.locale:
            report.notes["fallback"] = f"no sentences in {self.turn.locale}; answered in {locale}"
        self.turn = replace(self.turn, outcome=outcome, answer=Answer(text, locale))

    def _apologize(self, sentence: str | None) -> None:
        """Say what broke, if the customer can mend it; our errors speak English."""
        if sentence is None:
            with suppress(StageError):  # the catalogue itself may be what broke
                self.say("Sorry, something went wrong.", Outcome.FAILED)
                return
        answer = Answer(sentence or "Sorry, something went wrong.", "en-US")
        self.turn = replace(self.turn, outcome=Outcome.FAILED, answer=answer)


def sentence_of(cause: Exception) -> str:
    """One sentence for a stage's span: our own errors speak for themselves."""
    if isinstance(cause, EulaliaError):
        return str(cause)
    detail = " ".join(str(cause).split()) or "no reason given"
    return f"{type(cause).__name__}: {detail}"
