"""Where small and large batches end: how sharp the loss is there, and what it is on new data.

Both runs start from the same weights and stop at the same training loss, so that the comparison
is between places and not between amounts of training (Keskar et al. 2017). Cross-entropy on
separable data has no minimum at finite weights: the ends are places of low loss, not minima.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.plane import axis_through_zero, losses_at, random_directions
from mlanim.core.learning.curvature import hessian_vector_product, largest_eigenvalue
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import batches, descend

SMALL, LARGE = "small", "large"
SMALL_BATCH, RATE = 16, 1.0
TARGETS = {"digits": 0.05, "moons": 0.1}
LOOK_EVERY, MOST_STEPS = 10, 6000
STARTS = 5
DIRECTIONS = 10
DISTANCES = axis_through_zero(-2.0, 2.0, 41)
ALPHAS = axis_through_zero(-1.0, 1.0, 31)


@dataclass(frozen=True)
class End:
    """Where one run stopped.

    eigenvalue: the largest of the training loss's Hessian; residual: |H v − λ v| / |λ|.
    """

    batch: int
    steps: int
    train_loss: float
    test_loss: float
    eigenvalue: float
    residual: float
    theta: Tensor
    steepest: Tensor


@dataclass(frozen=True)
class Around:
    """The training loss around an end."""

    steep: np.ndarray  # (DISTANCES,) along the eigenvalue's own direction
    random: np.ndarray  # (DIRECTIONS, ALPHAS) along filter-normalised directions


def end_of(task: Task, size: str, seed: int) -> End:
    """Train with small batches, or with all of the data at once, and measure the end."""
    count = len(task.data.train)
    batch = SMALL_BATCH if size == SMALL else count
    theta, steps = train_to_loss(task, batch, TARGETS[task.data.name], seed)
    product = hessian_vector_product(task.train_loss, theta)
    top = largest_eigenvalue(product, len(theta), seed)
    return End(
        batch=batch, steps=steps, train_loss=float(task.train_loss(theta)),
        test_loss=float(task.test_loss(theta)), eigenvalue=top.value, residual=top.residual,
        theta=theta, steepest=torch.from_numpy(top.vector),
    )  # fmt: skip


def train_to_loss(task: Task, batch: int, target: float, seed: int) -> tuple[Tensor, int]:
    """Plain gradient descent until the loss over all of the training data is at most the target.

    It is looked at every ten steps, and training gives up after MOST_STEPS.

    Returns:
        The weights, (P,), and the steps taken.
    """
    count = len(task.data.train)
    order = batches(count, batch, seed) if batch < count else None
    states = descend(task.train_loss, task.start(seed), "sgd", RATE, order)
    for state in islice(states, 0, MOST_STEPS + 1, LOOK_EVERY):
        if task.train_loss(state.theta) <= target:
            break
    return state.theta, state.step


def around(task: Task, end: End, seed: int) -> Around:
    """Cut the loss around an end.

    The seed draws the directions before they are scaled to the end's weights, so two ends are cut
    along the same draws.
    """
    generator = torch.Generator().manual_seed(seed)
    directions = random_directions(end.theta, task.net, DIRECTIONS, generator)
    cuts = [losses_at(task.train_loss, ALPHAS[:, None], end.theta, d[None]) for d in directions]
    steep = losses_at(task.train_loss, DISTANCES[:, None], end.theta, end.steepest[None])
    return Around(steep.numpy(), torch.stack(cuts).numpy())
