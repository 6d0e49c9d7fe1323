"""Training: the one loop of the project, its optimisers, its batches, and what it records.

    def loss(theta, batch):                    # (..., parameters), (batch,) -> (...)
        return net.cross_entropy(theta, examples.subset(batch))

    run = train(loss, start, "adam", rate=0.02, steps=900, batches=batches(1437, 32, seed=0))

Parameters are one vector. Leading dimensions are networks trained side by side: they share a loop
and nothing else, since every rule works on each number by itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mlanim.core.learning.optimizers import Optimizer, optimizer_named

Loss = Callable[[Tensor, Any], Tensor]
"""Parameters (..., P) and a batch, whatever the batches are, to losses (...)."""

Rate = float | Callable[[int], float]
"""A learning rate, or one for each step, which are counted from 0."""


@dataclass(frozen=True)
class State:
    """Training before its next step.

    step: steps taken; theta, gradient: (..., P); loss: (...), on the next step's batch, as the
    gradient is.
    """

    step: int
    theta: Tensor
    loss: Tensor
    gradient: Tensor


@dataclass(frozen=True)
class TrainingRun:
    """What training did.

    steps: (T,), at which the path was kept; path: (T, ..., P); losses: (steps + 1, ...), before
    each step, on that step's batch, and at the end.
    """

    steps: np.ndarray
    path: Tensor
    losses: Tensor

    @property
    def end(self) -> Tensor:
        """The last parameters, (..., P)."""
        return self.path[-1]


def batches(examples: int, size: int, seed: int | torch.Generator) -> Iterator[Tensor]:
    """Endless batches of example numbers, (size,); each epoch is a new permutation.

    Where an epoch does not divide evenly its last batch is smaller.
    """
    generator = torch.Generator().manual_seed(seed) if isinstance(seed, int) else seed
    while True:
        yield from torch.randperm(examples, generator=generator).split(size)


def descend(
    loss: Loss, start: Tensor, optimizer: str | Optimizer, rate: Rate,
    batches: Iterable[Any] | None = None,
) -> Iterator[State]:  # fmt: skip
    """Yield where training stands before the first step and after each one, as long as asked.

    Args:
        batches: what `loss` is given at each step; None, for all of the data, unless given.
    """
    rule = optimizer_named(optimizer) if isinstance(optimizer, str) else optimizer
    theta, memory = start.detach(), rule.memory(start.detach())
    for step, batch in enumerate(itertools.repeat(None) if batches is None else batches):
        value, gradient = value_and_gradient(loss, theta, batch)
        yield State(step, theta, value, gradient)
        now = rate(step) if callable(rate) else rate
        change, memory = rule.change(gradient, memory, step, now)
        theta = theta + change


def train(
    loss: Loss, start: Tensor, optimizer: str | Optimizer, rate: Rate, steps: int,
    batches: Iterable[Any] | None = None, points: int = 2,
) -> TrainingRun:  # fmt: skip
    """Take `steps` steps, and keep the path at `points` of them, evenly, from first to last.

    Raises:
        ValueError: if the batches end before the steps do.
    """
    kept = np.unique(np.linspace(0, steps, points).round().astype(np.int64))
    states = itertools.islice(descend(loss, start, optimizer, rate, batches), steps + 1)
    path: list[Tensor] = []
    losses: list[Tensor] = []
    for state in states:
        losses.append(state.loss)
        if len(path) < len(kept) and state.step == kept[len(path)]:
            path.append(state.theta)
    if len(losses) <= steps:
        raise ValueError(f"There are {len(losses)} batches; {steps} steps need {steps + 1}.")
    return TrainingRun(kept, torch.stack(path), torch.stack(losses))


def value_and_gradient(loss: Loss, theta: Tensor, batch: Any = None) -> tuple[Tensor, Tensor]:
    """Losses (...) at parameters (..., P), and their gradients (..., P)."""
    theta = theta.detach().requires_grad_()
    value = loss(theta, batch)
    (gradient,) = torch.autograd.grad(value.sum(), theta)
    return value.detach(), gradient
