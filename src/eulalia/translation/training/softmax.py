"""The cross-entropy of a softmax over many pieces, without a table of all of its values.

Hsu et al.: Liger Kernel (2024) fuse the last layer with its loss in the same way on GPUs; on a CPU
stretches of positions stay in its cache.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

_STRETCH = 256


class SoftmaxLoss(torch.autograd.Function):
    """The summed cross-entropy of pieces (n,) after states (n, width), with smoothed labels.

    The gradients are made together with the loss, as they need the same probabilities.
    """

    @staticmethod
    def forward(
        ctx: Any, states: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, smoothing: float
    ) -> Tensor:
        """`weight` is of shape (pieces, width), `bias` of (pieces,); smoothed as torch does."""
        pieces = len(weight)
        loss = states.new_zeros((), dtype=torch.float32)
        of_states = torch.empty_like(states)
        of_weight = torch.zeros_like(weight, dtype=torch.float32)
        of_bias = torch.zeros_like(bias, dtype=torch.float32)
        for first in range(0, len(states), _STRETCH):
            own, wanted = states[first : first + _STRETCH], targets[first : first + _STRETCH, None]
            logits = torch.addmm(bias, own, weight.t()).float()
            total = logits.logsumexp(1, keepdim=True)
            even = logits.mean(1, keepdim=True)
            loss += (total - (1 - smoothing) * logits.gather(1, wanted) - smoothing * even).sum()
            change = logits.sub_(total).exp_().sub_(smoothing / pieces)
            change.scatter_add_(1, wanted, change.new_full(wanted.shape, smoothing - 1))
            of_bias += change.sum(0)
            change = change.to(states.dtype)
            of_states[first : first + _STRETCH] = change @ weight
            of_weight += change.t() @ own
        ctx.save_for_backward(of_states, of_weight.to(weight.dtype), of_bias.to(bias.dtype))
        return loss

    @staticmethod
    def backward(ctx: Any, *given: Tensor) -> Any:
        """The gradients of the first three arguments."""
        return *(each * given[0].to(each.dtype) for each in ctx.saved_tensors), None, None
