"""Clipping: what is done to a gradient before it becomes a step, so that no step is too long.

The formulas of torch.nn.utils.clip_grad_norm_ and clip_grad_value_, without the 1e-6 that the
first adds to the length. Leading dimensions are networks side by side, each with its own length.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from mlanim.core.learning.optimizers import Change, Memory, Optimizer

HALVINGS = 60  # of the interval in which a limit is sought


def by_norm(gradient: Tensor, limit: Tensor | float) -> Tensor:
    """g · min(1, limit / |g|) of each gradient (..., P): one too long is shortened, not turned.

    limit: broadcast against (..., 1); infinity leaves everything as it is. The source is
    Pascanu et al. 2013, algorithm 1.
    """
    norm = gradient.norm(dim=-1, keepdim=True)
    return gradient * (limit / norm).clamp(max=1)


def by_value(gradient: Tensor, limit: Tensor | float) -> Tensor:
    """Each number of gradients (..., P) held within ±limit, broadcast against (..., 1)."""
    limits = torch.as_tensor(limit, dtype=gradient.dtype)
    return gradient.clamp(-limits, limits)


def value_limit(gradients: Tensor, length: float) -> Tensor:
    """The limit (..., 1) with which `by_value` leaves gradients (..., P) that long, by halving.

    A gradient that is no longer than that anyway keeps a limit at which nothing is cut.
    """
    high = gradients.abs().amax(-1, keepdim=True)
    low = torch.zeros_like(high)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_long = by_value(gradients, middle).norm(dim=-1, keepdim=True) > length
        low, high = torch.where(is_long, low, middle), torch.where(is_long, middle, high)
    return high


def degrees_between(first: Tensor, second: Tensor) -> Tensor:
    """The angle between vectors (..., P), degrees: 2 atan2(|u − v|, |u + v|) of unit ones.

    Precise where they are almost parallel, which the arc cosine of a product is not (Kahan 2006).
    """
    u, v = (vector / vector.norm(dim=-1, keepdim=True) for vector in (first, second))
    return torch.rad2deg(2 * torch.atan2((u - v).norm(dim=-1), (u + v).norm(dim=-1)))


@dataclass(frozen=True)
class Clipped:
    """A rule that is given gradients clipped by norm.

    limits: of the networks that are trained side by side, broadcast against (..., 1).
    """

    rule: Optimizer
    limits: Tensor

    def memory(self, theta: Tensor) -> Memory:
        """The rule's."""
        return self.rule.memory(theta)

    def change(self, gradient: Tensor, memory: Memory, step: int, rate: float) -> Change:
        """The rule's change for the clipped gradient."""
        return self.rule.change(by_norm(gradient, self.limits), memory, step, rate)
