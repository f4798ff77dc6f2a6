"""`eulalia learn apply`: what a person decides about learned rewrites, and taking changes back."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eulalia.cli import options
from eulalia.errors import EulaliaError

if TYPE_CHECKING:
    from eulalia.memory.rewrites import Revision


def apply(
    decisions: Annotated[
        Path | None,
        typer.Argument(metavar="[DECISIONS]", help="The file that the report's page saves."),
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back the newest change of the rewrites.")
    ] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Only tell who changed them, when and why.")
    ] = False,
    memory: options.Memory = options.DEFAULT_MEMORY,
) -> None:
    """Approve, reject or pin rewrites as the report's reader decided."""
    from rich.console import Console

    from eulalia.cli.turns import open_memory
    from eulalia.learning.overruling import overrule

    if (decisions is not None) + undo + history != 1:
        raise EulaliaError("Name a file of decisions, or --undo, or --history: one of them.")
    with open_memory(memory) as kept:
        if decisions is not None:
            changed = overrule(kept.rewrites, decisions.expanduser(), _user())
            print(f"{decisions}: {changed:,} rewrites changed")
        elif history:
            Console().print(_table(kept.rewrites.history()))
        else:
            taken = kept.rewrites.undo(who=_user(), why="Taken back by hand.")
            if taken is None:
                raise EulaliaError("There is no change to take back.")
            print(f"Taken back: {_sentence(taken)}")


def _user() -> str:
    try:
        return getpass.getuser() or "somebody"
    except (OSError, KeyError):  # an account without a name
        return "somebody"


def _sentence(revision: Revision) -> str:
    return (
        f"change {revision.number} of {len(revision.changes):,} rewrites "
        f"by {revision.who} at {revision.time.astimezone():%Y-%m-%d %H:%M}. {revision.why}"
    )


def _table(history: list[Revision]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table("change", "time", "by", "rewrites", "why", box=None)
    for column in ("change", "rewrites"):
        next(c for c in table.columns if c.header == column).justify = "right"
    for revision in history:
        table.add_row(
            str(revision.number),
            f"{revision.time.astimezone():%Y-%m-%d %H:%M}",
            Text(revision.who),
            f"{len(revision.changes):,}",
            Text(revision.why),
        )
    return table
