"""The understanding network: features of tokens in, intent and slot scores out."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from eulalia.neural.crf import ConditionalRandomField


@dataclass(frozen=True)
class Bags:
    """For every token of a batch, the table rows to sum."""

    rows: Tensor
    """(sum of rows,) int64"""
    offsets: Tensor
    """(tokens,) int64, where each token's rows begin"""
    weights: Tensor
    """(sum of rows,) float32, one over the square root of the token's number of rows"""


class Encoder(nn.Module):
    """Token embeddings to intent and slot scores; the part that is exported to ONNX."""

    def __init__(
        self, dimension: int, hidden: int, layers: int, intents: int, labels: int, dropout: float
    ) -> None:
        super().__init__()
        self.enter = nn.LayerNorm(dimension)
        self.lstm = nn.LSTM(
            dimension, hidden, layers, batch_first=True, bidirectional=True, dropout=dropout
        )
        self.dropout = nn.Dropout(dropout)
        self.pooled = nn.Linear(4 * hidden, hidden)
        self.intent = nn.Linear(hidden, intents)
        self.slots = nn.Linear(2 * hidden, labels)
        # Which slots a request can hold follows from what it asks for.
        self.slots_given_intent = nn.Linear(intents, labels, bias=False)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, tokens, dimension) to intent logits (batch, intents) and label scores
        (batch, tokens, labels)."""
        states, _ = self.lstm(self.dropout(self.enter(tokens)))
        states = self.dropout(states)
        pooled = torch.cat([states.amax(1), states.mean(1)], 1)
        intent = self.intent(self.dropout(torch.relu(self.pooled(pooled))))
        expected = self.slots_given_intent(intent.softmax(1)).unsqueeze(1)
        return intent, self.slots(states) + expected


class Network(nn.Module):
    """Embedding tables, encoder and label transitions, trained together."""

    def __init__(
        self,
        *,
        word_rows: int,
        character_rows: int,
        dimension: int,
        hidden: int,
        layers: int,
        locales: int,
        intents: int,
        labels: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.words = nn.EmbeddingBag(word_rows, dimension, mode="sum")
        self.characters = nn.EmbeddingBag(character_rows, dimension, mode="sum")
        self.locales = nn.Embedding(locales, 2 * dimension)
        self.encoder = Encoder(2 * dimension, hidden, layers, intents, labels, dropout)
        self.transitions = ConditionalRandomField(labels)
        for table in (self.words, self.characters, self.locales):
            nn.init.normal_(table.weight, std=0.3)

    def forward(self, words: Bags, characters: Bags, locales: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of a batch of sentences of one length; locales is (batch,)."""
        parts = [
            table(bags.rows, bags.offsets, per_sample_weights=bags.weights)
            for table, bags in ((self.words, words), (self.characters, characters))
        ]
        tokens = torch.cat(parts, 1).view(len(locales), -1, self.locales.embedding_dim)
        tokens = tokens + self.locales(locales).unsqueeze(1)
        intent, slots = self.encoder(tokens)
        return intent, slots
