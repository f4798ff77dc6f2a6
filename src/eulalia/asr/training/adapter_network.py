"""The contextual adapter's network: which unit of which listed word is being said, if any.

Every node of the tree of listed words is embedded from the last units on the way to it; at every
frame attention from all levels of the frozen recogniser chooses among them and `<no-bias>`, and the
chosen unit becomes likelier, after Sathyendra et al. (2022), "Contextual adapters for personalized
speech recognition in neural transducers", and Dingliwal et al. (2023), "Personalization of CTC
speech recognition models". Attention goes to units and not to words as wholes, and what it raises
is the very unit that it chose (See, Liu & Manning 2017, "Get to the point", section 2.2), so that
words are never learned by heart.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus


class ListNetwork(nn.Module):
    """Nodes of the tree of listed words to what attention compares and what it raises by."""

    def __init__(self, *, units: int, window: int, width: int, keys: int) -> None:
        super().__init__()
        self.units = units
        self.embeddings = nn.Parameter(torch.randn(window, units, width) * 0.3)
        self.inner = nn.Linear(width, width)
        self.keys = nn.Linear(width, keys)
        self.values = nn.Linear(width, 2)

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor]:
        """Windows (nodes, window): the unit of each node, the one before it, …; 0 where the word
        has not begun, as for `<no-bias>`, the first node. Returns keys (nodes, keys) and values
        (nodes, 2), by how much the unit and the blank rise."""
        each = [table[windows[:, place]] for place, table in enumerate(self.embeddings)]
        inner = torch.relu(self.inner(torch.relu(torch.stack(each).sum(0))))
        raised = self.values(inner) * (windows[:, :1] > 0)
        return self.keys(inner), raised


class FrameNetwork(nn.Module):
    """The recogniser's states to what attention looks for."""

    def __init__(self, *, levels: int, states: int, width: int, keys: int) -> None:
        super().__init__()
        self.enter = nn.Linear(levels * states, width)
        """A weighted sum of the levels, with weights of its own for each channel."""
        self.remember = nn.GRU(width, width, batch_first=True)
        self.query = nn.Linear(width, keys)
        self.gates = nn.Linear(width, 2)

    def forward(self, states: Tensor, memory: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """States (batch, time, levels, states) after a memory (1, batch, width). Returns queries
        (batch, time, keys), gates (batch, time, 2) above 0, and the next memory."""
        entered = torch.relu(self.enter(states.flatten(2)))
        remembered, memory = self.remember(entered, memory)
        inner = remembered + entered
        return self.query(inner), softplus(self.gates(inner)), memory


class AdapterNetwork(nn.Module):
    """Both, for one kind of units: phones or subwords."""

    def __init__(
        self, *, units: int, window: int, levels: int, states: int, width: int, keys: int
    ) -> None:
        super().__init__()
        self.units = units
        self.list = ListNetwork(units=units, window=window, width=width, keys=keys)
        self.frames = FrameNetwork(levels=levels, states=states, width=width, keys=keys)
        self.width = width

    def forward(self, states: Tensor, windows: Tensor) -> tuple[Tensor, Tensor]:
        """States (batch, time, levels, states) and a tree's windows (nodes, window).

        Returns shifts of log-probabilities (batch, time, units), the blank first, and the
        logarithm of the attention (batch, time, nodes).
        """
        keys, values = self.list(windows)
        queries, gates, _ = self.frames(states, states.new_zeros(1, len(states), self.width))
        attention = (queries @ keys.T).log_softmax(-1)
        weights = attention.exp()
        raised = torch.zeros(len(windows), self.units).to(values)
        raised = raised.scatter(1, windows[:, :1], values[:, :1])
        shifts = gates[..., :1] * (weights @ raised)
        blank = gates[..., 1] * (weights @ values[:, 1])
        return torch.cat([blank.unsqueeze(-1), shifts[..., 1:]], -1), attention
