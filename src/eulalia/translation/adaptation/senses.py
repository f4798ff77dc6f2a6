"""Texts of a like sense, found by their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from eulalia.translation.adaptation.cells import Cells
from eulalia.translation.adaptation.vectors import Vectors

_NEAR = 0.6
"""Vectors of two texts with a lower cosine say nothing: any two have 0.4 or so."""


@dataclass(frozen=True)
class Senses:
    """Texts, by their vectors."""

    vectors: Vectors
    cells: Cells

    @classmethod
    def of(cls, vectors: Vectors, texts: Sequence[str]) -> Self:
        """Index texts."""
        cells = Cells.of(
            lambda numbers: vectors.of([texts[number] for number in numbers]), len(texts)
        )
        return cls(vectors, cells)

    def near(self, text: str, count: int) -> list[int]:
        """The numbers of the texts whose sense is near to that of one, at most so many, nearest
        first."""
        (vector,) = self.vectors.of([text])
        found = self.cells.nearest(vector, count)
        return [number for cosine, number in found if cosine >= _NEAR]
