"""`eulalia translate`: documents from one language to another."""

from __future__ import annotations

import typer

from eulalia.cli import translate_job, translate_parallel_data, translate_terminology
from eulalia.cli.translate_align import align
from eulalia.cli.translate_evaluate import evaluate
from eulalia.cli.translate_extract import extract
from eulalia.cli.translate_gather import gather
from eulalia.cli.translate_requests import requests
from eulalia.cli.translate_serve import serve
from eulalia.cli.translate_sync import sync
from eulalia.cli.translate_text import text

app = typer.Typer(no_args_is_help=True, help="Documents from one language to another.")
app.command()(extract)
app.command()(gather)
app.command()(align)
app.command()(evaluate)
app.command()(text)
app.command()(sync)
app.command()(requests)
app.command()(serve)
app.add_typer(translate_parallel_data.app, name="parallel-data")
app.add_typer(translate_terminology.app, name="terminology")
app.add_typer(translate_job.app, name="job")
