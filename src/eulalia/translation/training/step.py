"""One step of training: gradients in bfloat16, steps in full precision."""

from __future__ import annotations

import torch
from torch import Tensor

from eulalia.translation.training.network import Network

_LONGEST_GRADIENT = 1.0


def take_step(
    network: Network,
    working: Network,
    optimizer: torch.optim.Optimizer,
    batch: tuple[Tensor, Tensor],
    begin: int,
    smoothing: float,
) -> float:
    """Take a step and return the loss of a piece.

    `working` is the network in bfloat16, which makes the gradients; the steps are taken in the full
    precision of `network`. `batch` are sources and targets as `batches.collate` makes them, `begin`
    is the piece before a target's first one.
    """
    source, target = (each.to(network.bias.device) for each in batch)
    working.train().zero_grad()
    loss = working.loss(source, target, begin, smoothing) / (target >= 0).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    for own, other in zip(network.parameters(), working.parameters(), strict=True):
        own.grad = None if other.grad is None else other.grad.float()
    torch.nn.utils.clip_grad_norm_(network.parameters(), _LONGEST_GRADIENT)
    optimizer.step()
    copy_weights(network, working)
    return float(loss.detach())


@torch.no_grad()
def copy_weights(network: Network, working: Network) -> None:
    """Bring the working network's weights to where the network's are."""
    for own, other in zip(network.parameters(), working.parameters(), strict=True):
        other.copy_(own)
