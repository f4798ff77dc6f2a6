"""What is learned from all customers: the global layer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eulalia.rewrites import LearnedRewrite
from eulalia.text.vectors import Vectors

_EXACT: Final = 20_000
"""Rewrites of a locale up to which all are looked through; more have an index."""
_BLOCK: Final = 10_000


class Shared:
    """Learned rewrites, found by their requests: the very words, or the nearest vectors."""

    def __init__(self, vectors: Vectors, rewrites: Iterable[LearnedRewrite]) -> None:
        """Of rewrites of one request in one locale, the first counts."""
        self._vectors = vectors
        self._by_words: dict[tuple[str, str], LearnedRewrite] = {}
        for rewrite in rewrites:
            self._by_words.setdefault((rewrite.locale, rewrite.request), rewrite)
        self._by_locale: dict[str, list[LearnedRewrite]] = {}
        for rewrite in self._by_words.values():
            self._by_locale.setdefault(rewrite.locale, []).append(rewrite)
        self._matrices: dict[str, NDArray[np.float32]] = {}
        self._indexes: dict[str, object] = {}

    def __len__(self) -> int:
        return len(self._by_words)

    def get(self, request: str, locale: str) -> LearnedRewrite | None:
        """The rewrite of these very words, normalised."""
        return self._by_words.get((locale, request))

    def near(
        self, vector: NDArray[np.float32], locale: str, count: int
    ) -> list[tuple[LearnedRewrite, float]]:
        """The rewrites whose requests' vectors are nearest to that of shape (size,), with their
        cosines."""
        rewrites = self._by_locale.get(locale, [])
        if not rewrites:
            return []
        if len(rewrites) > _EXACT:
            return self._near_by_index(vector, locale, count)
        if locale not in self._matrices:
            self._matrices[locale] = self._vectors.of((r.request for r in rewrites), locale)
        cosines = self._matrices[locale] @ vector
        best = np.argpartition(-cosines, min(count, len(cosines) - 1))[:count]
        best = best[np.argsort(-cosines[best], kind="stable")]
        return [(rewrites[place], float(cosines[place])) for place in best.tolist()]

    def _near_by_index(
        self, vector: NDArray[np.float32], locale: str, count: int
    ) -> list[tuple[LearnedRewrite, float]]:
        rewrites = self._by_locale[locale]
        index = self._indexes.get(locale)
        if index is None:
            index = self._indexes[locale] = self._build(locale)
        found = index.search(vector, count)  # type: ignore[attr-defined]
        return [
            (rewrites[place], 1.0 - float(distance))
            for place, distance in zip(found.keys.tolist(), found.distances.tolist(), strict=True)
        ]

    def _build(self, locale: str) -> object:
        """A graph of neighbours (Malkov & Yashunin 2020) over the requests of a locale."""
        from usearch.index import Index  # type: ignore[import-not-found,import-untyped,unused-ignore]

        rewrites = self._by_locale[locale]
        index = Index(ndim=self._vectors.size, metric="cos", dtype="i8", connectivity=12)
        for start in range(0, len(rewrites), _BLOCK):
            block = rewrites[start : start + _BLOCK]
            vectors = self._vectors.of((rewrite.request for rewrite in block), locale)
            index.add(np.arange(start, start + len(block)), vectors)
        return index
