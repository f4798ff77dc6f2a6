"""`eulalia ask`: a typed request and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eulalia.cli import options
from eulalia.cli.errors import FAILURE, complain

if TYPE_CHECKING:
    from pathlib import Path

    from eulalia.assistant import Assistant
    from eulalia.turn import Turn


def ask(
    text: Annotated[str, typer.Argument(help="The request, in the words of its locale.")],
    locale: options.Locale = "en-US",
    as_json: options.Json = False,
    say: options.Say = None,
    skill: options.Skills = None,
    memory: options.Memory = options.DEFAULT_MEMORY,
    customer: options.Customer = "default",
    session: options.Session = None,
    timezone: options.Timezone = None,
    trace: options.Trace = False,
) -> None:
    """Ask the assistant something and print its answer."""
    from eulalia.assistant import check_text

    check_text(text)  # before a home is made for what is no request
    with options.open_assistant(
        memory, locale=locale, customer=customer, skills=skill
    ) as assistant:
        turn = assistant.ask(text, context=options.here(timezone), session=session)
        finish(assistant, turn, as_json=as_json, say=say, trace=trace)
        if not as_json:
            tell_where_it_rings(turn)
            tell_how_to_answer(assistant, turn)


def tell_how_to_answer(assistant: Assistant, turn: Turn) -> None:
    """Say, where the assistant asked something back, in which session it waits for the answer."""
    from eulalia.skills import questions

    records = assistant.memory.records
    if questions.pending(records, turn.customer, turn.session, turn.time) is not None:
        complain(f"It waits for your answer: ask again with --session {turn.session}.")


def tell_where_it_rings(turn: Turn) -> None:
    """Say, where a turn set something that is to ring, what must run for that: not this command."""
    span = turn.span("skill")
    if span is not None and span.notes.get("rings"):
        complain("It rings wherever eulalia ring or eulalia listen --microphone is running then.")


def finish(
    assistant: Assistant, turn: Turn, *, as_json: bool, say: Path | None, trace: bool
) -> None:
    """Give the answer of a turn in the ways that were asked for.

    Exits with a failure, the reason on standard error, when a stage of the turn broke.
    """
    from eulalia.turn import Outcome

    if say is not None:
        turn = write_answer(assistant, turn, say)
    if as_json:
        print(turn.to_json())
    elif turn.answer is not None and turn.outcome is not Outcome.FAILED:
        print(turn.answer.text)
    if trace and not as_json:
        from rich.console import Console

        from eulalia.cli.turns import draw

        Console().print(draw(turn))
    if turn.outcome is Outcome.FAILED:
        # The first stage that broke took the others with it.
        span = next(span for span in turn.spans if span.error is not None)
        complain(f"The stage {span.stage} broke: {span.error}")
        raise typer.Exit(FAILURE)


def write_answer(assistant: Assistant, turn: Turn, path: Path) -> Turn:
    """Write the spoken answer to a WAV file; the turn with its tts span comes back."""
    from eulalia import audio

    samples = assistant.speak(turn)
    turn = assistant.memory.turn(turn.id) or turn
    if samples is not None:
        audio.write(path, samples)
    elif (span := turn.span("tts")) is not None and span.error is not None:
        complain(f"The answer is text only: {span.error}")
    return turn
