"""What a skill is, what it is asked and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from eulalia.errors import EulaliaError
from eulalia.turn import Context, Entity, Interpretation, Outcome

if TYPE_CHECKING:
    from eulalia.dialog.answers import Answers
    from eulalia.memory.records import Records


class SkillError(EulaliaError):
    """A skill, or the file that declares one, that cannot be used."""


@dataclass(frozen=True, slots=True)
class Request:
    """An understood request, and all that a skill needs to act on it."""

    interpretation: Interpretation
    entities: tuple[Entity, ...]
    context: Context
    locale: str
    """A MASSIVE locale such as en-US."""
    customer: str
    now: datetime
    """With the time zone of the place where the request was made."""
    records: Records
    """What skills keep, by customer and kind."""
    answers: Answers
    """Finds the words for an answer in the request's locale."""
    session: str = ""
    """The conversation; empty where there is none that could go on."""

    def entity(self, kind: str) -> Entity | None:
        """The first entity of that kind, or None."""
        return next((entity for entity in self.entities if entity.kind == kind), None)

    def said(self, slot: str) -> str | None:
        """What the customer said for the slot of that name, or None."""
        found = self.interpretation.slot(slot)
        return found.value if found else None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a skill did, in words."""

    text: str
    outcome: Outcome = Outcome.ANSWERED
    end_session: bool = True
    """Whether the customer need not be listened to any further."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What the trace should tell of it; JSON values."""


@runtime_checkable
class Skill(Protocol):
    """Something that Eulalia can do."""

    @property
    def name(self) -> str:
        """A word, unique among the skills."""

    @property
    def intents(self) -> frozenset[str]:
        """The intents that this skill answers for; no other skill does."""

    def handle(self, request: Request) -> Reply:
        """Do what is asked. An EulaliaError's sentence becomes the answer."""
