"""`eulalia turns`: what was asked, and what each stage made of it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from eulalia.cli import options
from eulalia.turn import Outcome

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text

    from eulalia.memory import Memory
    from eulalia.turn import Hypothesis, Span, Turn

app = typer.Typer(no_args_is_help=True, help="What was asked, and what each stage made of it.")

LAST: Final = "last"
_ID_LENGTH: Final = 8
_BAR_LENGTH: Final = 24
_MOST_HYPOTHESES: Final = 3

_Customer = Annotated[str | None, typer.Option("--customer", help="Only this customer's turns.")]
_Session = Annotated[str | None, typer.Option("--session", help="Only this conversation's turns.")]
_Locale = Annotated[
    str | None, typer.Option("--locale", "-l", help="Only turns of this locale, such as de-DE.")
]
_Outcome = Annotated[Outcome | None, typer.Option("--outcome", help="Only turns that ended so.")]


@app.command("list")
def list_turns(
    customer: _Customer = None,
    session: _Session = None,
    locale: _Locale = None,
    outcome: _Outcome = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many at most.")] = 20,
    as_json: options.Json = False,
    memory: options.Memory = options.DEFAULT_MEMORY,
) -> None:
    """List the turns, newest first."""
    with open_memory(memory) as kept:
        turns = kept.turns(
            customer=customer,
            session=session,
            locale=locale,
            outcome=outcome,
            limit=limit,
        )
    if as_json:
        print(f"[{','.join(turn.to_json() for turn in turns)}]")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("id", "time", "locale", "request", "intent", "outcome", "ms", box=None)
    table.columns[-1].justify = "right"
    for turn in turns:
        meaning = turn.interpretation
        table.add_row(
            turn.id[:_ID_LENGTH],
            f"{turn.time.astimezone():%Y-%m-%d %H:%M:%S}",
            _plain(turn.locale),
            _plain(turn.text or ""),
            _plain(meaning.intent if meaning else ""),
            turn.outcome or "",
            f"{_duration(turn) * 1_000:,.0f}",
        )
    Console().print(table)


@app.command()
def show(
    turn_id: Annotated[
        str, typer.Argument(metavar="ID", help="How the turn's id begins, or `last`.")
    ],
    as_json: options.Json = False,
    memory: options.Memory = options.DEFAULT_MEMORY,
) -> None:
    """Draw a turn: what each stage took in time and considered, and where it failed, if it did."""
    with open_memory(memory) as kept:
        turn = _choose(kept, turn_id)
        if as_json:
            print(turn.to_json())
            return
        from eulalia.cli import verdict

        judged = verdict.verdict_on(kept, turn)
    from rich.console import Console

    told = _plain(verdict.describe(judged), style="dim")
    Console().print(describe(turn), draw(turn), told)


def describe(turn: Turn) -> Group:
    """What was asked, what it was taken to mean and what was answered, for rich to print."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    rows = Table.grid(padding=(0, 2))
    for name, value in _facts(turn):
        rows.add_row(Text(name, style="dim"), _plain(value))
    return Group(rows, Text())


