"""Optimisers, each written out so that it can be read beside its formula, as torch.optim has them.

Every rule works on each number by itself, so that networks can be trained side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

Memory = tuple[Tensor, ...]


class Optimizer(Protocol):
    """A rule that turns gradients into changes."""

    def memory(self, theta: Tensor) -> Memory:
        """What it knows before the first step."""

    def change(self, gradient: Tensor, memory: Memory, step: int, rate: float) -> Change:
        """What to add to the parameters at a step counted from 0, and what it knows then."""


Change = tuple[Tensor, Memory]


@dataclass(frozen=True)
class SGD:
    """Gradient descent, stochastic if its batches are: the change is −rate · g."""

    def memory(self, theta: Tensor) -> Memory:
        """Nothing."""
        return ()

    def change(self, gradient: Tensor, memory: Memory, step: int, rate: float) -> Change:
        """−rate · g."""
        return -rate * gradient, memory


@dataclass(frozen=True)
class Momentum:
    """The heavy ball (Polyak 1964), in the form that torch.optim.SGD uses."""

    decay: float = 0.9

    def memory(self, theta: Tensor) -> Memory:
        """The velocity."""
        return (torch.zeros_like(theta),)

    def change(self, gradient: Tensor, memory: Memory, step: int, rate: float) -> Change:
        """v ← decay · v + g; −rate · v."""
        velocity = self.decay * memory[0] + gradient
        return -rate * velocity, (velocity,)


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma and Ba 2015, algorithm 1)."""

    mean_decay: float = 0.9
    square_decay: float = 0.999
    epsilon: float = 1e-8

    def memory(self, theta: Tensor) -> Memory:
        """Decaying means of the gradient and of its square."""
        return torch.zeros_like(theta), torch.zeros_like(theta)

    def change(self, gradient: Tensor, memory: Memory, step: int, rate: float) -> Change:
        """−rate · m̂ / (√v̂ + ε), both means freed of their start at zero."""
        mean = self.mean_decay * memory[0] + (1 - self.mean_decay) * gradient
        square = self.square_decay * memory[1] + (1 - self.square_decay) * gradient**2
        unbiased = mean / (1 - self.mean_decay ** (step + 1))
        size = (square / (1 - self.square_decay ** (step + 1))).sqrt()
        return -rate * unbiased / (size + self.epsilon), (mean, square)


@dataclass(frozen=True)
class Nesterov:
    """Momentum that looks ahead (Nesterov 1983), in the form that torch.optim.SGD uses."""

    decay: float = 0.9

    def memory(self, theta: Tensor) -> Memory:
        """The velocity."""
        return (torch.zeros_like(theta),)

    def change(self, gradient: Tensor, memory: Memory, step: int, rate: float) -> Change:
        """v ← decay · v + g; −rate · (g + decay · v)."""
        velocity = self.decay * memory[0] + gradient
        return -rate * (gradient + self.decay * velocity), (velocity,)


@dataclass(frozen=True)
class RMSProp:
    """A step divided by the root of the mean square of its gradients (Hinton 2012)."""

    decay: float = 0.99
    epsilon: float = 1e-8

    def memory(self, theta: Tensor) -> Memory:
        """The decaying mean of the gradient's square."""
        return (torch.zeros_like(theta),)

    def change(self, gradient: Tensor, memory: Memory, step: int, rate: float) -> Change:
        """−rate · g / (√s + ε)."""
        square = self.decay * memory[0] + (1 - self.decay) * gradient**2
        return -rate * gradient / (square.sqrt() + self.epsilon), (square,)


@dataclass(frozen=True)
class Rated:
    """A rule at a rate of its own for each of the networks that are trained side by side.

    rates: broadcast against the parameters (..., P). Every rule's change is its rate times
    something else.
    """

    rule: Optimizer
    rates: Tensor

    def memory(self, theta: Tensor) -> Memory:
        """The rule's."""
        return self.rule.memory(theta)

    def change(self, gradient: Tensor, memory: Memory, step: int, rate: float) -> Change:
        """The rule's change, times the networks' rates."""
        change, memory = self.rule.change(gradient, memory, step, rate)
        return self.rates * change, memory


OPTIMIZERS: dict[str, Optimizer] = {"sgd": SGD(), "momentum": Momentum(), "adam": Adam()}

FIVE: dict[str, Optimizer] = {
    "gradient descent": SGD(), "momentum": Momentum(), "Nesterov": Nesterov(),
    "RMSProp": RMSProp(), "Adam": Adam(),
}  # fmt: skip
"""By the name that viewers read, with their usual settings."""


def optimizer_named(name: str) -> Optimizer:
    """The optimiser of that name, with its usual settings.

    Raises:
        ValueError: for a name that is none, with those that are.
    """
    if name not in OPTIMIZERS:
        raise ValueError(f"optimizer is {name!r}; it must be one of {', '.join(OPTIMIZERS)}.")
    return OPTIMIZERS[name]
