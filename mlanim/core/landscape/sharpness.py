"""Sharp and flat: where small and large batches end, and how steep the loss is around each.

Both runs start from the same weights and stop at the same training loss, so that the comparison
is between places and not between amounts of training (Keskar et al. 2017). Cross-entropy on
separable data has no minimum at finite weights: the end points are places of low loss, and their
gradient norm says how far from stationary they are.
"""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.classifier import Task, accuracy, gradient, initial_weights, logits
from mlanim.core.landscape.curvature import (
    LargestEigenvalue,
    hessian_vector_product,
    largest_eigenvalue,
)
from mlanim.core.landscape.landscape import axis_through_zero, losses_at, random_directions
from mlanim.core.landscape.optimisers import descend

SMALL, LARGE, NEITHER = "small batch", "large batch", "neither"
SMALL_BATCH = 16
LEARNING_RATE = 1.0
TARGET_LOSS = {"digits": 0.02, "moons": 0.1}
CHECK_EVERY = 2
MOST_STEPS = 6000
SLICE_DIRECTIONS = 10
ALPHAS = axis_through_zero(-1.0, 1.0, 61)
DISTANCES = axis_through_zero(-2.0, 2.0, 61)


@dataclass(frozen=True)
class EndPoint:
    """Where one run stopped. Losses in nats, accuracies in 0..1.

    largest_eigenvalue, iterations, residual: of the training loss's Hessian, by power iteration.
    train_slices: (directions, points), the training loss along filter-normalised directions;
    train_slice, test_slice: (points,), the mean over the directions.
    rises: (directions,), the mean training loss over the inner half of each slice, less the loss
    at its centre.
    steep_slice: (points,), the training loss along the eigenvalue's own direction, whose
    curvature at the centre is that eigenvalue.
    """

    name: str
    batch_size: int
    steps: int
    reached_target: bool
    train_loss: float
    test_loss: float
    train_accuracy: float
    test_accuracy: float
    gradient_norm: float
    weight_norm: float
    largest_eigenvalue: float
    iterations: int
    residual: float
    train_slices: np.ndarray
    train_slice: np.ndarray
    test_slice: np.ndarray
    rises: np.ndarray
    steep_slice: np.ndarray


@dataclass(frozen=True)
class _Run:
    name: str
    batch_size: int
    steps: int
    theta: Tensor
    top: LargestEigenvalue


@dataclass(frozen=True)
class Replicate:
    """The same comparison from other initial weights: numbers only."""

    seed: int
    small_eigenvalue: float
    large_eigenvalue: float
    small_test_loss: float
    large_test_loss: float


@dataclass(frozen=True)
class Comparison:
    """One measure at both end points.

    lesser: the run with the lower value, or "neither" where they differ by no more than margin.
    """

    small: float
    large: float
    margin: float
    lesser: str


@dataclass(frozen=True)
class SharpAndFlat:
    """Two end points side by side, and which is lower in each of three measures.

    alphas: (points,) positions along the random slices, in filter-normalised units, zero in the
    middle; distances: (points,) positions along the steep slices, in weight space.
    stability_threshold: 2 / learning rate, the curvature above which plain gradient descent on a
    quadratic diverges.
    eigenvalue: margin 5 % of the larger. rise: margin two standard errors of the paired difference
    over the slices' directions. test_loss: the same over the test examples.
    replicates_agreeing: how many replicates give the same verdict on the eigenvalue.
    """

    learning_rate: float
    stability_threshold: float
    target_loss: float
    alphas: np.ndarray
    distances: np.ndarray
    small: EndPoint
    large: EndPoint
    eigenvalue: Comparison
    rise: Comparison
    test_loss: Comparison
    replicates: tuple[Replicate, ...]
    replicates_agreeing: int


def compare_batch_sizes(task: Task, seed: int, replicates: int = 2) -> SharpAndFlat:
    """Train with batches of 16 and with the whole training set, and compare where they end.

    Args:
        replicates: how often to repeat the comparison from other initial weights.
    """
    runs = [_run(task, name, seed) for name in (SMALL, LARGE)]
    small, large = (_end_point(task, run, seed) for run in runs)
    repeats = tuple(_replicate(task, seed + 1000 * (i + 1)) for i in range(replicates))
    eigenvalue = _within_share(small.largest_eigenvalue, large.largest_eigenvalue)
    return SharpAndFlat(
        learning_rate=LEARNING_RATE,
        stability_threshold=2 / LEARNING_RATE,
        target_loss=TARGET_LOSS[task.name],
        alphas=ALPHAS.numpy(),
        distances=DISTANCES.numpy(),
        small=small,
        large=large,
        eigenvalue=eigenvalue,
        rise=_paired(small.rises, large.rises),
        test_loss=_paired(*(_test_losses(task, run.theta) for run in runs)),
        replicates=repeats,
        replicates_agreeing=sum(
            _within_share(r.small_eigenvalue, r.large_eigenvalue).lesser == eigenvalue.lesser
            for r in repeats
        ),
    )


