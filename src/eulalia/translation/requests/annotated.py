"""Requests with their slots, as MASSIVE writes them: `wake me at [time : nine am]`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from eulalia.translation.errors import TranslationError

_SLOT = re.compile(r"\[\s*(?P<name>\w+)\s+:\s+(?P<value>[^\[\]]*?)\s*\]")


@dataclass(frozen=True)
class Part:
    """A stretch of a request."""

    text: str
    slot: str = ""
    """The name of the slot whose value it is; empty outside of slots."""


@dataclass(frozen=True)
class AnnotatedRequest:
    """A request in stretches, in and between its slots."""

    parts: tuple[Part, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The request that is written so.

        >>> AnnotatedRequest.parse("wake me at [time : nine am]").slots
        (Part(text='nine am', slot='time'),)

        Raises TranslationError for slots that are broken, nested or empty.
        """
        parts = []
        end = 0
        for found in _SLOT.finditer(text):
            parts += [Part(text[end : found.start()]), Part(found["value"], found["name"])]
            end = found.end()
        parts.append(Part(text[end:]))
        between = "".join(part.text for part in parts if not part.slot)
        if set("[]") & set(between) or any(part.slot and not part.text for part in parts):
            raise TranslationError(f"The slots of this request are broken: {text[:80]}")
        return cls.of(parts)

    @classmethod
    def marked(cls, text: str, slots: Iterable[tuple[int, int, str]]) -> Self:
        """The request of a text whose slots begin and end there and are called so."""
        parts, end = [], 0
        for start, stop, name in sorted(slots):
            if end <= start < stop:
                parts += [Part(text[end:start]), Part(text[start:stop], name)]
                end = stop
        return cls.of([*parts, Part(text[end:])])

    @classmethod
    def of(cls, parts: Iterable[Part]) -> Self:
        """The request of these parts, without empty ones."""
        return cls(tuple(part for part in parts if part.text))

    @property
    def text(self) -> str:
        """What is said."""
        return " ".join("".join(part.text for part in self.parts).split())

    @property
    def slots(self) -> tuple[Part, ...]:
        """The parts that are slots' values."""
        return tuple(part for part in self.parts if part.slot)

    @property
    def annotation(self) -> str:
        """The request as MASSIVE writes it, with spaces around slots."""
        written = (f" [{p.slot} : {p.text.strip()}] " if p.slot else p.text for p in self.parts)
        return " ".join("".join(written).split())
