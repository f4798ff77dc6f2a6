"""Vectors of pieces to begin with, in which pieces that translate each other are close.

Levy, Sogaard and Goldberg: A Strong Baseline for Learning Cross-Lingual Word Embeddings from
Sentence Alignments (2017). From them a network that shares one table of pieces among its languages
soon learns where to look in a source: at the piece that is most like the one it is to write.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags  # type: ignore[import-untyped]
from scipy.sparse.linalg import eigsh  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float32]


def bilingual_embeddings(
    pairs: Sequence[tuple[Sequence[int], Sequence[int]]], pieces: int, width: int
) -> Floats:
    """Vectors (pieces, width) of length 1, from sentences and translations in numbers of pieces.

    A piece is the pairs that it occurs in, on either side; rare ones count for more, and so do
    short pairs. Pieces that occur in none get vectors by chance.
    """
    random = np.random.default_rng(1)
    vectors = random.normal(size=(pieces, width)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [np.unique(np.concatenate(pair)).astype(np.int32) for pair in pairs]
    columns = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    rows = np.concatenate([*texts, np.empty(0, np.int32)])
    occurrences = csr_matrix(
        (np.ones(len(rows), np.float32), (rows, columns)), shape=(pieces, len(texts))
    )
    counts = np.asarray(occurrences.sum(1)).ravel()
    if np.count_nonzero(counts) <= width + 1:
        return vectors
    weighted = diags(np.log((len(texts) + 1) / (counts + 1)).astype(np.float32)) @ occurrences
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(0)).ravel())
    weighted = weighted @ diags(1 / np.maximum(lengths, 1e-6))
    together = (weighted @ weighted.T).astype(np.float32)
    values, found = eigsh(together, k=width, tol=1e-2, v0=random.normal(size=pieces))
    own = found * np.maximum(values, 0) ** 0.25
    norms = np.linalg.norm(own, axis=1, keepdims=True)
    seen = (norms[:, 0] > 1e-6) & (counts > 0)
    vectors[seen] = own[seen] / norms[seen] + 0.2 * vectors[seen]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors
