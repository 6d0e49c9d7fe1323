"""The gradient of the loss by the stream at each layer, with the skip and without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.data.examples import Split
from mlanim.core.models.mlp import cross_entropy
from mlanim.core.models.residual_net import ResidualNet

MEASURED = 128  # training digits, over which gradient and loss are averaged
SKIPS = torch.tensor([1.0, 0.0], dtype=torch.float64).view(2, 1, 1, 1)


@dataclass(frozen=True)
class Flow:
    """The gradient in one kind of network, over the starts: (…, depth + 1) from h₀ to h_L.

    Every gradient is divided by that at h_L of the same network at the same step.
    """

    starts: np.ndarray  # (T, STARTS, depth + 1) before training, along it and after it
    spread: np.ndarray  # (T, 3, depth + 1) least, median and largest of the starts
    loss: np.ndarray  # (T,) median
    right: int  # median of the test digits that are read right at the end

    def factor(self, step: slice | int) -> float:
        """Within which factor of the gradient at h_L it stays, in all layers of all starts."""
        some = self.starts[step]
        return float(max(some.max(), 1 / some.min() if some.min() > 0 else np.inf))


def flow_of(shares: np.ndarray, losses: np.ndarray, right: np.ndarray) -> Flow:
    """Gradients (T, STARTS, depth + 1), losses (T, STARTS) and digits read right (STARTS,)."""
    spread = np.quantile(shares, (0, 0.5, 1), axis=1).transpose(1, 0, 2)
    return Flow(shares, spread, np.median(losses, axis=1), int(np.median(right)))


def gradients(net: ResidualNet, theta: Tensor, data: Split) -> tuple[np.ndarray, np.ndarray]:
    """Lengths of the gradient at each layer as shares of the last (2, S, L + 1), losses (2, S)."""
    some = data.train.subset(torch.arange(MEASURED))
    streams = net.streams(theta.detach().requires_grad_(), SKIPS, some.inputs)
    losses = cross_entropy(net.scores(theta, streams[-1]), some.labels)
    found = torch.autograd.grad(losses.sum(), streams)
    lengths = torch.stack([one.norm(dim=-2).mean(-1) for one in found], dim=-1)
    return (lengths / lengths[..., -1:]).numpy(), losses.detach().mean(-1).numpy()


def count_right(net: ResidualNet, theta: Tensor, data: Split) -> np.ndarray:
    """How many test digits each network (2, S) reads right."""
    scores = net.scores(theta, net.streams(theta, SKIPS, data.test.inputs)[-1])
    return np.asarray((scores.argmax(-2) == data.test.labels).sum(-1))
