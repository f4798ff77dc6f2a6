"""How fast the engine translates, without and with parallel data, beside the ways of others.

    python benchmarks/translation_speed.py --data DIR [--model FOLDER] [--languages en-zh]

The English blocks of a chapter of Dive into Deep Learning are translated on all processor cores by
the engine; by it with 2,000 pairs of the other chapters, in each way of using them; by CTranslate2
alone (the same model and beam, sentences that are cut and masked already); and by transformers'
Marian of the same size, in full precision, whose random weights are made to write as many pieces.
Every figure is the best of several runs; what is made once for a set of pairs (an index, a tuned
model, the steps of translations) is made before. Writes benchmarks/results/translation_speed.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tarfile
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from eulalia.translation import ParallelData
from eulalia.translation.adaptation import METHODS
from eulalia.translation.documents import open_document
from eulalia.translation.engine import Engine
from eulalia.translation.extract import extract
from eulalia.translation.masking import Masked, has_words
from eulalia.translation.model import Model
from eulalia.translation.pairing import Rule, pair_documents
from eulalia.translation.passages import cut
from eulalia.translation.protection import protect

RESULTS = Path(__file__).parent / "results" / "translation_speed.json"
CHAPTER = "chapter_recurrent-modern"
_BATCH = 32
_PAIRS = 2_000
"""Pairs to adapt by; how long learning from them takes is told apart."""


def main() -> None:
    """Measure, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", help="a model's folder; without it, the one that comes along")
    parser.add_argument("--languages", default="en-zh", choices=("en-zh", "zh-en"))
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    source, target = options.languages.split("-")
    segments, pairs = _read(options.data, source, target)
    engine = Engine.open(source, target, options.model)
    words = sum(len(segment.text.split()) for segment in segments)
    learning: dict[str, float] = {}
    ways: dict[str, Callable[[], Any]] = {"engine": lambda: engine.translate_masked(segments)}
    for method in options.methods.split(","):
        adapted = Engine.open(source, target, options.model, method)
        learning[method] = round(_seconds(partial(adapted.prepare, pairs)), 1)
        ways[f"engine, {method}"] = partial(adapted.translate_masked, segments, pairs=pairs)
    assert isinstance(engine.model, Model)
    sentences = _sentences(segments, source)
    ways["CTranslate2 bare"] = lambda: engine.model.translate(sentences)
    ways["transformers"] = _transformers(engine.model, sentences)
    rows = []
    for name, way in ways.items():
        way()
        seconds = min(_seconds(way) for _ in range(options.repetitions))
        rows.append({"way": name, "words_per_second": round(words / seconds, 1)})
    _print(rows)
    result = {
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "languages": options.languages,
        "words": words,
        "pairs": len(pairs.pairs),
        "seconds_to_prepare": learning,
        "rows": rows,
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def _read(data: Path, source: str, target: str) -> tuple[list[Masked], ParallelData]:
    """The segments of the chapter, and the pairs of the other chapters."""
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(data / "translation" / "d2l-zh.tar.gz") as archive:
            archive.extractall(folder, filter="data")
        book = Path(folder) / "d2l-zh"
        rule = Rule("{name}_origin.md", "{name}.md")
        rule = rule if source == "en" else Rule(rule.target, rule.source)
        documents = [
            each
            for each in pair_documents(book, book, [rule])[0]
            if each.source.name.endswith("_origin.md") == (source == "en")
        ]
        own = [each for each in documents if each.name.startswith(f"{CHAPTER}/")]
        others = [each for each in documents if each not in own]
        segments = [
            segment.masked
            for each in own
            for segment in open_document(each.source).segments
            if segment.translatable
        ]
        found = extract(others, source, target).pairs
        chosen = [found[place * len(found) // _PAIRS] for place in range(_PAIRS)]
        return segments, ParallelData(source, target, chosen)


def _sentences(segments: list[Masked], language: str) -> list[str]:
    protected = [protect(segment) for segment in segments]
    found = [
        whole.part(text).text for whole in protected for text in cut(whole.text, language).sentences
    ]
    return [text for text in found if has_words(text)]


def _transformers(model: Model, sentences: list[str]) -> Callable[[], Any]:
    """Transformers' Marian of the same size, writing as many pieces as our model does."""
    import torch
    from transformers import MarianConfig, MarianMTModel

    pieces = model.source_pieces
    read = sorted((pieces.encode(text) for text in sentences), key=len)
    written = [len(pieces.encode(text)) for text in model.translate(sentences)]
    length = max(1, round(sum(written) / len(written)))
    size = pieces.get_piece_size()
    marian = MarianMTModel(
        MarianConfig(
            vocab_size=size + 1,
            d_model=224,
            encoder_layers=4,
            decoder_layers=2,
            encoder_attention_heads=4,
            decoder_attention_heads=4,
            encoder_ffn_dim=896,
            decoder_ffn_dim=896,
            pad_token_id=size,
            eos_token_id=2,
            decoder_start_token_id=1,
        )
    ).eval()

    def translate() -> None:
        with torch.inference_mode():
            for start in range(0, len(read), _BATCH):
                batch = read[start : start + _BATCH]
                longest = max(map(len, batch))
                marian.generate(
                    torch.tensor([row + [size] * (longest - len(row)) for row in batch]),
                    attention_mask=torch.tensor(
                        [[1] * len(row) + [0] * (longest - len(row)) for row in batch]
                    ),
                    num_beams=4,
                    min_new_tokens=length,
                    max_new_tokens=length,
                )

    return translate


def _seconds(way: Callable[[], Any]) -> float:
    began = time.perf_counter()
    way()
    return time.perf_counter() - began


def _print(rows: list[dict[str, Any]]) -> None:
    table = Table("way", "words a second")
    for row in rows:
        table.add_row(row["way"], f"{row['words_per_second']:,.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
