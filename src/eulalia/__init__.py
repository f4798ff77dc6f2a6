"""Eulalia: an open voice assistant that hears, understands, acts and answers, offline.

>>> from eulalia import Assistant
>>> assistant = Assistant.open("~/.eulalia")            # doctest: +SKIP
>>> assistant.ask("turn on the kitchen light").answer   # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eulalia.turn import Turn

if TYPE_CHECKING:
    from eulalia.assistant import Assistant

__all__ = ["Assistant", "Turn"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # The assistant brings every stage along; programs that only read turns should not wait.
    if name == "Assistant":
        from eulalia.assistant import Assistant

        return Assistant
    raise AttributeError(f"module 'eulalia' has no attribute {name!r}")
