"""How well listed rare words are heard, and what the list costs the other words.

    python benchmarks/biasing.py [--limit N] [--distractors 0 10 100 …] [--ablation 100 …]

Names of people by country, drugs, places and songs in carrier sentences are spoken by voices that
the recogniser was not trained on: festival's ked_diphone, where festival is installed, and
espeak-ng's voices that training left out (the same synthesiser, other voices and accents). A word
counts as rare when it is not among the 5,000 commonest. Reads the folder that EULALIA_DATA names
and writes benchmarks/results/biasing.json.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from eulalia import audio
from eulalia.asr import BiasingOptions, Recognizer
from eulalia.asr.metrics import Comparison, compare, normalize, score
from eulalia.asr.training.data import is_held_out, plain_text
from eulalia.audio import Samples, espeak
from eulalia.datasets import Manifest
from eulalia.errors import EulaliaError

ROOT = Path(__file__).parent.parent
ACCENTS = ("en-us", "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us")
VARIANTS = (
    "Alex Denis Diogo Gene2 Nguyen RicishayMax announcer edward2 gustave iven2 iven3 klatt4 klatt5 "
    "miguel steph2 steph3"
).split()
"""Voices of espeak-ng that training left out and that sound like people."""
ONE_LIST = 1_000
"""Distractors from which on all utterances share one list."""
NOISES = ("kitchen", "running_tap", "doing_the_dishes", "exercise_bike", "dude_miaowing")


@dataclass(frozen=True)
class Utterance:
    """A sound, what was said in it, and the phrases that matter there."""

    kind: str
    text: str
    phrases: tuple[str, ...]
    samples: Samples


@dataclass(frozen=True)
class Pool:
    """What distractors are drawn from, and the words that are not rare."""

    phrases: Sequence[str]
    common: frozenset[str]


def main(arguments: Sequence[str]) -> int:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=200, help="utterances of each set")
    parser.add_argument("--distractors", type=int, nargs="+", default=[0, 10, 100, 1_000, 10_000])
    parser.add_argument(
        "--ablation", type=int, nargs="*", default=[], help="distractors for each part alone"
    )
    parser.add_argument("--model", type=Path, help="the folder of another recogniser")
    options = parser.parse_args(arguments)
    if "EULALIA_DATA" not in os.environ:
        raise EulaliaError("Set EULALIA_DATA to the folder of the public data sets.")
    data = Path(os.environ["EULALIA_DATA"])
    recognizer = Recognizer.open(options.model)
    common = common_words(data)
    pool = rare_phrases(data, common)
    everything = sorted({phrase for phrases in pool.values() for phrase in phrases})
    everything += lexicon(data, common | set(everything), 10_000 - len(everything))
    drawn = Pool(everything, common)
    sets = {
        "voices": spoken(pool, options.limit, seed=7),
        "librispeech (trained on)": read(data, "librispeech_3spk", common, options.limit),
        "common voice (held out)": read(data, "common_voice_en", common, options.limit),
    }
    report: dict[str, Any] = {}
    for name, utterances in sets.items():
        report[name] = {"none": measure(recognizer, utterances, None, drawn)}
        for count in options.distractors:
            report[name][str(count)] = measure(recognizer, utterances, count, drawn)
        print(json.dumps({name: report[name]}, indent=1), flush=True)
        keep(report)
    report["unlisted"] = measure(recognizer, sets["voices"], 100, drawn, listed=False)
    thousand = everything[:: len(everything) // 1_000]
    report["false words"] = {
        name: false_words(recognizer, sounds, thousand)
        for name, sounds in (
            ("silence and noise", quiet(data)),
            ("four readers at once", crowd(data, 4)),
            ("eight readers at once", crowd(data, 8)),
        )
    }
    print(json.dumps({name: report[name] for name in ("unlisted", "false words")}, indent=1))
    keep(report)
    for count in options.ablation:
        rows = report.setdefault("ablation", {}).setdefault(str(count), {})
        for name, figures in ablation(recognizer, sets["voices"], count, drawn):
            rows[name] = figures
            print(json.dumps({f"{name}, {count}": figures}), flush=True)
            keep(report)
    return 0


def keep(report: dict[str, Any]) -> None:
    """Write the figures so far: the last ones take long."""
    results = ROOT / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    (results / "biasing.json").write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def common_words(data: Path) -> frozenset[str]:
    """The 5,000 commonest words of LibriSpeech, in lower case."""
    packed = (data / "biasing" / "common_words_5k.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().lower().split())


def rare_phrases(data: Path, common: frozenset[str]) -> dict[str, list[str]]:
    """By kind, phrases of which at least one word is rare."""
    lists = tomllib.loads((Path(__file__).parent / "rare_words.toml").read_text("utf-8"))
    found = {
        "names": list(names(data)),
        "drugs": lists["drugs"].split(),
        "places": [place.replace("-", " ") for place in lists["places"].split()],
        "songs": lists["songs"],
    }
    return {
        kind: [p for p in dict.fromkeys(phrases) if not set(p.split()) <= common]
        for kind, phrases in found.items()
    }


def lexicon(data: Path, known: frozenset[str], count: int) -> list[str]:
    """So many other rare words of CMUdict, evenly spaced, to fill long lists with."""
    packed = (data / "lexicons" / "cmudict.dict.gz").read_bytes()
    words = [line.split()[0] for line in gzip.decompress(packed).decode().splitlines()]
    rare = [word for word in words if word.isalpha() and len(word) > 3 and word not in known]
    return rare[:: len(rare) // count][:count]


def names(data: Path) -> Iterator[str]:
    """Forenames and surnames of all countries in Latin letters."""
    with tarfile.open(data / "lexicons" / "names-by-country.tar.xz") as archive:
        for part in ("forenames", "surnames"):
            file = archive.extractfile(f"names/common-{part}-by-country.csv")
            assert file is not None
            for row in csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"))):
                name = plain_text(row["Romanized Name"] or "")
                if len(name) > 2 and row["Romanized Name"].isascii() and " " not in name:
                    yield name


def spoken(pool: dict[str, list[str]], count: int, seed: int) -> list[Utterance]:
    """Carrier sentences with rare phrases in voices not trained on, as many of each kind."""
    random = np.random.default_rng(seed)
    carriers = tomllib.loads((Path(__file__).parent / "rare_words.toml").read_text("utf-8"))[
        "carriers"
    ]
    lines = []
    for number in range(count):
        kind = list(pool)[number % len(pool)]
        phrase = str(random.choice(pool[kind]))
        lines.append((kind, phrase, str(random.choice(carriers[kind])).format(phrase)))
    festival = dict(
        zip(range(0, count, 3), by_festival([t for _, _, t in lines[::3]]), strict=False)
    )
    utterances = []
    for number, (kind, phrase, text) in enumerate(lines):
        samples = festival.get(number)
        if samples is None:
            voice = f"{random.choice(ACCENTS)}+{random.choice(VARIANTS)}"
            samples = espeak.synthesize(text, voice, rate=int(random.integers(130, 190)))
        utterances.append(Utterance(kind, text, (phrase,), samples))
    return utterances


def by_festival(texts: Sequence[str]) -> list[Samples]:
    """The texts in festival's voice ked_diphone; none where festival is not installed."""
    if which("festival") is None:
        sys.stderr.write("festival is left out: apt install festival festvox-kdlpc16k\n")
        return []
    with tempfile.TemporaryDirectory() as folder:
        lines = ["(voice_ked_diphone)"]
        for number, text in enumerate(texts):
            lines.append(f'(set! u (utt.synth (Utterance Text "{text}")))')
            lines.append(f'(utt.save.wave u "{folder}/{number}.wav" \'riff)')
        script = Path(folder) / "speak.scm"
        script.write_text("\n".join(lines), "utf-8")
        subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True)
        return [audio.read(Path(folder) / f"{number}.wav") for number in range(len(texts))]


