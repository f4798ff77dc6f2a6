"""`eulalia learn`: from the turns of a log to what should be done otherwise."""

from __future__ import annotations

import typer

from eulalia.cli.learn_apply import apply
from eulalia.cli.learn_confusions import confusions
from eulalia.cli.learn_diagnose import diagnose
from eulalia.cli.learn_labels import labels
from eulalia.cli.learn_report import report
from eulalia.cli.learn_rewrites import rewrites
from eulalia.cli.learn_run import run
from eulalia.cli.learn_simulate import simulate

app = typer.Typer(no_args_is_help=True, help="Learn from what went wrong, and right.")
app.command()(run)
app.command()(report)
app.command()(apply)
app.command()(diagnose)
app.command()(confusions)
app.command()(simulate)
app.command()(rewrites)
app.command()(labels)
