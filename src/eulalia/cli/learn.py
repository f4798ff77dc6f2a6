"""`eulalia learn`: from the turns of a log to what should be done otherwise."""

from __future__ import annotations

import typer

from eulalia.cli.learn_confusions import confusions
from eulalia.cli.learn_diagnose import diagnose
from eulalia.cli.learn_simulate import simulate

app = typer.Typer(no_args_is_help=True, help="Learn from what went wrong, and right.")
app.command()(diagnose)
app.command()(confusions)
app.command()(simulate)
