"""`eulalia evaluate`: how well each part does, as a table for people and JSON for programs."""

from __future__ import annotations

import typer

from eulalia.cli.evaluate_asr import asr, commands
from eulalia.cli.evaluate_defects import defects
from eulalia.cli.evaluate_failures import failures
from eulalia.cli.evaluate_labels import labels
from eulalia.cli.evaluate_nlu import nlu
from eulalia.cli.evaluate_rephrases import rephrases
from eulalia.cli.evaluate_rewrites import rewrites

app = typer.Typer(no_args_is_help=True, help="Measure how well requests are understood and heard.")
app.command()(nlu)
app.command()(asr)
app.command()(commands)
app.command()(failures)
app.command()(defects)
app.command()(rephrases)
app.command()(rewrites)
app.command()(labels)
