"""A customer who talks to the assistant, for tests of whole conversations."""

from __future__ import annotations

from functools import cache
from typing import Any

from eulalia.assistant import Assistant
from eulalia.memory import Memory
from eulalia.nlu import Understander
from eulalia.skills import find
from eulalia.turn import Turn

opened = cache(Understander.open)


def never() -> Any:
    raise AssertionError("This part is not needed, and must not be opened.")


class Talk:
    """A customer who talks in one session."""

    def __init__(self, memory: Memory, customer: str) -> None:
        self.memory = memory
        self.customer = customer
        self.assistant = Assistant(
            memory,
            customer=customer,
            skills=find(),
            understander=opened,
            detector=never,
            speaker=never,
        )

    def __call__(self, text: str, locale: str = "en-US", session: str = "s") -> str:
        self.turn = self.assistant.ask(text, locale=locale, session=session)
        assert self.turn.answer is not None
        assert not [span.error for span in self.turn.spans if span.error]
        return self.turn.answer.text

    def kept(self, text: str) -> Turn:
        """The last turn with these words, as memory has it."""
        return next(turn for turn in self.memory.turns(customer=self.customer) if turn.text == text)

    def feedback(self, text: str) -> list[str]:
        return [feedback.kind for feedback in self.kept(text).feedback]
