"""The parts of an assistant: what its stages work with.

Each stands behind a small protocol, so that it can be replaced by whatever offers the same one or
two methods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from eulalia.errors import EulaliaError
from eulalia.memory import Memory
from eulalia.skills import Skill, TemplateSkill
from eulalia.text import Grammar
from eulalia.turn import Interpretation, Turn

if TYPE_CHECKING:
    from eulalia.asr import Transcript
    from eulalia.audio import Segment
    from eulalia.learning.rewriting import Meaning, Proposal
    from eulalia.memory import Records

Samples = NDArray[np.float32]
_SILENCE: Final = np.zeros(1_600, np.float32)
_KEPT_LISTS: Final = 16


class Detector(Protocol):
    """Finds where somebody speaks."""

    def segments(self, samples: Samples) -> Sequence[Segment]: ...


class Recognizer(Protocol):
    """Turns speech into words."""

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript: ...


class Understander(Protocol):
    """Turns words into readings, best first."""

    def understand(self, text: str, locale: str) -> tuple[Interpretation, ...]: ...


@runtime_checkable
class Reader(Protocol):
    """A skill that reads some requests by itself, and is then sure of them.

    A TemplateSkill is one. Its `language` is that of the requests, English where it has none.
    """

    @property
    def name(self) -> str: ...

    def match(self, text: str) -> Interpretation | None: ...


@runtime_checkable
class Polyglot(Protocol):
    """A skill that reads some requests by itself, whatever their language."""

    @property
    def name(self) -> str: ...

    def read(self, text: str, locale: str) -> Interpretation | None: ...


@runtime_checkable
class Follower(Protocol):
    """A skill that asks questions, and reads what may be their answers before anybody else does."""

    @property
    def name(self) -> str: ...

    def follow(self, turn: Turn, records: Records) -> Interpretation | None: ...


class Rewriter(Protocol):
    """Proposes what to understand in place of a request that will fail."""

    def propose(
        self,
        turn: Turn,
        read: Callable[[Sequence[str]], Sequence[Meaning]],
        names: Sequence[str] = (),
    ) -> Proposal | None: ...


class Speaker(Protocol):
    """Turns an answer into sound."""

    def speak(self, text: str, locale: str) -> Samples: ...


@dataclass(frozen=True)
class Parts:
    """All that the stages work with; what is costly to open is a function that opens it once."""

    memory: Memory
    skills: tuple[Skill, ...]
    understander: Callable[[], Understander]
    recognizer: Callable[[], Recognizer]
    detector: Callable[[], Detector]
    speaker: Callable[[], Speaker]
    rewriter: Callable[[], Rewriter | None] = lambda: None
    _grammars: dict[str, Grammar] = field(default_factory=dict)
    _sayable: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether there is a skill of that name."""
        return any(skill.name == name for skill in self.skills)

    def skill(self, name: str) -> Skill:
        """The skill of that name."""
        return next(skill for skill in self.skills if skill.name == name)

    def skills_for(self, reading: Interpretation) -> list[Skill]:
        """Who may act on a reading: the skill that read it, or else all that have its intent."""
        if any(skill.name == reading.source for skill in self.skills):
            return [self.skill(reading.source)]
        return [
            skill
            for skill in self.skills
            if reading.intent in skill.intents and not isinstance(skill, TemplateSkill)
        ]

    def grammar(self, locale: str) -> Grammar | None:
        """What the template skills allow to be said; None, without any, leaves speech open."""
        templates = [
            skill
            for skill in self.skills
            if isinstance(skill, TemplateSkill) and speaks(skill, locale)
        ]
        if locale not in self._grammars and templates:
            self._grammars[locale] = Grammar.union(*(skill.grammar for skill in templates))
        return self._grammars.get(locale)

    def sayable(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The names that the recogniser can listen for; it refuses a list with any other in it."""
        if not names:
            return ()
        if names not in self._sayable:
            if len(self._sayable) >= _KEPT_LISTS:
                self._sayable.clear()
            self._sayable[names] = (
                names if self._takes(names) else tuple(n for n in names if self._takes((n,)))
            )
        return self._sayable[names]

    def _takes(self, names: tuple[str, ...]) -> bool:
        try:
            self.recognizer().transcribe(_SILENCE, phrases=names)
        except EulaliaError:
            return False
        return True


def speaks(reader: Reader, locale: str) -> bool:
    """Whether a reader is of the language of the locale."""
    return _language(getattr(reader, "language", "en")) == _language(locale)


def _language(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0]
