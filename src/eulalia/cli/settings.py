"""`eulalia settings`: what the skills need to know of the customer's house."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from eulalia.cli import options
from eulalia.errors import EulaliaError

if TYPE_CHECKING:
    from eulalia.assistant import Assistant

app = typer.Typer(no_args_is_help=True, help="What the skills need to know of your house.")

KIND = "setting"
"""The kind of record under which skills look for settings."""

Name = Annotated[str, typer.Argument(help="home_assistant or music_folder, for instance.")]


@app.command("list")
def list_settings(
    as_json: options.Json = False,
    memory: options.Memory = options.DEFAULT_MEMORY,
    customer: options.Customer = "default",
) -> None:
    """List what is set."""
    with options.open_assistant(memory, locale="en-US", customer=customer) as assistant:
        settings = assistant.memory.records.list(customer, KIND)
    if as_json:
        print(json.dumps(settings, ensure_ascii=False))
        return
    for name, value in sorted(settings.items()):
        print(f"{name} = {json.dumps(value, ensure_ascii=False)}")


@app.command("set")
def set_setting(
    name: Name,
    value: Annotated[
        str, typer.Argument(help='A text, or JSON such as \'{"url": …, "token": …}\'.')
    ],
    memory: options.Memory = options.DEFAULT_MEMORY,
    customer: options.Customer = "default",
) -> None:
    """Set something: eulalia settings set music_folder ~/Music."""
    with options.open_assistant(memory, locale="en-US", customer=customer) as assistant:
        _check(name, assistant)
        assistant.memory.records.put(customer, KIND, name, _read(value))


@app.command("remove")
def remove_setting(
    name: Name,
    memory: options.Memory = options.DEFAULT_MEMORY,
    customer: options.Customer = "default",
) -> None:
    """Forget something that was set."""
    with options.open_assistant(memory, locale="en-US", customer=customer) as assistant:
        records = assistant.memory.records
        if records.get(customer, KIND, name) is None:
            raise EulaliaError(f"{name!r} is not set; `eulalia settings list` tells what is.")
        records.delete(customer, KIND, name)


def _check(name: str, assistant: Assistant) -> None:
    """EulaliaError for a name that no skill looks at; a skill declares its own as `settings`."""
    known = sorted(
        {name for skill in assistant.skills for name in getattr(skill, "settings", frozenset())}
    )
    if name not in known:
        raise EulaliaError(f"There is no setting {name[:80]!r}; there are {', '.join(known)}.")


def _read(value: str) -> object:
    """JSON where it is an object, and otherwise the text itself: a folder may be named 12."""
    if not value.lstrip().startswith("{"):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise EulaliaError(f"This is not JSON ({error}); put it in single quotes.") from error
