"""Examples as batches of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sentencepiece import SentencePieceProcessor
from torch import Tensor

from eulalia.translation.model import EXAMPLE, into
from eulalia.translation.training.examples import Prepared

Drawn = tuple[Prepared, str | None]
"""An example, and the translation of a like sentence if it is shown."""
_MOST = 200
"""Pieces of a sentence, and of what is shown beside it; longer ones are cut off."""


@dataclass(frozen=True)
class Pieces:
    """Cuts texts into pieces, now and then in unusual ones (Kudo 2018)."""

    model: SentencePieceProcessor
    alpha: float
    """How seldom unusual pieces are; 0 for never any."""

    def of(self, text: str, sampled: bool) -> list[int]:
        """The numbers of a text's pieces."""
        if sampled and self.alpha:
            found: list[int] = self.model.encode(
                text, enable_sampling=True, alpha=self.alpha, nbest_size=-1
            )
        else:
            found = self.model.encode(text)
        return found[:_MOST]

    def source(self, drawn: Drawn, sampled: bool) -> list[int]:
        """A language, a tag, a sentence, and what is shown beside it, as `Model` puts them."""
        example, shown = drawn
        symbol = self.model.piece_to_id
        numbers = [
            symbol(into(example.into)),
            symbol(example.tag),
            *self.of(example.source, sampled),
        ]
        if shown is not None:
            numbers += [symbol(EXAMPLE), *self.of(shown, sampled)]
        return [*numbers, self.model.eos_id()]

    def target(self, drawn: Drawn, sampled: bool) -> list[int]:
        """A translation and its end."""
        return [*self.of(drawn[0].target, sampled), self.model.eos_id()]


def draw(examples: Sequence[Prepared], share: float, random: np.random.Generator) -> list[Drawn]:
    """Every example, and for this share of those that have likes one of these."""
    return [
        (each, each.shown[random.integers(len(each.shown))])
        if each.shown and random.random() < share
        else (each, None)
        for each in examples
    ]


def batches(
    drawn: Sequence[Drawn], pieces: Pieces, most: int, random: np.random.Generator
) -> list[list[Drawn]]:
    """Groups of examples of like lengths, each of at most so many pieces with the filling.

    Translations within a seventh of each other's length are taken for as long, and of these the
    sources are put in order: so four fifths of what the network reads is text.
    """
    written = np.array([len(pieces.target(each, sampled=False)) for each in drawn])
    read = np.array([len(pieces.source(each, sampled=False)) for each in drawn])
    steps = (np.log(written) / np.log(1.15) + random.random()).astype(int)
    order = np.lexsort((read * random.uniform(0.98, 1.02, len(read)), steps))
    groups: list[list[Drawn]] = [[]]
    longest_read, longest_written = 0, 0
    for number in order:
        longest_read = max(longest_read, read[number])
        longest_written = max(longest_written, written[number])
        if groups[-1] and (longest_read + longest_written) * (len(groups[-1]) + 1) > most:
            groups.append([])
            longest_read, longest_written = read[number], written[number]
        groups[-1].append(drawn[number])
    return [groups[place] for place in random.permutation(len(groups))]


def collate(
    group: Sequence[Drawn], pieces: Pieces, random: np.random.Generator | None
) -> tuple[Tensor, Tensor]:
    """Sources and targets of a batch, (batch, n) and (batch, m), filled up with -1.

    With `random`, half of the batches are cut into pieces in unusual ways.
    """
    sampled = random is not None and random.random() < 0.5
    return (
        _filled([pieces.source(each, sampled) for each in group]),
        _filled([pieces.target(each, sampled) for each in group]),
    )


def _filled(rows: Sequence[Sequence[int]]) -> Tensor:
    filled = torch.full((len(rows), max(map(len, rows))), -1)
    for number, row in enumerate(rows):
        filled[number, : len(row)] = torch.tensor(row)
    return filled
