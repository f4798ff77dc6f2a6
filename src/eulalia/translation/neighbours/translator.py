"""Sentences translated with the say of what people wrote for sentences like them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from eulalia.translation.neighbours.search import Settings, search
from eulalia.translation.neighbours.store import Example, Store
from eulalia.translation.threads import threads
from eulalia.translation.transformer import Transformer

if TYPE_CHECKING:
    from eulalia.translation.model import Model

_AT_ONCE = 32
_KEPT = 20_000
"""Examples whose pieces are kept."""
_LONGEST = 200
"""Pieces of a pair's texts that are read."""


class NeighbourTranslator:
    """Translates by a model's weights, step by step."""

    def __init__(
        self, model: Model, transformer: Transformer, settings: Settings | None = None
    ) -> None:
        self._model = model
        self._transformer = transformer
        self._settings = settings or Settings()
        self._store = Store(transformer, model.target_pieces.bos_id())
        self._example = lru_cache(_KEPT)(self._read_example)

    def translate(
        self, sentences: Sequence[str], pairs: Sequence[Sequence[tuple[str, str]]]
    ) -> list[str]:
        """A translation of each, with the texts and translations that are like it."""
        model = self._model
        sources = [self._source(sentence) for sentence in sentences]
        examples = [[self._example(*pair) for pair in several] for several in pairs]
        written = [""] * len(sentences)
        # The longest first, so that no thread is left with them alone at the end.
        order = sorted(range(len(sources)), key=lambda number: -len(sources[number]))
        batches = [order[first : first + _AT_ONCE] for first in range(0, len(order), _AT_ONCE)]

        def found(own: list[int]) -> list[list[int]]:
            return search(
                self._transformer,
                [sources[number] for number in own],
                self._store.steps([examples[number] for number in own]),
                self._settings,
                begin=model.target_pieces.bos_id(),
                end=model.target_pieces.eos_id(),
            )

        # Each thread has sentences of its own, as the matrices are too small to be shared out.
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads()) as pool:
            for own, several in zip(batches, pool.map(found, batches), strict=True):
                for number, pieces in zip(own, several, strict=True):
                    written[number] = model.written(model.target_pieces.id_to_piece(pieces))
        return written

    def _source(self, text: str) -> list[int]:
        return [self._model.source_pieces.piece_to_id(each) for each in self._model.read(text)]

    def _read_example(self, source: str, target: str) -> Example:
        pieces = self._model.target_pieces
        return Example(
            tuple(self._source(source)[:_LONGEST]),
            (*pieces.encode(target)[:_LONGEST], pieces.eos_id()),
        )
