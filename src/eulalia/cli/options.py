"""The options that several commands share, and what they mean on this computer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from eulalia.assistant import Assistant
    from eulalia.turn import Context

Locale = Annotated[
    str, typer.Option("--locale", "-l", help="Language and country of the request, such as de-DE.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Skills = Annotated[
    list[Path] | None,
    typer.Option("--skill", metavar="FILE", help="Add the skill that this YAML file declares."),
]
Memory = Annotated[
    str,
    typer.Option(
        "--memory",
        metavar="DIR|URL",
        envvar="EULALIA_MEMORY",
        help="The folder, or the URL of the database, in which everything is kept.",
    ),
]
Customer = Annotated[str, typer.Option("--customer", help="Whose request it is.")]
Session = Annotated[
    str | None, typer.Option("--session", help="The conversation that the request belongs to.")
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--timezone", help="IANA name, such as Europe/Berlin; this computer's by default."
    ),
]
Say = Annotated[
    Path | None, typer.Option("--say", metavar="FILE", help="Write the answer as a WAV file.")
]
Once = Annotated[bool, typer.Option("--once", help="Only for what is due already.")]
Trace = Annotated[bool, typer.Option("--trace", help="Draw what each stage did.")]
Log = Annotated[Path, typer.Option("--turns", metavar="FILE", help="A log: JSON lines or Parquet.")]
KnownLog = Annotated[
    Path, typer.Option("--turns", metavar="FILE", help="A log whose truth is known.")
]
Model = Annotated[
    Path | None, typer.Option("--model", metavar="DIR", help="Another than the shipped model.")
]
Figures = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the figures here as JSON.")
]

DEFAULT_MEMORY = "~/.eulalia"


def open_assistant(
    memory: str,
    *,
    locale: str,
    customer: str = "default",
    skills: list[Path] | None = None,
    recognizer: str | None = None,
) -> Assistant:
    """The assistant that these options describe."""
    from eulalia.assistant import Assistant

    is_url = "://" in memory
    return Assistant.open(
        DEFAULT_MEMORY if is_url else memory,
        memory_url=memory if is_url else None,
        locale=locale,
        customer=customer,
        skills=skills or (),
        recognizer=recognizer,
    )


def here(timezone: str | None = None) -> Context:
    """The context of a request made at this computer."""
    from eulalia.turn import Context

    return Context(timezone=timezone or _local_timezone())


def _local_timezone() -> str:
    """The IANA name of this computer's time zone, as far as it can be told."""
    named = os.environ.get("TZ", "").lstrip(":")
    if "/" in named and not named.startswith("/"):
        return named
    link = os.path.realpath("/etc/localtime")
    return link.partition("/zoneinfo/")[2] or "UTC"