def compare(small: float, large: float, margin: float) -> Comparison:
    """Name the lower of two values, unless they differ by no more than the margin."""
    lesser = SMALL if small < large else LARGE
    return Comparison(small, large, margin, lesser if abs(small - large) > margin else NEITHER)


def _within_share(small: float, large: float, share: float = 0.05) -> Comparison:
    return compare(small, large, share * max(abs(small), abs(large)))


def _paired(small: np.ndarray, large: np.ndarray) -> Comparison:
    """Compare two means of paired values, (pairs,), with a margin of two standard errors."""
    error = (small - large).std(ddof=1) / len(small) ** 0.5
    return compare(small.mean().item(), large.mean().item(), 2 * error.item())


def train_to_loss(task: Task, batch_size: int, target: float, seed: int) -> tuple[Tensor, int]:
    """Plain gradient descent until the whole training loss is at most the target.

    The loss is looked at every few steps, and training gives up after MOST_STEPS.

    Returns:
        The weights, (parameters,), and the steps taken.
    """
    start = initial_weights(task.widths, seed)
    walk = descend(task, start, "sgd", LEARNING_RATE, batch_size, seed)
    for step, theta in enumerate(islice(walk, MOST_STEPS + 1)):
        if step % CHECK_EVERY == 0 and task.train_loss(theta).item() <= target:
            break
    return theta, step


def _run(task: Task, name: str, seed: int) -> _Run:
    batch_size = SMALL_BATCH if name == SMALL else len(task.train)
    theta, steps = train_to_loss(task, batch_size, TARGET_LOSS[task.name], seed)
    product = hessian_vector_product(task.train_loss, theta)
    return _Run(name, batch_size, steps, theta, largest_eigenvalue(product, len(theta), seed))


def _end_point(task: Task, run: _Run, seed: int) -> EndPoint:
    train_slices, test_slices = slices(task, run.theta, ALPHAS, seed)
    train_loss = task.train_loss(run.theta).item()
    inner = train_slices[:, ALPHAS.abs() <= ALPHAS[-1] / 2]
    steepest = torch.from_numpy(run.top.vector)[None]
    return EndPoint(
        name=run.name,
        batch_size=run.batch_size,
        steps=run.steps,
        reached_target=train_loss <= TARGET_LOSS[task.name],
        train_loss=train_loss,
        test_loss=task.test_loss(run.theta).item(),
        train_accuracy=accuracy(run.theta, task.widths, task.train),
        test_accuracy=accuracy(run.theta, task.widths, task.test),
        gradient_norm=gradient(run.theta, task.widths, task.train).norm().item(),
        weight_norm=run.theta.norm().item(),
        largest_eigenvalue=run.top.value,
        iterations=run.top.iterations,
        residual=run.top.residual,
        train_slices=train_slices.numpy(),
        train_slice=train_slices.mean(0).numpy(),
        test_slice=test_slices.mean(0).numpy(),
        rises=(inner.mean(1) - train_loss).numpy(),
        steep_slice=losses_at(task.train_loss, DISTANCES[:, None], run.theta, steepest).numpy(),
    )


def slices(task: Task, theta: Tensor, alphas: Tensor, seed: int) -> tuple[Tensor, Tensor]:
    """Training and test loss along filter-normalised directions; each (directions, points).

    The seed draws the directions before they are scaled to theta, so two end points are cut along
    the same draws.
    """
    generator = torch.Generator().manual_seed(seed)
    directions = random_directions(theta, task.widths, SLICE_DIRECTIONS, generator)
    train, test = (
        [losses_at(loss, alphas[:, None], theta, direction[None]) for direction in directions]
        for loss in (task.train_loss, task.test_loss)
    )
    return torch.stack(train), torch.stack(test)


def _test_losses(task: Task, theta: Tensor) -> np.ndarray:
    """Loss of each test example by itself, (examples,)."""
    scores = logits(theta, task.widths, task.test.inputs)
    return torch.nn.functional.cross_entropy(scores.T, task.test.labels, reduction="none").numpy()


def _replicate(task: Task, seed: int) -> Replicate:
    small, large = (_run(task, name, seed) for name in (SMALL, LARGE))
    return Replicate(
        seed=seed,
        small_eigenvalue=small.top.value,
        large_eigenvalue=large.top.value,
        small_test_loss=task.test_loss(small.theta).item(),
        large_test_loss=task.test_loss(large.theta).item(),
    )
