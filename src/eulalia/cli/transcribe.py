"""`eulalia transcribe`: what was said in sound files, with words of one's own favoured."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from eulalia.cli import options
from eulalia.cli.listen import about
from eulalia.cli.phrases import Bias, BiasOption, biasing_of, read_phrases
from eulalia.errors import EulaliaError


def transcribe(
    files: Annotated[list[Path], typer.Argument(help="Sound files of any rate and length.")],
    phrases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Names and words to favour, one phrase a line."),
    ] = None,
    phrase: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="One more phrase; may be given several times."),
    ] = None,
    bias: BiasOption = None,
    recognizer: Annotated[
        str,
        typer.Option(metavar="NAME", help="eulalia, pocketsphinx, or the folder of a model."),
    ] = "eulalia",
    as_json: options.Json = False,
) -> None:
    """Print what is said in sound files.

    Phrases come out right that the recogniser does not know; nothing is trained for them.
    """
    listed = [*(read_phrases(phrases) if phrases else ()), *(phrase or ())]
    if bias not in (None, Bias.NONE) and not listed:
        raise EulaliaError("There are no phrases to favour; name a file of them by --phrases.")
    from eulalia import audio
    from eulalia.asr import open_recognizer

    opened = open_recognizer(recognizer)
    biasing = biasing_of(opened, bias)
    parts: dict[str, Any] = {} if biasing is None else {"biasing": biasing}
    favoured = () if bias is Bias.NONE else listed
    # A file that cannot be read is found before any is heard.
    for path, sound in [(path, audio.read(path)) for path in files]:
        with about(path):
            heard = opened.transcribe(sound, phrases=favoured, **parts)
        if as_json:
            print(json.dumps({"audio": str(path), **asdict(heard)}, ensure_ascii=False))
        else:
            print(f"{path}: {heard.text}" if len(files) > 1 else heard.text)
