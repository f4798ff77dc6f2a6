"""`eulalia skills`: what the assistant can do."""

from __future__ import annotations

import json

import typer

from eulalia.cli import options
from eulalia.cli.errors import complain

app = typer.Typer(no_args_is_help=True, help="What the assistant can do.")


@app.callback()
def skills() -> None:
    """What the assistant can do."""


@app.command("list")
def list_skills(skill: options.Skills = None, as_json: options.Json = False) -> None:
    """List the installed skills, and those of the files named, with their intents."""
    from eulalia.skills import TemplateSkill, find

    found = [*(TemplateSkill.load(path) for path in skill or ()), *find(report=complain)]
    if as_json:
        rows = [{"name": each.name, "intents": sorted(each.intents)} for each in found]
        print(json.dumps(rows, ensure_ascii=False))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("skill", "intents", box=None)
    for each in found:
        table.add_row(each.name, ", ".join(sorted(each.intents)))
    Console().print(table)
