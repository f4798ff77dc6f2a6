"""`eulalia translate`: documents from one language to another."""

from __future__ import annotations

import typer

from eulalia.cli.translate_align import align
from eulalia.cli.translate_extract import extract

app = typer.Typer(no_args_is_help=True, help="Documents from one language to another.")
app.command()(extract)
app.command()(align)
