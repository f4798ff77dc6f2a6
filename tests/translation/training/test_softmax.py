"""The fused loss equals torch's own, with its gradients."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from eulalia.translation.training.softmax import SoftmaxLoss


@pytest.mark.parametrize("count", [0, 1, 256, 700])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_and_its_gradients_are_those_of_cross_entropy(count, smoothing):
    torch.manual_seed(1)
    targets = torch.randint(0, 40, (count,))
    given = [torch.randn(count, 8), torch.randn(40, 8), torch.randn(40)]
    ours, theirs = ([each.clone().requires_grad_() for each in given] for _ in range(2))
    fused = SoftmaxLoss.apply(*ours, targets, smoothing)
    plain = cross_entropy(
        theirs[0] @ theirs[1].T + theirs[2], targets, label_smoothing=smoothing, reduction="sum"
    )
    assert fused.item() == pytest.approx(plain.item(), rel=1e-5)
    (fused / 3).backward()
    (plain / 3).backward()
    for own, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own.grad, other.grad, rtol=1e-4, atol=1e-5)
