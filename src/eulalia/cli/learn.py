"""`eulalia learn`: from the turns of a log to what should be done otherwise."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Learn from what went wrong, and right.")
