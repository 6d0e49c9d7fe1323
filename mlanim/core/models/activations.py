"""Activation functions by name, and their slopes by autograd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

ActivationName = Literal[
    "relu", "leaky_relu", "sigmoid", "tanh", "repu", "gelu", "silu", "softplus"
]


def repu(z: Tensor) -> Tensor:
    """The square of ReLU, max(0, z)²."""
    return torch.relu(z) ** 2


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "leaky_relu": functional.leaky_relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "repu": repu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "softplus": functional.softplus,
}

TITLES = {
    "relu": "ReLU", "leaky_relu": "leaky ReLU", "sigmoid": "sigmoid", "tanh": "tanh",
    "repu": "RePU", "gelu": "GELU", "silu": "SiLU", "softplus": "softplus",
}  # fmt: skip
"""What viewers read."""


def slopes(function: Callable[[Tensor], Tensor], z: Tensor) -> Tensor:
    """The derivative of an activation, or any function of one number, at each of z (...)."""
    z = z.detach().requires_grad_()
    (found,) = torch.autograd.grad(function(z).sum(), z)
    return found
