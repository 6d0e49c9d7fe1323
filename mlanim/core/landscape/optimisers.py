"""Seeded training runs that keep the path they took through weight space.

The update rules are written out so that each can be read beside its formula; the tests compare
them with `torch.optim`. All runs of one seed see the same batches in the same order, so two paths
differ only by the rule.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.classifier import Task, accuracy, gradient, initial_weights

Memory = tuple[Tensor, Tensor]
Update = Callable[[Tensor, Memory, int, float], tuple[Tensor, Memory]]


@dataclass(frozen=True)
class Trajectory:
    """One training run, recorded at T evenly spaced steps, the first and the last among them.

    steps: (T,) optimiser steps taken; weights: (T, parameters); losses: (T,), over the whole
    training and test set, not over a batch.
    """

    optimizer: str
    learning_rate: float
    batch_size: int
    epochs: int
    steps: np.ndarray
    weights: np.ndarray
    train_loss: np.ndarray
    test_loss: np.ndarray
    train_accuracy: float
    test_accuracy: float


def sgd(grad: Tensor, memory: Memory, step: int, rate: float) -> tuple[Tensor, Memory]:
    """Stochastic gradient descent: the change is -rate * gradient."""
    return -rate * grad, memory


def momentum(grad: Tensor, memory: Memory, step: int, rate: float) -> tuple[Tensor, Memory]:
    """Heavy ball with decay 0.9 (Polyak 1964), in the form that torch.optim.SGD uses."""
    velocity = 0.9 * memory[0] + grad
    return -rate * velocity, (velocity, memory[1])


def adam(grad: Tensor, memory: Memory, step: int, rate: float) -> tuple[Tensor, Memory]:
    """Adam with decays 0.9 and 0.999 (Kingma and Ba 2015, algorithm 1)."""
    first = 0.9 * memory[0] + 0.1 * grad
    second = 0.999 * memory[1] + 0.001 * grad**2
    mean, square = first / (1 - 0.9**step), second / (1 - 0.999**step)
    return -rate * mean / (square.sqrt() + 1e-8), (first, second)


UPDATES: dict[str, Update] = {"sgd": sgd, "momentum": momentum, "adam": adam}
LEARNING_RATES = {"sgd": 0.3, "momentum": 0.3, "adam": 0.02}


def batches(examples: int, batch_size: int, seed: int) -> Iterator[Tensor]:
    """Endless batches of example numbers; each epoch is a new permutation from the seed."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        yield from torch.randperm(examples, generator=generator).split(batch_size)


def descend(
    task: Task, theta: Tensor, optimizer: str, rate: float, batch_size: int, seed: int
) -> Iterator[Tensor]:
    """Yield the parameters, (parameters,), before the first step and after each one, endlessly."""
    memory = torch.zeros_like(theta), torch.zeros_like(theta)
    whole = batch_size >= len(task.train)
    yield theta
    for step, index in enumerate(batches(len(task.train), batch_size, seed), start=1):
        batch = task.train if whole else task.train.subset(index)
        grad = gradient(theta, task.widths, batch)
        change, memory = UPDATES[optimizer](grad, memory, step, rate)
        theta = theta + change
        yield theta


def train(
    task: Task, optimizer: str, epochs: int, batch_size: int, seed: int, points: int = 81
) -> Trajectory:
    """Train from the seed's initial weights and record the path at `points` even steps.

    Raises:
        ValueError: if the optimizer is not one of "sgd", "momentum" and "adam".
    """
    if optimizer not in UPDATES:
        raise ValueError(f"optimizer is {optimizer!r}; it must be one of {', '.join(UPDATES)}.")
    rate = LEARNING_RATES[optimizer]
    start = initial_weights(task.widths, seed)
    total = epochs * -(-len(task.train) // batch_size)
    steps = np.unique(np.linspace(0, total, points).round().astype(np.int64))
    walk = islice(descend(task, start, optimizer, rate, batch_size, seed), total + 1)
    kept = set(steps.tolist())
    path = torch.stack([theta for step, theta in enumerate(walk) if step in kept])
    return Trajectory(
        optimizer=optimizer,
        learning_rate=rate,
        batch_size=batch_size,
        epochs=epochs,
        steps=steps,
        weights=path.numpy(),
        train_loss=np.array([task.train_loss(theta).item() for theta in path]),
        test_loss=np.array([task.test_loss(theta).item() for theta in path]),
        train_accuracy=accuracy(path[-1], task.widths, task.train),
        test_accuracy=accuracy(path[-1], task.widths, task.test),
    )
