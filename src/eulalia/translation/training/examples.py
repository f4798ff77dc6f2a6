"""What a model is trained on, prepared once: sentences, translations, and those of like sentences.

Bulte and Tezcan: Neural Fuzzy Repair (2019); Xu, Crego and Senellart: Boosting Neural Machine
Translation with Similar Translations (2020).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eulalia.translation.adaptation.memory import TranslationMemory, with_masks_of
from eulalia.translation.model import MASKS
from eulalia.translation.pairs import Pair, ParallelData
from eulalia.translation.training.data import Example

log = logging.getLogger(__name__)
_SHOWN = 3
"""So many like sentences are kept of each."""


@dataclass(frozen=True)
class Prepared:
    """A sentence, its translation, and the translations of sentences like it, with masks."""

    source: str
    target: str
    into: str
    """The language of the translation."""
    tag: str
    shown: tuple[str, ...]
    dev: bool


def prepare(examples: Sequence[Example], languages: tuple[str, str]) -> list[Prepared]:
    """Look for the likes of every other example in the training part, itself excepted."""
    examples = [example for example in examples if len(example.source.spans) <= MASKS]
    kept = [example for example in examples if not example.dev]
    pairs = [
        Pair(each.source.restored(each.source.text), each.source.restored(each.target))
        for each in kept
    ]
    memory = TranslationMemory.of(ParallelData(*languages, pairs))
    prepared = []
    for place, example in enumerate(examples):
        text = example.source.restored(example.source.text)
        near = [] if place % 2 else [number for _, number in memory.nearest(text)]
        near = [number for number in near if pairs[number].source != text]
        shown = [
            with_masks_of(example.source, kept[number].source, kept[number].target)
            for number in near[:_SHOWN]
        ]
        prepared.append(
            Prepared(
                example.source.text,
                example.target,
                example.into,
                example.tag,
                tuple(shown),
                example.dev,
            )
        )
        if (place + 1) % 10_000 == 0:
            log.info("%d of %d sentences compared", place + 1, len(examples))
    return prepared


def write(path: Path, prepared: Sequence[Prepared]) -> None:
    """Write prepared examples as JSON lines, whole or not at all."""
    partial = path.with_suffix(".partial")
    lines = (json.dumps(asdict(each), ensure_ascii=False) + "\n" for each in prepared)
    partial.write_text("".join(lines), "utf-8")
    partial.replace(path)


def read(path: Path) -> list[Prepared]:
    """What `write` wrote."""
    rows = (json.loads(line) for line in path.read_text("utf-8").split("\n") if line)
    return [Prepared(**{**row, "shown": tuple(row["shown"])}) for row in rows]
