"""`eulalia evaluate asr` and `eulalia evaluate commands`: how well speech is heard and obeyed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eulalia.cli import options
from eulalia.cli.files import check_folder, write_json
from eulalia.cli.phrases import Bias, BiasOption, biasing_of, read_phrases
from eulalia.errors import EulaliaError

if TYPE_CHECKING:
    from eulalia.asr import BiasingOptions, SpeechRecognizer
    from eulalia.audio import Samples
    from eulalia.datasets import Recording
    from eulalia.skills import TemplateSkill


_DRAWN = 6
"""Recordings whose attention fits into one picture."""

_Manifest = Annotated[
    Path, typer.Argument(metavar="MANIFEST", help="JSON lines, or the folder of a manifest.jsonl.")
]
_Recognizer = Annotated[
    str,
    typer.Option(metavar="NAME", help="eulalia, pocketsphinx, or the folder of a model."),
]
_Limit = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="So many recordings, evenly spaced.")
]


def asr(
    manifest: _Manifest,
    phrases: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Phrases to favour in all lines, one a line."),
    ] = None,
    bias: BiasOption = None,
    attention_plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw the adapter's attention, phrases by time, of the first recordings; "
            "PNG, SVG or PDF.",
        ),
    ] = None,
    recognizer: _Recognizer = "eulalia",
    limit: _Limit = None,
    json_file: options.Figures = None,
) -> None:
    """Measure how well speech is recognised."""
    from eulalia.asr import open_recognizer
    from eulalia.datasets import Manifest

    listed = read_phrases(phrases) if phrases else ()
    check_folder(json_file)
    recordings = list(Manifest.read(manifest).limit(limit))
    if (bias not in (None, Bias.NONE) or attention_plot is not None) and not (
        listed or any(recording.phrases for recording in recordings)
    ):
        raise EulaliaError("There are no phrases to favour; name a file of them by --phrases.")
    opened = open_recognizer(recognizer)
    biasing = biasing_of(opened, bias)
    if attention_plot is not None:
        _draw_attention(opened, recordings, listed, attention_plot)
    report = evaluate_asr(
        opened, _progress(recordings), listed, favoured=bias is not Bias.NONE, biasing=biasing
    )
    _finish(report, json_file)


def commands(
    manifest: _Manifest,
    skill: Annotated[Path, typer.Option(metavar="FILE", help="The skill's sentence templates.")],
    noise: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A sound to mix under every recording.")
    ] = None,
    snr: Annotated[
        str | None, typer.Option(metavar="A,B", help="Signal-to-noise ratios in dB, as in 6,12,24.")
    ] = None,
    recognizer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="eulalia, pocketsphinx, or the folder of a model; "
            "by default the one that hears template skills best.",
        ),
    ] = None,
    limit: _Limit = None,
    json_file: options.Figures = None,
) -> None:
    """Measure how many spoken commands are understood wholly right."""
    from eulalia import audio
    from eulalia.asr import default_for_grammars, open_recognizer
    from eulalia.datasets import Manifest
    from eulalia.skills import TemplateSkill

    ratios = _ratios(snr, noise)
    check_folder(json_file)
    template = TemplateSkill.load(skill)
    recordings = list(Manifest.read(manifest).limit(limit))
    if not any(recording.intent for recording in recordings):
        raise EulaliaError(f"No line of {manifest} has an intent; commands need one, and slots.")
    report = evaluate_commands(
        open_recognizer(recognizer) if recognizer else default_for_grammars(),
        _progress(recordings),
        template,
        None if noise is None else audio.read(noise),
        ratios,
    )
    _finish(report, json_file)


def evaluate_asr(
    recognizer: SpeechRecognizer,
    recordings: Iterable[Recording],
    phrases: Sequence[str] = (),
    *,
    favoured: bool = True,
    biasing: BiasingOptions | None = None,
) -> dict[str, Any]:
    """The figures of a recogniser on recordings with their text.

    `phrases` are listed for every recording; a recording's own come on top. They are favoured only
    if `favoured` says so, but count for the figures of rare words in any case. `biasing` needs a
    Recognizer of ours. Raises EulaliaError for a recording whose text is not known.
    """
    from eulalia import audio
    from eulalia.asr.metrics import compare, score

    options: dict[str, Any] = {} if biasing is None else {"biasing": biasing}
    comparisons = []
    heard_for = lasted = 0.0
    for recording in recordings:
        if recording.text is None:
            raise EulaliaError(f"{recording.audio} has no text in the manifest to compare with.")
        samples = audio.read(recording.audio)
        listed = list(dict.fromkeys([*phrases, *recording.phrases]))
        begun = time.process_time()
        heard = recognizer.transcribe(samples, phrases=listed if favoured else (), **options)
        heard_for += time.process_time() - begun
        lasted += len(samples) / audio.SAMPLE_RATE
        comparisons.append(compare(recording.text, heard.text, recording.rare or listed))
    figures = score(comparisons).plain()
    return {"n": figures.pop("n"), "rtf": heard_for / lasted, **figures}


def evaluate_commands(
    recognizer: SpeechRecognizer,
    recordings: Iterable[Recording],
    skill: TemplateSkill,
    noise: Samples | None = None,
    ratios: Sequence[float] = (),
) -> dict[str, Any]:
    """The share of recordings whose intent and slots are all right; with noise, by its ratio in dB.

    `acceptance` is the average over the ratios, where there are some.
    """
    import numpy as np

    from eulalia import audio

    conditions: Sequence[float | None] = ratios or [None]
    right = dict.fromkeys(conditions, 0)
    count = 0
    heard_for = lasted = 0.0
    for recording in recordings:
        samples = audio.read(recording.audio)
        for ratio in right:
            sound = samples
            if ratio is not None and noise is not None:
                # Each recording meets another stretch of the noise, the same in every run.
                sound = audio.mix(samples, noise, ratio, np.random.default_rng(count))
            begun = time.process_time()
            text = recognizer.transcribe(sound, grammar=skill.grammar).text
            heard_for += time.process_time() - begun
            lasted += len(sound) / audio.SAMPLE_RATE
            right[ratio] += is_right(skill, text, recording)
        count += 1
    if not count:
        raise EulaliaError("There is no command to hear; give at least one recording.")
    shares = {ratio: number / count for ratio, number in right.items()}
    return {
        "n": count,
        "acceptance": sum(shares.values()) / len(shares),
        "by_snr": {f"{ratio:g}": share for ratio, share in shares.items() if ratio is not None},
        "rtf": heard_for / lasted,
    }


def is_right(skill: TemplateSkill, text: str, recording: Recording) -> bool:
    """Whether a text means what the recording's line says: its intent and all slots, no more."""
    meaning = skill.match(text)
    if meaning is None or meaning.intent != recording.intent:
        return False
    found = {slot.name: slot.value.lower() for slot in meaning.slots}
    return found == {name: value.lower() for name, value in recording.slots.items()}


