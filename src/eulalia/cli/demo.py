"""`eulalia demo`: the whole chain at work, with nothing prepared and nothing left out.

English requests are spoken by a synthesised voice and heard by the recogniser; other languages,
which nothing here hears yet, are typed. Some requests are beyond what the assistant can do, and
the demo says so rather than hiding it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from eulalia.cli import options
from eulalia.cli.ask import write_answer
from eulalia.cli.errors import FAILURE
from eulalia.turn import AudioReference, Outcome

if TYPE_CHECKING:
    from rich.console import Console

    from eulalia.assistant import Assistant
    from eulalia.turn import Turn


@dataclass(frozen=True)
class Scene:
    """One request of the demo, and how it should end."""

    text: str
    locale: str = "en-US"
    voice: str | None = None
    """The espeak-ng voice that says it; None types it."""
    expected: Outcome = Outcome.ANSWERED


@dataclass(frozen=True)
class Performance:
    """What became of a scene."""

    scene: Scene
    turn: Turn
    request_wav: Path | None
    answer_wav: Path | None

    @property
    def as_expected(self) -> bool:
        return self.turn.outcome is self.scene.expected

    def plain(self) -> dict[str, Any]:
        """The performance as JSON values."""
        return {
            "request": self.scene.text,
            "locale": self.scene.locale,
            "voice": self.scene.voice,
            "request_wav": str(self.request_wav) if self.request_wav else None,
            "heard": self.turn.text if self.scene.voice else None,
            "expected": self.scene.expected,
            "outcome": self.turn.outcome,
            "as_expected": self.as_expected,
            "answer": self.turn.answer.text if self.turn.answer else None,
            "answer_wav": str(self.answer_wav) if self.answer_wav else None,
            "turn": json.loads(self.turn.to_json()),
        }


SCENES: Final = (
    Scene("wake me up at seven tomorrow", voice="en-us"),
    Scene("what time is it in london", voice="en-us+m3"),
    Scene("turn on the light in the kitchen", voice="en-us+f3"),
    Scene("enciende la luz de la cocina", "es-ES"),
    Scene("réveille-moi demain à sept heures", "fr-FR"),
    Scene("wie spät ist es in berlin", "de-DE"),
    Scene("adiciona leite à minha lista de compras", "pt-PT"),
    Scene("imposta una sveglia per le otto", "it-IT"),
    Scene("明天早上七点叫我起床", "zh-CN"),
    Scene("キッチンの電気をつけて", "ja-JP"),
    Scene("كم الساعة الآن في القاهرة", "ar-SA"),
    Scene("सुबह सात बजे का अलार्म लगाओ", "hi-IN"),
    Scene("добавь молоко в список покупок", "ru-RU"),
    Scene("niamshe kesho saa moja asubuhi", "sw-KE"),
    # Beyond what it can do: one needs a service that nobody has configured, one means nothing.
    Scene("what is the weather in paris tomorrow", expected=Outcome.UNAVAILABLE),
    Scene("how do i refinance the mortgage on my boat", expected=Outcome.NOT_UNDERSTOOD),
)

COFFEE_SCENES: Final = (
    Scene("can i have a large latte with soy milk please", voice="en-gb-x-rp"),
    Scene("i would like a small double shot espresso with brown sugar", voice="en-us+m3"),
)


def demo(
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="Where the sounds are written.")
    ] = Path("demo-output"),
    as_json: options.Json = False,
) -> None:
    """Show the whole chain at work: hear, understand, act, answer; draw every stage."""
    from rich.console import Console

    from eulalia.errors import EulaliaError

    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EulaliaError(f"{output} cannot be made ({error.strerror}); name another.") from error
    console = Console(quiet=as_json)
    performances = []
    for number, performance in enumerate(_perform_all(output), 1):
        _show(console, number, performance)
        performances.append(performance)
    if as_json:
        print(json.dumps([each.plain() for each in performances], ensure_ascii=False))
    else:
        _summarize(console, performances, output)
    if any(each.turn.outcome is Outcome.FAILED for each in performances):
        raise typer.Exit(FAILURE)


def _perform_all(output: Path) -> Iterator[Performance]:
    """Play the scenes, each kind before an assistant of its own; they share one memory."""
    numbers = iter(range(1, 1_000))
    memory = str(output / "memory")
    with options.open_assistant(memory, locale="en-US") as assistant:
        for scene in SCENES:
            yield _perform(assistant, scene, output, next(numbers))
    coffee = _example("coffee.yaml")
    if coffee is None:
        return
    with options.open_assistant(memory, locale="en-US", skills=[coffee]) as barista:
        for scene in COFFEE_SCENES:
            yield _perform(barista, scene, output, next(numbers))


def _example(name: str) -> Path | None:
    """A file of the examples, which a checkout of the project has and a wheel has not."""
    path = Path(__file__).parents[3] / "examples" / name
    return path if path.is_file() else None


def _perform(assistant: Assistant, scene: Scene, output: Path, number: int) -> Performance:
    request_wav = None
    if scene.voice is None:
        turn = assistant.ask(scene.text, locale=scene.locale, context=options.here())
    else:
        request_wav = output / f"{number:02}-request.wav"
        turn = _speak_to(assistant, scene, scene.voice, request_wav)
    answer_wav = output / f"{number:02}-answer.wav"
    turn = write_answer(assistant, turn, answer_wav)
    spoken = (span := turn.span("tts")) is not None and span.error is None
    return Performance(scene, turn, request_wav, answer_wav if spoken else None)


def _speak_to(assistant: Assistant, scene: Scene, voice: str, path: Path) -> Turn:
    """Say the request, as a person would who waits half a second before and after."""
    import numpy as np

    from eulalia import audio
    from eulalia.audio import espeak

    pause = np.zeros(audio.SAMPLE_RATE // 2, np.float32)
    samples = np.concatenate([pause, espeak.synthesize(scene.text, voice), pause])
    audio.write(path, samples)
    reference = AudioReference(
        str(path.resolve()), len(samples) / audio.SAMPLE_RATE, audio.SAMPLE_RATE
    )
    return assistant.listen(
        audio.read(path), locale=scene.locale, context=options.here(), audio=reference, woken=True
    )


def _show(console: Console, number: int, performance: Performance) -> None:
    from rich.markup import escape

    from eulalia.cli.turns import draw

    scene, turn = performance.scene, performance.turn
    console.rule(f"{number}. {scene.locale}", align="left")
    how = f"spoken by espeak-ng's voice {scene.voice}" if scene.voice else "typed"
    console.print(f"[bold]> {scene.text}[/bold]  ({how})")
    if scene.voice:
        console.print(f"  heard: {turn.text or 'nothing'}")
    answer = turn.answer.text if turn.answer else ""
    console.print(f"[bold green]< {escape(answer)}[/bold green]", highlight=False)
    if not performance.as_expected:
        console.print(f"[red]  This should have ended as {scene.expected}.[/red]")
    console.print(draw(turn))


def _summarize(console: Console, performances: list[Performance], output: Path) -> None:
    from rich.table import Table

    table = Table("", "locale", "request", "understood as", "outcome", "ms", "as it should")
    for number, each in enumerate(performances, 1):
        meaning = each.turn.interpretation
        # What the customer waits for: everything from the end of the request to the answer.
        milliseconds = sum(span.duration for span in each.turn.spans) * 1_000
        table.add_row(
            str(number),
            each.scene.locale,
            each.scene.text,
            f"{meaning.intent} ({meaning.confidence:.2f})" if meaning else "",
            str(each.turn.outcome),
            f"{milliseconds:,.0f}",
            "yes" if each.as_expected else "[red]no[/red]",
        )
    console.rule("Summary", align="left")
    console.print(table)
    right = sum(each.as_expected for each in performances)
    console.print(f"{right} of {len(performances)} requests ended as they should.")
    console.print(
        f"Answers to listen to:  {output}/*-answer.wav\n"
        f"Every trace again:     eulalia turns list --memory {output}/memory\n"
        "Your turn:             eulalia ask 'wake me up at seven'\n"
        "Where to read on:      docs/ARCHITECTURE.md, docs/SKILLS.md",
        highlight=False,
    )
