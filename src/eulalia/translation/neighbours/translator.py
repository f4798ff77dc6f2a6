"""Sentences translated with the say of what people wrote for sentences like them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from eulalia.translation.neighbours.search import Settings, search
from eulalia.translation.neighbours.store import Example, Store
from eulalia.translation.transformer import Transformer

if TYPE_CHECKING:
    from eulalia.translation.model import Model

_AT_ONCE = 32
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

    def translate(
        self, sentences: Sequence[str], pairs: Sequence[Sequence[tuple[str, str]]]
    ) -> list[str]:
        """A translation of each, with the texts and translations that are like it."""
        model = self._model
        sources = [self._source(sentence) for sentence in sentences]
        examples = [[self._example(*pair) for pair in several] for several in pairs]
        written = [""] * len(sentences)
        order = sorted(range(len(sources)), key=lambda number: len(sources[number]))
        for first in range(0, len(order), _AT_ONCE):
            own = order[first : first + _AT_ONCE]
            found = search(
                self._transformer,
                [sources[number] for number in own],
                self._store.steps([examples[number] for number in own]),
                self._settings,
                begin=model.target_pieces.bos_id(),
                end=model.target_pieces.eos_id(),
            )
            for number, pieces in zip(own, found, strict=True):
                written[number] = model.written(model.target_pieces.id_to_piece(pieces))
        return written

    def _source(self, text: str) -> list[int]:
        return [self._model.source_pieces.piece_to_id(each) for each in self._model.read(text)]

    def _example(self, source: str, target: str) -> Example:
        pieces = self._model.target_pieces
        return Example(
            tuple(self._source(source)[:_LONGEST]),
            (*pieces.encode(target)[:_LONGEST], pieces.eos_id()),
        )
