"""A linear-chain conditional random field over token labels (Lafferty et al. 2001)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ConditionalRandomField(nn.Module):
    """Scores a whole row of labels, so that neighbours agree.

    Batches hold sentences of one length, so nothing is padded or masked.
    """

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.transitions = nn.Parameter(torch.zeros(labels, labels))
        self.first = nn.Parameter(torch.zeros(labels))
        self.last = nn.Parameter(torch.zeros(labels))

    def negative_log_likelihood(self, emissions: Tensor, labels: Tensor) -> Tensor:
        """Of each sentence's labels, (batch,), from emissions (batch, tokens, labels)."""
        return self._partition(emissions) - self._score(emissions, labels)

    def _score(self, emissions: Tensor, labels: Tensor) -> Tensor:
        chosen = emissions.gather(2, labels.unsqueeze(2)).squeeze(2).sum(1)
        steps = self.transitions[labels[:, :-1], labels[:, 1:]].sum(1)
        return chosen + steps + self.first[labels[:, 0]] + self.last[labels[:, -1]]

    def _partition(self, emissions: Tensor) -> Tensor:
        # Products of exponentials are far cheaper than a log-sum-exp over label pairs, and the
        # running maximum keeps them in range.
        step = self.transitions.exp()
        alpha = self.first + emissions[:, 0]
        for position in range(1, emissions.shape[1]):
            peak = alpha.amax(1, keepdim=True)
            alpha = ((alpha - peak).exp() @ step).clamp_min(1e-30).log() + peak
            alpha = alpha + emissions[:, position]
        return torch.logsumexp(alpha + self.last, 1)

    @torch.no_grad()
    def decode(self, emissions: Tensor) -> Tensor:
        """The likeliest labels, (batch, tokens), by the algorithm of Viterbi (1967)."""
        best = self.first + emissions[:, 0]
        steps = []
        for position in range(1, emissions.shape[1]):
            scores, previous = (best.unsqueeze(2) + self.transitions).max(1)
            best = scores + emissions[:, position]
            steps.append(previous)
        path = [(best + self.last).argmax(1)]
        for previous in reversed(steps):
            path.append(previous.gather(1, path[-1].unsqueeze(1)).squeeze(1))
        return torch.stack(path[::-1], 1)
