"""How a command ends when it cannot do what was asked: one sentence, and an exit status."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from eulalia.errors import EulaliaError

FAILURE = 1
"""Exit status for a request that could not be carried out; 2 is for wrong options."""


class Commands(TyperGroup):
    """A group of commands that reports an EulaliaError as one line on standard error."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except EulaliaError as error:
            complain(str(error))
            raise typer.Exit(FAILURE) from None


def complain(sentence: str) -> None:
    """Say on standard error, in one line, what is wrong."""
    print("eulalia:", " ".join(sentence.split()), file=sys.stderr)