def draw(turn: Turn) -> Group:
    """The trace of a turn as a waterfall, for rich to print."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("stage")
    table.add_column("", width=_BAR_LENGTH, no_wrap=True)
    table.add_column("ms", justify="right")
    table.add_column("considered", overflow="fold")
    whole = _duration(turn)
    for span in turn.spans:
        table.add_row(
            _plain(span.stage, style="red" if span.error else "bold"),
            Text(bar(span, whole), style="red" if span.error else "cyan"),
            f"{span.duration * 1_000:,.1f}",
            _considered(span),
        )
    ending = f"{turn.outcome or 'not finished'} in {whole * 1_000:,.1f} ms"
    return Group(table, _plain(ending, style="dim"))


def bar(span: Span, whole: float, length: int = _BAR_LENGTH) -> str:
    """A span's place in the `whole` seconds of its turn, `length` letters wide.

    However short a stage was, it can be seen.

    >>> from eulalia.turn import Span
    >>> bar(Span("nlu", 0.5, 0.25), 1.0, length=8)
    '    ██  '
    """
    if not 0 < whole < math.inf:
        return "▏".ljust(length)
    start, end = (
        round(length * min(max(moment / whole, 0.0), 1.0))
        for moment in (span.start, span.start + span.duration)
    )
    drawn = "█" * (end - start) or "▏"
    return (" " * min(start, length - 1) + drawn).ljust(length)


def _considered(span: Span) -> Text:
    """The best hypotheses with their confidences, and the error if there is one."""
    from rich.text import Text

    lines = [_plain(span.error, style="red")] if span.error else []
    lines += [_hypothesis(each) for each in span.hypotheses[:_MOST_HYPOTHESES]]
    if (more := len(span.hypotheses) - _MOST_HYPOTHESES) > 0:
        lines.append(Text(f"and {more} more", style="dim"))
    return Text("\n").join(lines)


def _hypothesis(hypothesis: Hypothesis) -> Text:
    from rich.text import Text

    confidence = Text(f"{hypothesis.confidence:4.2f}  ", style="dim")
    return confidence + _plain(hypothesis.value)


def _facts(turn: Turn) -> Iterator[tuple[str, str]]:
    yield "turn", f"{turn.id}  ({turn.time.astimezone():%Y-%m-%d %H:%M:%S})"
    yield "customer", f"{turn.customer}, session {turn.session}, {turn.locale}"
    if turn.audio is not None:
        yield "sound", f"{turn.audio.path} ({turn.audio.duration:.1f} s)"
    if turn.rewrite is not None:
        yield "rewritten", f"{turn.rewrite.original} → {turn.rewrite.text} ({turn.rewrite.source})"
    yield "request", turn.text or ""
    if (meaning := turn.interpretation) is not None:
        slots = "".join(f", {slot.name}: {slot.value}" for slot in meaning.slots)
        yield "meaning", f"{meaning.intent} ({meaning.confidence:.2f}){slots}"
    for entity in turn.entities:
        yield entity.slot, f"{entity.kind} {json.dumps(entity.value, ensure_ascii=False)}"
    if turn.skill is not None:
        yield "skill", turn.skill
    if turn.answer is not None:
        yield "answer", turn.answer.text
    for feedback in turn.feedback:
        yield "feedback", " ".join([feedback.kind, feedback.detail]).rstrip()


def _plain(value: str, style: str = "") -> Text:
    """A text as it is: no markup in it is obeyed, and no control letter reaches the terminal."""
    from rich.text import Text

    return Text("".join(c if c.isprintable() or c == "\u200d" else "·" for c in value), style=style)


def _duration(turn: Turn) -> float:
    """Seconds from the start of the turn to the end of its last stage."""
    return max((span.start + span.duration for span in turn.spans), default=0.0)


# Finding, reading and writing


def open_memory(memory: str) -> Memory:
    """The memory that there is; looking at it must not make one."""
    from eulalia.errors import EulaliaError
    from eulalia.memory import FILE_NAME, Memory

    if "://" not in memory:
        path = Path(memory).expanduser()
        if not path.exists() or (path.is_dir() and not (path / FILE_NAME).exists()):
            raise EulaliaError(
                f"Nothing is kept in {path} yet; ask something first, or name another --memory."
            )
    return Memory.open(memory)


def make_folder(memory: str) -> str:
    """The same memory, once its folder is there."""
    from eulalia.errors import EulaliaError

    if "://" not in memory:
        path = Path(memory).expanduser()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EulaliaError(
                f"The folder {path} cannot be made ({error.strerror}); name another."
            ) from error
    return memory


def _choose(memory: Memory, turn_id: str) -> Turn:
    from eulalia.errors import EulaliaError

    if turn_id == LAST:
        newest = memory.turns(limit=1)
        if not newest:
            raise EulaliaError("No turn is kept here yet; ask something first.")
        return newest[0]
    if (exact := memory.turn(turn_id)) is not None:
        return exact
    found = memory.find(turn_id, limit=2)
    if not found:
        raise EulaliaError(f"No turn's id begins with {turn_id!r}; `eulalia turns list` has them.")
    if len(found) > 1:
        raise EulaliaError(f"Several turns' ids begin with {turn_id!r}; give more of it.")
    return found[0]