def read(data: Path, name: str, common: frozenset[str], count: int) -> list[Utterance]:
    """Human readings with a rare word, of speakers not trained on where there are some."""
    manifest = list(Manifest.read(data / "speech" / name))
    if name == "common_voice_en":
        manifest = [r for r in manifest if is_held_out(str(r.speaker))]
    found = []
    for recording in manifest:
        rare = tuple(
            dict.fromkeys(
                w for w in normalize(recording.text or "") if w not in common and len(w) > 2
            )
        )
        if rare:
            found.append((recording, rare))
    step = max(1, len(found) // count)
    return [
        Utterance(name, r.text or "", rare, audio.read(r.audio))
        for r, rare in found[::step][:count]
    ]


def ablation(
    recognizer: Recognizer, utterances: Sequence[Utterance], distractors: int, pool: Pool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each part alone and all together, in a search by sound and in one by spelling."""
    by_sound = {
        "base": nothing(),
        "C4 class in the language model": nothing(in_language=None),
        "C6 look-up": nothing(lookup=True),
        "C6 and C7 look-up, other sounds of letters": nothing(lookup=True, variants=None),
        "decoder side": BiasingOptions(encoder=False),
    }
    if recognizer.adapter is not None:
        by_sound["C2 adapter (encoder side)"] = nothing(encoder=True)
        by_sound["C2 to C7 all"] = BiasingOptions(encoder=True)
    by_spelling = {
        "base": nothing(adaptive=False, rescoring=False),
        "C3 adaptive boosts": nothing(adaptive=None, rescoring=False),
        "C4 class in the language model": nothing(
            adaptive=False, rescoring=False, in_language=None
        ),
        "C5 rescoring by alignment": nothing(adaptive=False, rescoring=None),
        "C6 look-up": nothing(adaptive=False, rescoring=False, lookup=True),
        "decoder side": BiasingOptions(encoder=False),
    }
    speller = Recognizer(recognizer.model, recognizer.decoder, recognizer.pronouncer)
    searches = (("by sound", recognizer, by_sound), ("by spelling", speller, by_spelling))
    for search, model, rows in searches:
        for name, options in rows.items():
            yield f"{search}: {name}", measure(model, utterances, distractors, pool, options)


def nothing(**parts: Any) -> BiasingOptions:
    """Options with all parts off but these; those that a search lacks are off there anyway."""
    off = BiasingOptions(
        in_language=False, lookup=False, variants=False, encoder=False, whole=False
    )
    return replace(off, **parts)


def measure(
    recognizer: Recognizer,
    utterances: Sequence[Utterance],
    distractors: int | None,
    pool: Pool,
    biasing: BiasingOptions | None = None,
    *,
    listed: bool = True,
) -> dict[str, Any]:
    """The figures with so many distractors beside the words that are said; None lists nothing.

    Without `listed` only distractors are listed, none of which is said.
    """
    random = np.random.default_rng(distractors or 0)
    comparisons: list[Comparison] = []
    begun, lasted = time.process_time(), 0.0
    said_somewhere = [phrase for utterance in utterances for phrase in utterance.phrases]
    for utterance in track(
        utterances, f"{distractors} distractors", console=Console(stderr=True), transient=True
    ):
        said = set(normalize(utterance.text))
        own = list(utterance.phrases) if listed else []
        if distractors is None:
            phrases = own
        elif distractors >= ONE_LIST:
            # One list for all, with what is said in any of them.
            phrases = list(
                dict.fromkeys([*said_somewhere, *pool.phrases[:: len(pool.phrases) // distractors]])
            )
        else:
            drawn = random.permutation(len(pool.phrases))[: distractors + 20]
            others = [pool.phrases[i] for i in drawn if not set(pool.phrases[i].split()) & said]
            phrases = [*own, *others[:distractors]]
        heard = recognizer.transcribe(
            utterance.samples,
            phrases=() if distractors is None else phrases,
            biasing=biasing,
        )
        lasted += len(utterance.samples) / audio.SAMPLE_RATE
        # Distractors that are heard count against the precision.
        rare = [w for p in phrases for w in normalize(p) if w not in pool.common]
        comparisons.append(compare(utterance.text, heard.text, rare))
    figures = score(comparisons).plain()
    figures["rtf"] = (time.process_time() - begun) / lasted
    return {name: round(v, 4) if isinstance(v, float) else v for name, v in figures.items()}


def quiet(data: Path) -> list[Samples]:
    """A quarter of an hour of silence and household noise in which nobody speaks."""
    sounds = [audio.read(data / "speech" / "noise" / f"{name}.opus") for name in NOISES]
    random = np.random.default_rng(0)
    sounds += [np.zeros(16_000 * 60, np.float32)]
    sounds += [audio.coloured_noise("white", 16_000 * 60, random) * np.float32(0.01)]
    while sum(map(len, sounds)) < 16_000 * 600:
        sounds += [sound * np.float32(0.3) for sound in sounds[:5]]
    return sounds


def crowd(data: Path, readers: int) -> list[Samples]:
    """Two minutes of so many people reading at once; none was used to settle any constant."""
    files = sorted((data / "speech" / "librispeech_251spk").glob("*.opus"))[1::2]
    together = np.zeros(16_000 * 120, np.float32)
    for reader in range(readers):
        voices = [audio.read(file) for file in files[reader::readers]]
        together += np.resize(np.concatenate(voices), len(together)) / np.float32(readers)
    return [together]


def false_words(
    recognizer: Recognizer, sounds: Sequence[Samples], phrases: Sequence[str]
) -> dict[str, Any]:
    """Words heard where none is to be, in pieces of three seconds, as short requests are."""
    heard: dict[str, Any] = {"minutes": 0.0, "listed": 0, "all": 0}
    listed = {word for phrase in phrases for word in normalize(phrase)}
    for sound in sounds:
        for start in range(0, len(sound) - 24_000, 48_000):
            part = sound[start : start + 48_000]
            words = normalize(recognizer.transcribe(part, phrases=phrases).text)
            heard["minutes"] += len(part) / 960_000
            heard["all"] += len(words)
            heard["listed"] += sum(word in listed for word in words)
    return heard


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
