"""The labels that a network writes, and the text that they spell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import sentencepiece

from eulalia.asr.errors import ModelError

BOUNDARY = "▁"
"""Stands in a piece where a word begins, as in sentencepiece."""
_BLANKS: Final = frozenset({"", "pad", "blank", "blk", "ctc", "epsilon", "eps"})
_SPECIAL: Final = re.compile(r"<.+>|\[.+\]|")


@dataclass(frozen=True)
class Vocabulary:
    """Pieces of text by label.

    >>> Vocabulary(("", "▁he", "llo", "▁you")).text([1, 2, 3])
    'hello you'
    """

    pieces: tuple[str, ...]
    """By label; empty for labels that write nothing, the blank among them."""
    blank: int = 0
    silent: frozenset[int] = frozenset()
    """Labels that must never be written, such as a checkpoint's padding; the blank is not one."""

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        """The vocabulary of a sentencepiece model: label 0 is blank, piece i is label i + 1.

        Raises ModelError when the file is not such a model.
        """
        processor = _processor(path)
        size = processor.get_piece_size()
        pieces = ["", *(processor.id_to_piece(i) for i in range(size))]
        silent = {
            i + 1
            for i in range(size)
            if processor.is_unknown(i) or processor.is_control(i) or processor.is_unused(i)
        }
        for label in silent:
            pieces[label] = ""
        return cls(tuple(pieces), 0, frozenset(silent))

    @classmethod
    def of(cls, labels: Sequence[str], blank: int | None = None) -> Vocabulary:
        """The vocabulary of a list of labels, as other toolkits have it.

        The blank is the label that is empty or named `<pad>`, `<blank>`, `<blk>` or the like, if it
        is not given; `|`, or a space, stands between words. Other names in angle or square brackets
        are never written.

        >>> Vocabulary.of(["<pad>", "|", "a"]).text([2, 1, 2])
        'a a'

        Raises ModelError when no label, or more than one, is a blank.
        """
        if blank is None:
            blanks = [i for i, label in enumerate(labels) if label.lower().strip("<>[]") in _BLANKS]
            if len(blanks) != 1:
                raise ModelError(
                    f"{len(blanks)} labels of the vocabulary look like a blank; say which one is."
                )
            (blank,) = blanks
        if not 0 <= blank < len(labels):
            raise ModelError(f"A vocabulary of {len(labels)} labels has no label {blank}.")
        silent = frozenset(
            i for i, label in enumerate(labels) if i != blank and _SPECIAL.fullmatch(label)
        )
        pieces = [
            "" if i == blank or i in silent else BOUNDARY if label in ("|", " ") else label
            for i, label in enumerate(labels)
        ]
        return cls(tuple(pieces), blank, silent)

    def __len__(self) -> int:
        return len(self.pieces)

    def text(self, labels: Iterable[int]) -> str:
        """The text that the labels spell."""
        return " ".join("".join(self.pieces[label] for label in labels).split(BOUNDARY)).strip()

    def words(self, labels: Sequence[int]) -> list[tuple[str, list[int]]]:
        """The words that the labels spell, each with the positions of its labels."""
        words: list[tuple[str, list[int]]] = []
        for position, label in enumerate(labels):
            piece = self.pieces[label]
            if piece.startswith(BOUNDARY) or not words:
                words.append(("", []))
            text, positions = words[-1]
            if piece != BOUNDARY:  # the mark alone is heard before the word
                positions = [*positions, position]
            words[-1] = (text + piece.replace(BOUNDARY, ""), positions)
        return [(text, positions) for text, positions in words if text]

    @cached_property
    def labels(self) -> dict[str, int]:
        """Labels by their piece."""
        return {piece: label for label, piece in enumerate(self.pieces) if piece}

    @cached_property
    def letters(self) -> frozenset[str]:
        """All letters that the pieces are written with, the mark of a word not among them."""
        return frozenset("".join(self.pieces)) - {BOUNDARY}


class Tokenizer:
    """Text to labels, by the sentencepiece model that the vocabulary comes from."""

    def __init__(self, path: Path) -> None:
        self._processor = _processor(path)

    def __call__(self, text: str) -> list[int]:
        """The labels of a text, by the likeliest segmentation."""
        return [piece + 1 for piece in self._processor.encode(text)]


def _processor(path: Path) -> sentencepiece.SentencePieceProcessor:
    try:
        return sentencepiece.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as error:
        raise ModelError(f"{path} is not a sentencepiece model that can be read.") from error
