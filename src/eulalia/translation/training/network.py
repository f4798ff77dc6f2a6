"""The transformer that is trained: a deep encoder, a shallow decoder, one table of pieces.

Vaswani et al.: Attention Is All You Need (2017), normalised before each part; Kasai et al.: Deep
Encoder, Shallow Decoder (2021).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, relu

from eulalia.translation.training.softmax import SoftmaxLoss

LONGEST = 1024
"""Positions that are known."""
_NEVER = -1e4
"""The likeness to what must not be looked at."""


class Attention(nn.Module):
    """Attention with several heads, of a sequence to itself or to another one."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, width)

    def forward(
        self, queries: Tensor, memory: Tensor, mask: Tensor | None, *, causal: bool = False
    ) -> Tensor:
        """(batch, m, width) from queries of that shape and a memory (batch, n, width).

        `mask` (batch, 1, 1, n) is true where the memory may be looked at.
        """
        batch, length, width = queries.shape
        q = self.query(queries).view(batch, length, self.heads, -1).transpose(1, 2)
        k, v = (
            part.view(batch, memory.shape[1], self.heads, -1).transpose(1, 2)
            for part in self.key_value(memory).chunk(2, -1)
        )
        # For sentences, on a CPU, this takes a third of the time of torch's fused attention.
        likeness = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
        if mask is not None:
            likeness = likeness.masked_fill(~mask, _NEVER)
        if causal:
            later = torch.ones(length, length, dtype=torch.bool, device=q.device).triu(1)
            likeness = likeness.masked_fill(later, _NEVER)
        mixed = likeness.softmax(-1) @ v
        output: Tensor = self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        return output


class Layer(nn.Module):
    """A layer of the encoder, or with `crossed` one of the decoder."""

    def __init__(self, width: int, heads: int, inner: int, rate: float, *, crossed: bool) -> None:
        super().__init__()
        self.rate = rate
        self.self_norm = nn.LayerNorm(width)
        self.self_attention = Attention(width, heads)
        self.cross_norm = nn.LayerNorm(width) if crossed else None
        self.cross_attention = Attention(width, heads) if crossed else None
        self.inner_norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, inner)
        self.outer = nn.Linear(inner, width)

    def forward(
        self, x: Tensor, mask: Tensor | None, memory: Tensor | None = None, *, causal: bool = False
    ) -> Tensor:
        """As Attention says; an encoder's layer masks itself, a decoder's its memory."""
        y = self.self_norm(x)
        x = x + self._drop(self.self_attention(y, y, None if causal else mask, causal=causal))
        if self.cross_attention is not None and self.cross_norm is not None:
            assert memory is not None
            x = x + self._drop(self.cross_attention(self.cross_norm(x), memory, mask))
        y = relu(self.inner(self.inner_norm(x)))
        return x + self._drop(self.outer(self._drop(y)))

    def _drop(self, x: Tensor) -> Tensor:
        return dropout(x, self.rate, self.training)


class Network(nn.Module):
    """Pieces of a source to the pieces of its translation."""

    def __init__(
        self, pieces: int, width: int, inner: int, heads: int, layers: tuple[int, int], rate: float
    ) -> None:
        """`layers` of the encoder and of the decoder; `rate` is dropout's."""
        super().__init__()
        self.width, self.heads, self.rate = width, heads, rate
        self.table = nn.Embedding(pieces, width)
        nn.init.normal_(self.table.weight, std=width**-0.5)
        self.bias = nn.Parameter(torch.zeros(pieces))
        deep, shallow = layers
        self.encoder = nn.ModuleList(
            Layer(width, heads, inner, rate, crossed=False) for _ in range(deep)
        )
        self.encoder_norm = nn.LayerNorm(width)
        self.decoder = nn.ModuleList(
            Layer(width, heads, inner, rate, crossed=True) for _ in range(shallow)
        )
        self.decoder_norm = nn.LayerNorm(width)
        self.register_buffer("positions", positions(LONGEST, width), persistent=False)

    def embed(self, pieces: Tensor) -> Tensor:
        """(batch, n) to (batch, n, width)."""
        own: Tensor = self.positions  # type: ignore[assignment]
        x = self.table(pieces) * math.sqrt(self.width) + own[: pieces.shape[1]]
        return dropout(x, self.rate, self.training)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """The memory of sources (batch, n) that are filled up with -1, and its mask."""
        mask = (source >= 0)[:, None, None, :]
        x = self.embed(source.clamp_min(0))
        for layer in self.encoder:
            x = layer(x, mask)
        return self.encoder_norm(x), mask

    def decode(self, before: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """States (batch, m, width) after the pieces `before` (batch, m)."""
        x = self.embed(before)
        for layer in self.decoder:
            x = layer(x, mask, memory, causal=True)
        states: Tensor = self.decoder_norm(x)
        return states

    def loss(self, source: Tensor, target: Tensor, start: int, smoothing: float) -> Tensor:
        """The summed cross-entropy of targets (batch, m), filled up with -1."""
        before = torch.cat([target.new_full((len(target), 1), start), target[:, :-1]], 1)
        states = self.decode(before.clamp_min(0), *self.encode(source))
        wanted = target >= 0
        loss: Tensor = SoftmaxLoss.apply(  # type: ignore[no-untyped-call]
            states[wanted], self.table.weight, self.bias, target[wanted], smoothing
        )
        return loss


def positions(length: int, width: int) -> Tensor:
    """Sines, then cosines, of each position, (length, width), as CTranslate2 makes them."""
    step = math.log(10_000) / (width // 2 - 1)
    angles = torch.arange(1, length + 1)[:, None] * torch.exp(-step * torch.arange(width // 2))
    return torch.cat([angles.sin(), angles.cos()], 1)
