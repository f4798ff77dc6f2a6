"""How well an engine translates documents that people have translated."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eulalia.translation.alignment import align_documents
from eulalia.translation.documents import open_document
from eulalia.translation.engine import Engine
from eulalia.translation.errors import TranslationError
from eulalia.translation.masking import Masked
from eulalia.translation.pairing import DocumentPair
from eulalia.translation.pairs import ParallelData
from eulalia.translation.scoring import TranslationScore, score

_BATCH = 32
"""Blocks translated between two movements of the progress bar."""


@dataclass(frozen=True)
class Block:
    """A piece of a document, and its translation by a person."""

    sources: tuple[Masked, ...]
    reference: str


@dataclass(frozen=True)
class Evaluation:
    """The scores of blocks, and how fast they were translated."""

    score: TranslationScore
    translations: tuple[str, ...]
    references: tuple[str, ...]
    words_per_second: float
    """Words of the source a second, the looking up of pairs included, the indexing not."""


def read_blocks(
    documents: Sequence[DocumentPair], stepped: Callable[[], None] = lambda: None
) -> list[Block]:
    """The blocks of documents with those of their translations, which are aligned to them.

    Blocks without a counterpart count for nothing. Raises TranslationError for a document that
    cannot be read, and where no block has a counterpart.
    """
    pairs = [(open_document(each.source), open_document(each.target)) for each in documents]
    sides = [tuple([part.masked for part in x.segments] for x in pair) for pair in pairs]
    texts = [
        ([each.restore() for each in ours], [each.restore() for each in theirs])
        for ours, theirs in sides
    ]
    blocks = []
    aligned = align_documents(texts, None, stepped)
    for (source, target), (ours, theirs), beads in zip(pairs, sides, aligned, strict=True):
        for bead in beads:
            sources = [ours[i] for i in bead.source if source.segments[i].translatable]
            references = [
                theirs[i].restore() for i in bead.target if target.segments[i].translatable
            ]
            if sources and references:
                blocks.append(Block(tuple(sources), " ".join(references)))
    if not blocks:
        raise TranslationError("No block of the documents has a counterpart in the references.")
    return blocks


def evaluate(
    engine: Engine,
    blocks: Sequence[Block],
    *,
    pairs: ParallelData | None = None,
    stepped: Callable[[int], None] = lambda count: None,
) -> Evaluation:
    """Translate blocks and score them; `stepped` is told how many more are done."""
    if pairs is not None:
        engine.prepare(pairs)
    began = time.perf_counter()
    translations = translated(engine, blocks, pairs=pairs, stepped=stepped)
    seconds = time.perf_counter() - began
    words = sum(len(source.text.split()) for block in blocks for source in block.sources)
    references = [block.reference for block in blocks]
    scored = score(translations, references, engine.model.target_language)
    return Evaluation(scored, tuple(translations), tuple(references), words / seconds)


def translated(
    engine: Engine,
    blocks: Sequence[Block],
    *,
    pairs: ParallelData | None = None,
    stepped: Callable[[int], None] = lambda count: None,
) -> list[str]:
    """The engine's translation of each block; `stepped` is told how many more are done."""
    translations: list[str] = []
    for start in range(0, len(blocks), _BATCH):
        batch = blocks[start : start + _BATCH]
        sources = [source for block in batch for source in block.sources]
        written = engine.translate_masked(sources, pairs=pairs)
        restored = iter(s.restore(text) for s, text in zip(sources, written, strict=True))
        translations += [" ".join(next(restored) for _ in block.sources) for block in batch]
        stepped(len(batch))
    return translations
