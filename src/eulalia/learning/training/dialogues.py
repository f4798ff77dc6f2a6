"""The network of dialogues as it is trained."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding_bag

from eulalia.learning.labels.inputs import BUCKETS, FIELDS, LONGEST, Bags

WORD_DROPOUT: Final = 0.25
"""Share of a turn's features that are left out, so that no word is learned by heart."""


class Layer(nn.Module):
    """One block of the Transformer, normalised before attention and before what follows it."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner, self.outer = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, states: Tensor, there: Tensor) -> Tensor:
        batch, length, _ = states.shape
        projected = self.attention(self.before(states)).view(batch, length, 3, self.heads, -1)
        query, key, value = projected.permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask=there[:, None, None, :]
        )
        states = states + self._drop(self.mixed(mixed.transpose(1, 2).reshape(states.shape)))
        return states + self._drop(self.outer(self.inner(self.between(states)).relu()))

    def _drop(self, values: Tensor) -> Tensor:
        return nn.functional.dropout(values, self.dropout, self.training)


class Network(nn.Module):
    """The same computation as `labels.dialogue.Dialogues`, by the same names."""

    def __init__(self, numbers: int, intents: int, settings: dict[str, Any]) -> None:
        super().__init__()
        width, dimension = settings["width"], settings["dimension"]
        self.dropout = settings["dropout"]
        self.table = nn.Parameter(torch.randn(BUCKETS, dimension) * 0.1)
        self.turn = nn.Linear(FIELDS * dimension + 2 * numbers, width)
        self.positions = nn.Parameter(torch.randn(LONGEST, width) * 0.02)
        self.layers = nn.ModuleList(
            Layer(width, settings["heads"], self.dropout) for _ in range(settings["layers"])
        )
        self.last = nn.LayerNorm(width)
        self.success, self.begins = nn.Linear(width, 1), nn.Linear(width, 1)
        self.intent = nn.Linear(width, intents)
        self.wanted, self.offered = nn.Linear(width, width), nn.Linear(width, width)
        self.none = nn.Linear(width, 1)
        # Most turns were read as they were meant.
        steps = torch.zeros(2 * LONGEST + 1)
        steps[LONGEST] = 2.0
        self.steps = nn.Parameter(steps)

    def forward(self, bags: Bags, numbers: Tensor, places: Tensor, there: Tensor) -> Tensor:
        """(dialogues, turns, width) states of the turns at `places` among those in the bags."""
        features = torch.from_numpy(bags.features.astype(np.int64) % BUCKETS)
        kept = torch.ones(len(features))
        if self.training:
            kept = (torch.rand(len(features)) > WORD_DROPOUT).float() / (1 - WORD_DROPOUT)
        sums = embedding_bag(
            features,
            self.table,
            torch.from_numpy(bags.starts),
            mode="sum",
            per_sample_weights=kept,
        ) / torch.from_numpy(np.sqrt(np.maximum(bags.lengths, 1)).astype("f")).unsqueeze(1)
        merged = torch.cat([sums.view(len(numbers), -1), numbers], 1)
        merged = nn.functional.dropout(merged, self.dropout, self.training)
        turns = self.turn(merged).relu()
        states = turns[places] + self.positions[: places.shape[1]]
        for layer in self.layers:
            states = layer(states, there)
        result: Tensor = self.last(states)
        return result

    def sources(self, states: Tensor, there: Tensor) -> Tensor:
        """(dialogues, turns, 1 + turns) scores of none and of each turn."""
        wanted, offered = self.wanted(states), self.offered(states)
        scores = wanted @ offered.transpose(1, 2) / wanted.shape[-1] ** 0.5
        length = states.shape[1]
        steps = torch.arange(length)[None, :] - torch.arange(length)[:, None] + LONGEST
        scores = (scores + self.steps[steps]).masked_fill(~there[:, None, :], -1e9)
        return torch.cat([self.none(states), scores], 2)