def _draw_attention(
    recognizer: SpeechRecognizer,
    recordings: Sequence[Recording],
    phrases: Sequence[str],
    path: Path,
) -> None:
    from eulalia import audio
    from eulalia.asr import Recognizer
    from eulalia.asr.attention import AttentionMap, attention_map, draw

    if not isinstance(recognizer, Recognizer):
        raise EulaliaError("This recogniser has no adapter whose attention could be shown.")
    maps: list[tuple[str, AttentionMap]] = []
    for recording in recordings:
        listed = list(dict.fromkeys([*phrases, *recording.phrases]))
        if listed and len(maps) < _DRAWN:
            samples = audio.read(recording.audio)
            title = recording.text or recording.audio.name
            maps.append((title, attention_map(recognizer, samples, listed)))
    draw(maps, path)


def _ratios(snr: str | None, noise: Path | None) -> tuple[float, ...]:
    if (snr is None) != (noise is None):
        raise EulaliaError("Noise needs both --noise, a sound file, and --snr, ratios in dB.")
    if snr is None:
        return ()
    try:
        ratios = tuple(dict.fromkeys(float(part) for part in snr.split(",")))
    except ValueError as error:
        raise EulaliaError(f"{snr!r} is no list of ratios in dB; write 6,12,24 say.") from error
    if not all(-100 <= ratio <= 100 for ratio in ratios):
        raise EulaliaError("Signal-to-noise ratios lie between -100 and 100 dB.")
    return ratios


def _progress(recordings: list[Recording]) -> Iterable[Recording]:
    from rich.console import Console
    from rich.progress import track

    return track(recordings, "hearing", console=Console(stderr=True), transient=True)


def _finish(report: dict[str, Any], json_file: Path | None) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, show_header=False)
    for name, value in report.items():
        for label, figure in (
            [(f"{name} {key} dB", item) for key, item in value.items()]
            if isinstance(value, dict)
            else [(name, value)]
        ):
            shown: Callable[[Any], str] = (
                "{:,}".format if isinstance(figure, int) else "{:.3f}".format
            )
            table.add_row(label, "–" if figure is None else shown(figure))
    Console().print(table)
    if json_file is not None:
        write_json(json_file, report)
