"""The recogniser's network: a stack of causal convolutions with CTC losses on three levels.

Every layer looks back only, so that a stream gives the very numbers that the whole recording gives;
CTC is free to emit later than the sound, and does. Phones are predicted after a third, two thirds
and all of the layers, and fed back into the stack where they were predicted (self-conditioned CTC,
Nozaki & Komatsu 2021); subwords are predicted at the top. The blocks are ConvNeXt's (Liu et al.
2022) in one dimension.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

SUBSAMPLING = 4
"""Feature frames to one frame of the network."""
BINS = 80


class Block(nn.Module):
    """A depthwise causal convolution over time, then a network at each frame."""

    def __init__(self, width: int, kernel: int, expansion: int, dropout: float) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(width, width, kernel, groups=width)
        self.norm = nn.LayerNorm(width)
        self.expand = nn.Linear(width, expansion * width)
        self.contract = nn.Linear(expansion * width, width)
        self.dropout = nn.Dropout(dropout)
        self.scale = nn.Parameter(torch.full((width,), 0.3))

    def forward(self, frames: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Frames (batch, time, width) after `past` (batch, kernel - 1, width); returns the new
        frames and what the next stretch has to know of the past."""
        seen = torch.cat([past, frames], 1)
        mixed = self.convolution(seen.transpose(1, 2)).transpose(1, 2)
        inner = self.dropout(torch.relu(self.expand(self.norm(mixed))))
        result = frames + self.dropout(self.scale * self.contract(inner))
        return result, seen[:, -past.shape[1] :]

    @torch.no_grad()
    def grow(self, expansion: int) -> None:
        """Widen the network at each frame; what the block computes stays the same at first."""
        width, before = self.contract.weight.shape
        expand, contract = nn.Linear(width, expansion * width), nn.Linear(expansion * width, width)
        expand.weight[:before] = self.expand.weight
        expand.bias[:before] = self.expand.bias
        contract.weight[:, :before] = self.contract.weight
        # What is new says nothing yet, and learns to.
        contract.weight[:, before:] = 0
        contract.bias.copy_(self.contract.bias)
        self.expand, self.contract = expand, contract


class Network(nn.Module):
    """Log-mel frames to log-probabilities of subwords and phones."""

    def __init__(
        self,
        *,
        width: int,
        layers: int,
        kernel: int,
        expansion: int,
        dropout: float,
        subwords: int,
        phones: int,
    ) -> None:
        super().__init__()
        self.kernel = kernel
        self.width = width
        self.enter = nn.Linear(SUBSAMPLING * BINS, width)
        self.blocks = nn.ModuleList(Block(width, kernel, expansion, dropout) for _ in range(layers))
        self.taps = (layers // 3, 2 * layers // 3)
        """Numbers of layers after which phones are predicted on the way."""
        self.tap_norms = nn.ModuleList(nn.LayerNorm(width) for _ in self.taps)
        self.tap_phones = nn.ModuleList(nn.Linear(width, phones) for _ in self.taps)
        self.feedback = nn.ModuleList(nn.Linear(phones, width) for _ in self.taps)
        self.leave = nn.LayerNorm(width)
        self.phones = nn.Linear(width, phones)
        self.subwords = nn.Linear(width, subwords)

    def grow(self, expansion: int) -> None:
        """Widen every block without changing what it computes (Net2Net, Chen et al. 2016)."""
        for block in self.blocks:
            assert isinstance(block, Block)
            block.grow(expansion)

    @property
    def cache_shape(self) -> tuple[int, int, int]:
        """(layers, kernel - 1, width): what a stream remembers."""
        return len(self.blocks), self.kernel - 1, self.width

    def forward(
        self, features: Tensor, cache: Tensor
    ) -> tuple[Tensor, Tensor, list[Tensor], Tensor, Tensor]:
        """Features (batch, 4 × time, 80) and a cache (layers, kernel - 1, width) that all share.

        Returns log-probabilities of subwords (batch, time, subwords) and phones, those of the taps,
        the states (batch, time, taps + 1, width) that all these are predicted from, the topmost
        last, and the next cache of the first sequence.
        """
        batch = features.shape[0]
        frames = self.enter(features.reshape(batch, -1, SUBSAMPLING * BINS))
        taps, states, next_cache = [], [], []
        for number, block in enumerate(self.blocks, start=1):
            past = cache[number - 1].unsqueeze(0).expand(batch, -1, -1)
            frames, past = block(frames, past)
            next_cache.append(past[0])
            if number in self.taps:
                tap = self.taps.index(number)
                states.append(self.tap_norms[tap](frames))
                scores = self.tap_phones[tap](states[-1]).log_softmax(-1)
                taps.append(scores)
                frames = frames + self.feedback[tap](scores.exp())
        top = self.leave(frames)
        subwords = self.subwords(top).log_softmax(-1)
        phones = self.phones(top).log_softmax(-1)
        return subwords, phones, taps, torch.stack([*states, top], 2), torch.stack(next_cache)
