"""Vectors of texts: those of their pieces in a model of our own, the frequent ones weighing less.

Arora, Liang and Ma: A Simple but Tough-to-Beat Baseline for Sentence Embeddings (2017). The common
component that they take away is left in, since what was found without it was further from people's
translations; and pieces are as frequent as the vocabulary says, so that a text's vector does not
depend on the texts around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from eulalia.translation.errors import TranslationError
from eulalia.translation.masking import Kind, mask
from eulalia.translation.model import Model
from eulalia.translation.protection import MASK
from eulalia.translation.transformer import WEIGHTS

if TYPE_CHECKING:
    from sentencepiece import SentencePieceProcessor

Floats = npt.NDArray[np.float32]

_RARE = 0.001
"""Pieces that are as frequent as this weigh half of what the rarest do."""
_SPACE = "▁"
"""The piece of white space, which also stands before letters that are unknown."""
_LONGEST = 256
"""Pieces of a text that are read."""
_AT_ONCE = 512


class Vectors:
    """Texts to vectors."""

    def __init__(self, pieces: SentencePieceProcessor, table: Floats) -> None:
        """`table` is (pieces, width), a vector for each piece of a unigram vocabulary."""
        scores = np.array([pieces.get_score(n) for n in range(pieces.get_piece_size())])
        # The logarithm of its probability is a piece's score; symbols and the unknown have 0.
        weights = np.where(scores < 0, _RARE / (_RARE + np.exp(scores)), 0)
        weights[pieces.piece_to_id(_SPACE)] = 0
        self._pieces = pieces
        self._table = (table[: len(weights)] * weights[:, None]).astype(np.float32)

    @classmethod
    def of_model(cls, model: Model) -> Self | None:
        """The vectors of a model's table; None where it keeps none, as converted checkpoints do.

        Raises TranslationError for a table that cannot be read or is not one of its pieces.
        """
        path = model.folder / WEIGHTS
        if not path.exists():
            return None
        try:
            with path.open("rb") as file, np.load(file) as arrays:
                table = arrays["table.weight"].astype(np.float32)
            if table.ndim != 2 or len(table) < model.source_pieces.get_piece_size():
                raise ValueError(f"its table is {table.shape}")
            if not np.isfinite(table).all():
                raise ValueError("its table has numbers that are none")
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise TranslationError(
                f"{path} has no vectors that can be read ({error}); export the model again."
            ) from error
        return cls(model.source_pieces, table)

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return int(self._table.shape[1])

    def of(self, texts: Sequence[str]) -> Floats:
        """(texts, width) vectors of length 1; of length 0 for a text without a known piece."""
        vectors = np.zeros((len(texts), self.width), np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            own = self._pieces.encode([_plain(text) for text in texts[start : start + _AT_ONCE]])
            rows = [row[:_LONGEST] for row in own]
            lengths = np.array([len(row) for row in rows])
            spoken = np.flatnonzero(lengths)
            if not len(spoken):
                continue
            flat = np.fromiter((piece for row in rows for piece in row), np.int64)
            starts = np.concatenate([[0], np.cumsum(lengths[spoken])[:-1]])
            vectors[start + spoken] = np.add.reduceat(self._table[flat], starts)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        return vectors


def _plain(text: str) -> str:
    """A text without code, formulas and links, and without halves of letters."""
    plain = MASK.sub(" ", mask(text, Kind.MARKDOWN).text)
    return plain.encode("utf-8", "replace").decode()
