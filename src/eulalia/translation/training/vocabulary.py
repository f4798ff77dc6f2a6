"""The pieces that all languages are written in: SentencePiece with masks, tags and bytes.

Kudo and Richardson: SentencePiece (2018); Kudo: Subword Regularization (2018).
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

import sentencepiece

from eulalia.errors import EulaliaError
from eulalia.translation.model import EXAMPLE, MASKS, TAGS, into

SYMBOLS = (*TAGS, EXAMPLE, *(f"⟦{number}⟧" for number in range(MASKS)))


def write_vocabulary(path: Path, texts: Iterable[str], size: int, languages: Iterable[str]) -> None:
    """Learn pieces from texts of all languages and write them as a SentencePiece model.

    `<unk>` is 0, `<s>` 1 and `</s>` 2. Raises EulaliaError for more pieces than there are.
    """
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_writer=model,
            vocab_size=size,
            model_type="unigram",
            character_coverage=0.9995,
            byte_fallback=True,
            user_defined_symbols=[*SYMBOLS, *map(into, languages)],
            normalization_rule_name="identity",
            split_digits=True,
            input_sentence_size=200_000,
            shuffle_input_sentence=True,
            num_threads=1,
            minloglevel=2,
        )
    except RuntimeError as error:
        reason = str(error).rpartition("] ")[2].rstrip(".")
        raise EulaliaError(f"{size} pieces cannot be learned from this data: {reason}.") from error
    partial = path.with_suffix(".partial")
    partial.write_bytes(model.getvalue())
    partial.replace(path)
