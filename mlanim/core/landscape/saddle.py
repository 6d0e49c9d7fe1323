"""A saddle of the network's own loss: the point where every weight is zero.

With all weights and hidden biases at zero and each output bias at the log of its class's
frequency, the network answers with the class frequencies whatever it is shown, and the gradient
is exactly zero. The Hessian there couples the two layers only through the class-input covariance
C = mean((onehot(label) - frequency) input^T): for every hidden neuron and singular value s of C
it has the eigenvalues +s and -s (for linear networks: Baldi and Hornik 1989; Saxe et al. 2014).
So the point is a saddle, and this is why training does not start from zero.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.classifier import (
    Task,
    class_frequencies,
    gradient,
    layers,
    parameter_count,
)
from mlanim.core.landscape.curvature import hessian
from mlanim.core.landscape.landscape import (
    axis_through_zero,
    distance_kept,
    loss_grid,
    losses_at,
    plane_coordinates,
)

ZERO_EIGENVALUE = 1e-9
PUSH = 1e-3
CLIMB = 2.0
LEARNING_RATE = 0.5
STEPS = 120
MARGIN = 1.1


@dataclass(frozen=True)
class SaddlePath:
    """Full-batch gradient descent from near the saddle.

    coordinates: (steps + 1, 2), nearest point of the plane, along the downward and the upward
    eigenvector; loss, plane_loss: (steps + 1,), at the weights themselves and at that nearest
    point; gradient_norm: (steps + 1,); distance_kept: share of squared distance in the plane.
    """

    start_offset: float
    coordinates: np.ndarray
    loss: np.ndarray
    plane_loss: np.ndarray
    gradient_norm: np.ndarray
    distance_kept: float


@dataclass(frozen=True)
class Saddle:
    """The saddle, its full spectrum, and the loss on the plane of two of its eigenvectors.

    eigenvalues: (parameters,), ascending; those within 1e-9 of zero are counted as zero.
    down_eigenvalue, up_eigenvalue: of the two axes; the residuals are |H v - value v|.
    offsets: (resolution,), both axes, true distances from the saddle; plane_loss:
    (resolution, resolution), rows along the upward axis, columns along the downward one.
    leaving: pushed along the downward axis; passing: set off along the upward one,
    rolling down towards the saddle before it turns away.
    """

    loss: float
    gradient_norm: float
    eigenvalues: np.ndarray
    negative: int
    zero: int
    positive: int
    down_eigenvalue: float
    up_eigenvalue: float
    down_residual: float
    up_residual: float
    offsets: np.ndarray
    plane_loss: np.ndarray
    learning_rate: float
    leaving: SaddlePath
    passing: SaddlePath


def zero_weights(task: Task) -> Tensor:
    """All parameters zero but the output biases: the logs of the class frequencies."""
    theta = torch.zeros(parameter_count(task.widths), dtype=torch.float64)
    _, bias = layers(theta, task.widths)[-1]
    bias.copy_(class_frequencies(task.train.labels, task.widths[-1]).log())
    return theta


def find_saddle(task: Task, seed: int, resolution: int = 41) -> Saddle:
    """Verify the saddle by its gradient and full Hessian, and descend from beside it.

    The extreme eigenvalues repeat once per hidden neuron, so their eigenvectors are a choice: the
    downward axis is a vector from the seed, projected onto the lowest eigenspace; the upward axis
    is its mirror image, with the first layer's sign turned.
    """
    theta = zero_weights(task)
    matrix = hessian(task.train_loss, theta)
    eigenvalues, vectors = torch.linalg.eigh(matrix)
    down = _in_lowest_space(eigenvalues, vectors, seed)
    axes = torch.stack([down, _mirrored(down, task.widths)])
    values = ((axes @ matrix) * axes).sum(1)
    residuals = (axes @ matrix - values[:, None] * axes).norm(dim=1).tolist()
    leaving = _path(task, theta, axes, PUSH * axes[0], PUSH)
    passing = _path(task, theta, axes, CLIMB * axes[1], CLIMB)
    reach = MARGIN * max(np.abs(path.coordinates).max() for path in (leaving, passing))
    offsets = axis_through_zero(-reach, reach, resolution)
    negative, positive = (int((sign * eigenvalues > ZERO_EIGENVALUE).sum()) for sign in (-1, 1))
    return Saddle(
        loss=task.train_loss(theta).item(),
        gradient_norm=gradient(theta, task.widths, task.train).norm().item(),
        eigenvalues=eigenvalues.numpy(),
        negative=negative,
        zero=len(eigenvalues) - negative - positive,
        positive=positive,
        down_eigenvalue=values[0].item(),
        up_eigenvalue=values[1].item(),
        down_residual=residuals[0],
        up_residual=residuals[1],
        offsets=offsets.numpy(),
        plane_loss=loss_grid(task.train_loss, theta, axes, offsets, offsets).numpy(),
        learning_rate=LEARNING_RATE,
        leaving=leaving,
        passing=passing,
    )


def _in_lowest_space(eigenvalues: Tensor, vectors: Tensor, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    draw = torch.randn(len(eigenvalues), generator=generator, dtype=torch.float64)
    space = vectors[:, (eigenvalues - eigenvalues[0]).abs() < ZERO_EIGENVALUE]
    return torch.nn.functional.normalize(space @ (space.T @ draw), dim=0)


def _mirrored(vector: Tensor, widths: tuple[int, ...]) -> Tensor:
    mirrored = vector.clone()
    layers(mirrored, widths)[0][0].neg_()
    return mirrored


def _path(task: Task, saddle: Tensor, axes: Tensor, offset: Tensor, length: float) -> SaddlePath:
    theta, path, gradients = saddle + offset, [], []
    for _ in range(STEPS + 1):
        path.append(theta)
        gradients.append(gradient(theta, task.widths, task.train))
        theta = theta - LEARNING_RATE * gradients[-1]
    points = torch.stack(path)
    coordinates = plane_coordinates(points, saddle, axes)
    return SaddlePath(
        start_offset=length,
        coordinates=coordinates.numpy(),
        loss=torch.stack([task.train_loss(point) for point in path]).numpy(),
        plane_loss=losses_at(task.train_loss, coordinates, saddle, axes).numpy(),
        gradient_norm=torch.stack(gradients).norm(dim=1).numpy(),
        distance_kept=distance_kept(points, saddle, axes),
    )
