"""`eulalia listen`: spoken requests, from files or from the microphone, and their answers."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, cast
from uuid import uuid4

import typer

from eulalia.cli import options
from eulalia.cli.ask import finish, tell_where_it_rings
from eulalia.cli.errors import FAILURE
from eulalia.errors import EulaliaError
from eulalia.turn import AudioReference

if TYPE_CHECKING:
    from eulalia.assistant import Assistant
    from eulalia.audio import Samples, WakeWordStream

_BEFORE: Final = 0.5  # seconds kept from before speech is noticed
_PATIENCE: Final = 8.0  # seconds that an assistant that was woken waits for a request


def listen(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Sound files, each of which holds one request.")
    ] = None,
    microphone: Annotated[
        bool, typer.Option("--microphone", help="Listen to the microphone until Ctrl-C.")
    ] = False,
    wake_word: Annotated[
        str | None,
        typer.Option(
            "--wake-word", metavar="NAME", help="Wait for this word, okay_nabu for instance."
        ),
    ] = None,
    recognizer: Annotated[
        str | None,
        typer.Option(
            "--recognizer",
            metavar="NAME",
            help="Hear with eulalia, pocketsphinx, or the model in a folder.",
        ),
    ] = None,
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
    """Hear requests and print their answers."""
    if bool(files) == microphone:
        raise typer.BadParameter("Name sound files, or --microphone, and not both.")
    if wake_word is not None and not microphone:
        raise typer.BadParameter("A wake word needs --microphone.")
    if say is not None and (microphone or len(files or ()) > 1):
        raise typer.BadParameter("--say writes the answer to one file; name just one to hear.")
    from eulalia import audio
    from eulalia.assistant import check_sound

    # A file that cannot be used is found before any request is acted on.
    sounds = []
    for path in files or ():
        sound = audio.read(path)
        with about(path):
            sounds.append(check_sound(sound))
    with options.open_assistant(
        memory, locale=locale, customer=customer, skills=skill, recognizer=recognizer
    ) as assistant:
        if microphone:
            _converse(assistant, wake_word, timezone=timezone, as_json=as_json, trace=trace)
        failed = False
        for path, sound in zip(files or (), sounds, strict=True):
            with about(path):
                turn = assistant.listen(
                    sound,
                    context=options.here(timezone),
                    session=session,
                    audio=reference(path),
                )
            if not as_json and turn.text:
                print(f"{path}: {turn.text}")
            try:
                finish(assistant, turn, as_json=as_json, say=say, trace=trace)
            except typer.Exit:
                failed = True
            if not as_json:
                tell_where_it_rings(turn)
        if failed:
            raise typer.Exit(FAILURE)


@contextmanager
def about(path: Path) -> Iterator[None]:
    """Say which file it is that cannot be used."""
    try:
        yield
    except EulaliaError as error:
        raise EulaliaError(f"{path}: {error}") from error


def reference(path: Path) -> AudioReference:
    """Where a sound file is and how long it lasts."""
    import soundfile  # type: ignore[import-untyped]

    info = soundfile.info(path)
    return AudioReference(str(path.resolve()), info.frames / info.samplerate, info.samplerate)


def _converse(
    assistant: Assistant,
    wake_word: str | None,
    *,
    timezone: str | None,
    as_json: bool,
    trace: bool,
) -> None:
    """Hear one request after another from the microphone, until Ctrl-C."""
    from eulalia import audio
    from eulalia.cli.ring import announce
    from eulalia.skills.reminders import Bell

    word = audio.WakeWord(wake_word) if wake_word else None
    session = uuid4().hex
    Bell(assistant.memory.records, announce, customers=(assistant.customer,)).start()
    print("Listening; Ctrl-C ends it.", file=sys.stderr)
    while True:
        # The microphone is opened anew each time, so that it does not hear the answer.
        with closing(cast("Generator[Samples]", audio.listen())) as chunks:
            sound = next_request(chunks, word.stream() if word else None)
        turn = assistant.listen(
            sound, context=options.here(timezone), session=session, woken=word is not None
        )
        if turn.text and not as_json:
            print(f"> {turn.text}")
        with suppress(typer.Exit):  # a turn that failed is no reason to stop listening
            finish(assistant, turn, as_json=as_json, say=None, trace=trace)
        samples = assistant.speak(turn)
        if samples is not None:
            _play(samples)


def next_request(chunks: Iterator[Samples], wake_word: WakeWordStream | None) -> Samples:
    """The sound of the next request: what is said once the wake word, if any, was heard.

    Ends with the sound, or when nobody has spoken for a while after the wake word.
    """
    import numpy as np

    from eulalia.audio import SAMPLE_RATE, SpeechDetector, SpeechState

    if wake_word is not None:
        for chunk in chunks:
            if wake_word.accept(chunk):
                break
    endpointer = SpeechDetector().endpointer()
    kept: list[Samples] = []
    waited = 0
    for chunk in chunks:
        kept.append(chunk)
        state = endpointer.accept(chunk)
        if state is SpeechState.ENDED:
            break
        if state is SpeechState.WAITING:
            waited += len(chunk)
            if wake_word is not None and waited > _PATIENCE * SAMPLE_RATE:
                break
            while sum(map(len, kept[1:])) > _BEFORE * SAMPLE_RATE:
                kept.pop(0)
    return np.concatenate(kept) if kept else np.zeros(0, np.float32)


def _play(samples: Samples) -> None:
    import sounddevice  # type: ignore[import-untyped]

    sounddevice.play(samples, samplerate=16_000)
    sounddevice.wait()
