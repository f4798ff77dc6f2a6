"""What parallel data does for translation, under two protocols, beside the published figures.

    python benchmarks/active_custom_translation.py --data DIR [--languages en-zh] [--blocks 100]

Chapters of Dive into Deep Learning are translated without parallel data, with pairs of paragraphs
and with pairs of sentences: once with these chapters left out of the pairs (the honest protocol)
and once with them among the pairs (which the published figures may have been). They are none of
the five chapters that were published. The other ways of using pairs are compared on sentences,
left out. How much of its gain the method `tuned` owes to its way of decoding shows without pairs,
`judged` by the model for the way back. English to Spanish are documents of TensorFlow that were
kept out of the model's training; their text stands in rows, which are paragraphs and sentences at
once. BLEU comes with the interval of 1,000 bootstrap samples of blocks. Writes
benchmarks/results/active_custom_translation.json.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import platform
import tarfile
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from eulalia.translation import Pair, ParallelData
from eulalia.translation.adaptation import METHODS
from eulalia.translation.engine import Engine
from eulalia.translation.evaluation import Block, read_blocks, translated
from eulalia.translation.extract import extract
from eulalia.translation.masking import Kind, mask
from eulalia.translation.model import Model
from eulalia.translation.noisy_channel import NoisyChannel
from eulalia.translation.pairing import DocumentPair, Rule, pair_documents
from eulalia.translation.scoring import score
from eulalia.translation.shipped import shipped

RESULTS = Path(__file__).parent / "results" / "active_custom_translation.json"
PUBLISHED = {
    "en-zh": {"none": 0.536, "paragraphs": 0.571, "sentences": 0.639},
    "zh-en": {"none": 0.720, "paragraphs": 0.786, "sentences": 0.846},
    "en-es": {"none": 0.792, "sentences": 0.824},
}
"""BLEU from 0 to 1; whether the texts were among the pairs is not said."""
CHAPTERS = ("chapter_recurrent-modern", "chapter_convolutional-modern", "chapter_optimization")
_TER_BLOCKS = 60
"""sacrebleu's TER takes half a second for a block of Chinese; so many blocks are scored by it."""


@dataclass(frozen=True)
class Experiment:
    """What is translated, and the pairs that there are."""

    languages: tuple[str, str]
    blocks: list[Block]
    pairs: dict[str, tuple[list[Pair], list[Pair]]]
    """For each kind of pairs those left out and those that are the test's own."""


