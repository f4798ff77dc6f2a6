"""Our recogniser beside PocketSphinx: coffee orders, single words, read English, speed.

    python benchmarks/asr.py [--limit N] [--recognizers eulalia]

Reads the folder that EULALIA_DATA names and writes benchmarks/results/asr.json, where figures of
recognisers that are left out stay as they were: PocketSphinx takes an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eulalia import audio
from eulalia.asr import SpeechRecognizer, SpeechStream, Transcript, open_recognizer
from eulalia.asr.training.data import is_held_out
from eulalia.audio import Samples
from eulalia.cli.evaluate_asr import evaluate_asr, evaluate_commands
from eulalia.datasets import Manifest, Recording, evenly_spaced
from eulalia.errors import EulaliaError
from eulalia.skills import TemplateSkill
from eulalia.text import Grammar

ROOT = Path(__file__).parent.parent
NOISES = ("kitchen", "running_tap")
RATIOS = (6.0, 12.0, 18.0, 24.0)
PEERS = ("eulalia", "pocketsphinx")


def main(arguments: Sequence[str]) -> int:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, help="so many recordings of each set")
    parser.add_argument("--recognizers", nargs="+", choices=PEERS, default=PEERS)
    options = parser.parse_args(arguments)
    limit = options.limit
    if "EULALIA_DATA" not in os.environ:
        raise EulaliaError("Set EULALIA_DATA to the folder of the public data sets.")
    speech = Path(os.environ["EULALIA_DATA"]) / "speech"
    results = ROOT / "benchmarks" / "results" / "asr.json"
    report: dict[str, Any] = json.loads(results.read_text("utf-8")) if results.exists() else {}
    for name in options.recognizers:
        try:
            recognizer = open_recognizer(name)
        except EulaliaError as error:
            sys.stderr.write(f"{name} is left out: {error}\n")
            continue
        report[name] = {
            "coffee": coffee(recognizer, speech, limit),
            "words": single_words(recognizer, speech, limit),
            "read": read_english(recognizer, speech, limit),
        }
        print(json.dumps({name: report[name]}, indent=1), flush=True)
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    return 0


def coffee(recognizer: SpeechRecognizer, speech: Path, limit: int | None) -> dict[str, Any]:
    """Spoken orders held to the grammar of the example, clean and in noise."""
    skill = TemplateSkill.load(ROOT / "examples" / "coffee.yaml")
    orders = Manifest.read(speech / "barista").limit(limit)
    figures = {"clean": evaluate_commands(recognizer, orders, skill)}
    for noise in NOISES:
        sound = audio.read(speech / "noise" / f"{noise}.opus")
        figures[noise] = evaluate_commands(recognizer, orders, skill, sound, RATIOS)
    return figures


def single_words(recognizer: SpeechRecognizer, speech: Path, limit: int | None) -> dict[str, Any]:
    """Single words of speakers not trained on, the 35 words given as phrases."""
    recordings = [r for r in Manifest.read(speech / "speech_commands") if r.text]
    words = sorted({str(r.text) for r in recordings})
    return evaluate_asr(recognizer, evenly_spaced(_held_out(recordings), limit), words)


def read_english(recognizer: SpeechRecognizer, speech: Path, limit: int | None) -> dict[str, Any]:
    """Sentences of speakers not trained on, with an open vocabulary, by gender and accent."""
    recordings = evenly_spaced(_held_out(Manifest.read(speech / "common_voice_en")), limit)
    recognizer = Remembering(recognizer)
    figures: dict[str, Any] = {"all": evaluate_asr(recognizer, recordings)}
    for field in ("gender", "accent"):
        groups: dict[str, list[Recording]] = {}
        for recording in recordings:
            groups.setdefault(str(recording.notes.get(field) or "unknown"), []).append(recording)
        figures[field] = {
            group: _without_speed(evaluate_asr(recognizer, members))
            for group, members in sorted(groups.items())
        }
    return figures


class Remembering:
    """A recogniser that hears each sound once, however often it is asked."""

    def __init__(self, recognizer: SpeechRecognizer) -> None:
        self._recognizer = recognizer
        self._heard: dict[bytes, Transcript] = {}

    def transcribe(
        self, samples: Samples, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> Transcript:
        """What was heard of these samples, with these phrases and this grammar, the first time."""
        key = samples.tobytes()
        if key not in self._heard:
            self._heard[key] = self._recognizer.transcribe(
                samples, phrases=phrases, grammar=grammar
            )
        return self._heard[key]

    def stream(
        self, *, phrases: Sequence[str] = (), grammar: Grammar | None = None
    ) -> SpeechStream:
        """As the recogniser itself."""
        return self._recognizer.stream(phrases=phrases, grammar=grammar)


def _without_speed(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if name != "rtf"}


def _held_out(recordings: Manifest | list[Recording]) -> list[Recording]:
    return [r for r in recordings if r.speaker and is_held_out(r.speaker)]


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except EulaliaError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error
