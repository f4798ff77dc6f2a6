"""The contextual adapter's network: which unit of which listed word is being said, if any.

After Sathyendra et al. (2022), "Contextual adapters for personalized speech recognition in neural
transducers", and Dingliwal et al. (2023), "Personalization of CTC speech recognition models".
Attention goes to units and not to words as wholes, and what it raises is the very unit that it
chose (See, Liu & Manning 2017, "Get to the point", section 2.2), so no word is learned by heart.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ListNetwork(nn.Module):
    """Each unit of each listed word to what attention compares: evidence for it and for the units
    before it, added up."""

    def __init__(self, *, units: int, window: int, keys: int) -> None:
        super().__init__()
        self.tables = nn.Parameter(torch.randn(window, units, keys) * 0.1)

    def forward(self, windows: Tensor) -> Tensor:
        """Windows (nodes, window): a unit, the one before it, …; 0 where the word has not begun, as
        for `<no-bias>`. Returns (nodes, keys)."""
        return torch.stack([t[windows[:, place]] for place, t in enumerate(self.tables)]).sum(0)


class FrameNetwork(nn.Module):
    """The recogniser's states to what attention looks for, and how much follows from it."""

    def __init__(self, *, levels: int, states: int, width: int, keys: int) -> None:
        super().__init__()
        self.enter = nn.Linear(levels * states, width)
        """A weighted sum of the levels, with weights of its own for each channel."""
        self.remember = nn.GRU(width, width, batch_first=True)
        self.query = nn.Linear(width, keys)
        self.gates = nn.Linear(width, 2)

    def forward(self, states: Tensor, memory: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """States (batch, time, levels, states) after a memory (1, batch, width). Returns queries
        (batch, time, keys), by how much the chosen unit and the blank rise (batch, time, 2), and
        the next memory."""
        entered = torch.relu(self.enter(states.flatten(2)))
        remembered, memory = self.remember(entered, memory)
        inner = remembered + entered
        return self.query(inner), self.gates(inner), memory


class AdapterNetwork(nn.Module):
    """Both together, for one kind of units: phones or subwords."""

    def __init__(
        self, *, units: int, window: int, levels: int, states: int, width: int, keys: int
    ) -> None:
        super().__init__()
        self.units = units
        self.levels = levels
        self.width = width
        self.list = ListNetwork(units=units, window=window, keys=keys)
        self.frames = FrameNetwork(levels=levels, states=states, width=width, keys=keys)

    def look(self, states: Tensor) -> tuple[Tensor, Tensor]:
        """Queries and gates of whole utterances."""
        memory = states.new_zeros(1, len(states), self.width)
        queries, gates, _ = self.frames(states, memory)
        return queries, gates

    def forward(self, states: Tensor, windows: Tensor) -> tuple[Tensor, Tensor]:
        """States (batch, time, levels, states) and a list's windows (nodes, window), `<no-bias>`
        the first. Returns shifts of log-probabilities (batch, time, units), the blank first, and
        the logarithm of the attention (batch, time, nodes)."""
        queries, gates = self.look(states)
        attention = (queries @ self.list(windows).T).log_softmax(-1)
        chosen = attention.exp() @ torch.eye(self.units)[windows[:, 0]]
        listed = chosen[..., 1:]
        blank = gates[..., 1:] * (1 - chosen[..., :1])
        return torch.cat([blank, gates[..., :1] * listed], -1), attention

    def said_so_far(self, states: Tensor) -> Tensor:
        """Scores (batch, time, window, units) of each unit for each place in the windows."""
        queries, _ = self.look(states)
        return torch.einsum("btk,wuk->btwu", queries, self.list.tables)