def main() -> None:
    """Translate in all ways, and write what came out."""
    options = _options()
    results = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    for name in options.languages.split(","):
        languages = tuple(name.split("-"))
        read = _tensorflow if name == "en-es" else _book
        experiment = read(options.data, languages)
        if options.blocks:
            thinned = _spaced(experiment.blocks, options.blocks)
            experiment = Experiment(languages, thinned, experiment.pairs)
        methods = tuple(options.methods.split(","))
        rows: list[dict[str, Any]] = []
        results[name] = {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "blocks": len(experiment.blocks),
            "words": sum(len(part.text.split()) for b in experiment.blocks for part in b.sources),
            "pairs": {kind: len(others) for kind, (others, _) in experiment.pairs.items()},
            "rows": rows,
        }
        for row in _rows(experiment, options.model, methods):
            rows.append(row)
            RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
        _print(name, rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", help="a model's folder; without it, the one that comes along")
    parser.add_argument("--languages", default=",".join(PUBLISHED))
    parser.add_argument("--methods", default=",".join(METHODS), help="the first one is for all")
    parser.add_argument("--blocks", type=int, default=0, help="so many blocks, spaced evenly")
    return parser.parse_args()


def _book(data: Path, languages: tuple[str, str]) -> Experiment:
    """Dive into Deep Learning, whose English and Chinese stand side by side."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(data / "translation" / "d2l-zh.tar.gz") as archive:
            archive.extractall(folder, filter="data")
        book = Path(folder) / "d2l-zh"
        rule = Rule("{name}_origin.md", "{name}.md")
        rule = rule if languages[0] == "en" else Rule(rule.target, rule.source)
        documents = [
            each
            for each in pair_documents(book, book, [rule])[0]
            if each.source.name.endswith("_origin.md") == (languages[0] == "en")
        ]
        own = [each for each in documents if each.name.split("/")[0] in CHAPTERS]
        others = [each for each in documents if each not in own]
        sentences, paragraphs = (
            tuple(make(some, languages) for some in (others, own))
            for make in (_sentences, _paragraphs)
        )
        pairs = {"sentences": sentences, "paragraphs": paragraphs}
        return Experiment(languages, read_blocks(own), pairs)  # type: ignore[arg-type]


def _sentences(documents: list[DocumentPair], languages: tuple[str, str]) -> list[Pair]:
    return list(extract(documents, *languages).pairs)


def _paragraphs(documents: list[DocumentPair], languages: tuple[str, str]) -> list[Pair]:
    return [
        Pair(" ".join(part.restore() for part in block.sources), block.reference)
        for block in read_blocks(documents)
    ]


def _tensorflow(data: Path, languages: tuple[str, str]) -> Experiment:
    """The documents of TensorFlow that are in none of the model's training, and the others."""
    path = data / "translation" / "en-es.tensorflow-docs.tsv.gz"
    own: list[Pair] = []
    others: list[Pair] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for document, source, target in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            is_own = zlib.crc32(document.encode()) % 40 == 0
            (own if is_own else others).append(Pair(source, target))
    blocks = [Block((mask(pair.source, Kind.MARKDOWN),), pair.target) for pair in own]
    return Experiment(languages, blocks, {"sentences": (others, own)})


def _rows(
    experiment: Experiment, model: str | None, methods: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """The figures of each way."""
    languages = experiment.languages
    ways: list[tuple[str, str, str]] = [("none", "", "")]
    if "tuned" in methods:
        ways.append(("none", "", "judged"))
    for protocol in ("left out", "in memory"):
        ways += [(kind, protocol, methods[0]) for kind in experiment.pairs]
    ways += [("sentences", "left out", method) for method in methods[1:]]
    for kind, protocol, method in ways:
        engine = (
            _judged(languages, model)
            if method == "judged"
            else Engine.open(*languages, model, method or None)
        )
        others, own = experiment.pairs.get(kind, ([], []))
        chosen = [*others, *(own if protocol == "in memory" else [])]
        pairs = ParallelData(*languages, chosen) if chosen else None
        began = time.perf_counter()
        if pairs is not None:
            engine.prepare(pairs)
        prepared = time.perf_counter()
        written = translated(engine, experiment.blocks, pairs=pairs)
        done = time.perf_counter()
        references = [block.reference for block in experiment.blocks]
        row: dict[str, Any] = {"pairs": kind, "protocol": protocol, "method": method}
        row |= _scores(written, references, languages[1])
        row |= {"preparing_s": round(prepared - began), "translating_s": round(done - prepared)}
        Console(stderr=True).print(row)
        yield row


def _judged(languages: tuple[str, str], model: str | None) -> Engine:
    """The engine without pairs, whose translations are judged as those of a tuned one are."""
    source, target = languages
    there = shipped(source, target) if model is None else Path(model)
    back = shipped(target, source) if model is None else Path(model)
    return Engine(
        NoisyChannel(Model.open(there, source, target), Model.open(back, target, source)), "reuse"
    )


def _scores(written: list[str], references: list[str], language: str) -> dict[str, Any]:
    bleu = BLEU(tokenize="zh" if language == "zh" else "13a")
    found = bleu.corpus_score(written, [references], n_bootstrap=1000)
    told = json.loads(found.format(is_json=True, signature=str(bleu.get_signature())))
    chrf = CHRF().corpus_score(written, [references]).score
    some, wanted = (_spaced(texts, _TER_BLOCKS) for texts in (written, references))
    return {
        "bleu": round(found.score, 1),
        "bleu_interval": told["confidence_var"],
        "chrf": round(chrf, 1),
        "ter": round(score(some, wanted, language).ter, 1),
        "signature": str(bleu.get_signature()),
    }


def _spaced(things: list[Any], count: int) -> list[Any]:
    count = min(count, len(things))
    return [things[place * len(things) // count] for place in range(count)]


def _print(name: str, rows: list[dict[str, Any]]) -> None:
    table = Table(title=name)
    for column in ("pairs", "protocol", "method", "BLEU", "chrF", "TER", "published BLEU"):
        table.add_column(column)
    for row in rows:
        published = f"{100 * PUBLISHED[name][row['pairs']]:.1f}"
        table.add_row(
            row["pairs"],
            row["protocol"],
            row["method"],
            f"{row['bleu']:.1f} ± {row['bleu_interval']:.1f}",
            f"{row['chrf']:.1f}",
            f"{row['ter']:.1f}",
            published,
        )
    Console().print(table)


if __name__ == "__main__":
    main()
