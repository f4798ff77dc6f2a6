"""A customer who asks one skill after another, with real records on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from eulalia.dialog.answers import Answers
from eulalia.memory import Memory
from eulalia.skills.skill import Reply, Request, Skill
from eulalia.turn import Context, Interpretation, Slot

NOW = datetime(2026, 3, 11, 10, 15, tzinfo=ZoneInfo("Europe/Berlin"))
"""A Wednesday."""


@dataclass
class Asking:
    """Asks in one locale, as one customer."""

    memory: Memory
    locale: str = "en-US"
    customer: str = "default"
    now: datetime = NOW
    timezone: str = "Europe/Berlin"
    replies: list[Reply] = field(default_factory=list)

    def __call__(self, skill: Skill, intent: str, text: str, **slots: str) -> Reply:
        """The skill's reply; slots are given by name, their values stand in the text."""
        found = tuple(
            Slot(name.rstrip("_"), value, text.index(value), text.index(value) + len(value))
            for name, value in slots.items()
        )
        reply = skill.handle(
            Request(
                interpretation=Interpretation(text, intent.split("_")[0], intent, found),
                entities=(),
                context=Context(timezone=self.timezone),
                locale=self.locale,
                customer=self.customer,
                now=self.now,
                records=self.memory.records,
                answers=Answers.open(self.locale),
            )
        )
        self.replies.append(reply)
        return reply
