"""Checkpoints of a training run: the network, the running average of its weights, the optimizer."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from eulalia.errors import EulaliaError


@torch.no_grad()
def update_average(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move the averaged weights towards the network's (Polyak & Juditsky 1992)."""
    for kept, new in zip(average.parameters(), network.parameters(), strict=True):
        kept.lerp_(new, 1 - decay)


def save(
    path: Path,
    recipe: object,
    network: nn.Module,
    average: nn.Module,
    optimizer: torch.optim.Optimizer,
    *,
    epoch: int,
    step: int,
) -> None:
    """Write a checkpoint whole or not at all."""
    state = {
        "recipe": repr(recipe),
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
        "epoch": epoch,
        "step": step,
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def position(path: Path) -> tuple[int, int]:
    """The epoch and the step in it at which a checkpoint was saved; the start if there is none."""
    if not path.exists():
        return 0, 0
    state = torch.load(path, weights_only=True)
    return state["epoch"], state["step"]


def load(
    path: Path,
    recipe: object,
    network: nn.Module,
    average: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> tuple[int, int]:
    """Bring all three to where `save` left them; returns the epoch and the step in it to go on at.

    Raises EulaliaError for a checkpoint of another recipe.
    """
    state = torch.load(path, weights_only=True)
    if state["recipe"] != repr(recipe):
        raise EulaliaError(f"{path} is of another recipe; remove it or do not resume.")
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"], state["step"]
