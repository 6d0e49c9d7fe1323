"""A saddle of the network's own loss: the point where every weight is zero.

With all weights and hidden biases at zero and each output bias at the log of its class's
frequency, the network answers with the class frequencies whatever it is shown, and the gradient
is exactly zero. The Hessian there couples the two layers only through the class-input covariance
C = mean((onehot(label) − frequency) inputᵀ): for every hidden neuron and singular value s of C
it has the eigenvalues +s and −s (for linear networks: Baldi and Hornik 1989; Saxe et al. 2014).
So the point is a saddle, and this is why training does not start from zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.plane import axis_through_zero, loss_grid, losses_at, plane_coordinates
from mlanim.core.learning.curvature import hessian
from mlanim.core.learning.task import Task, task_named
from mlanim.core.learning.training import descend, value_and_gradient
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence, sentence

ZERO = 1e-9  # eigenvalues closer to zero than this are counted as zero
PUSH, CLIMB = 1e-3, 2.0
RATE, STEPS = 0.5, 200
REACH = 3.0  # of the plane that is shown
VANISHED = 1e-12
NOTICED = 0.01  # the share of its loss by which descent has left


@dataclass(frozen=True)
class SaddlePath:
    """Descent on all of the data from near the saddle, step by step."""

    places: np.ndarray  # (STEPS + 1, 2) along the way down and the way up
    loss: np.ndarray  # (STEPS + 1,) at the weights themselves
    plane_loss: np.ndarray  # (STEPS + 1,) at those places
    gradient: np.ndarray  # (STEPS + 1,) its length


@dataclass(frozen=True)
class Saddle:
    """All that the scene shows.

    leaving is pushed along the way down; passing sets off from the way up, and rolls down towards
    the saddle before it turns away.
    """

    loss: float
    eigenvalues: np.ndarray  # (P,) of the whole Hessian, ascending
    down: float  # curvature along the axes
    up: float
    offsets: np.ndarray  # (R,) both axes, distances from the saddle
    plane_loss: np.ndarray  # (R, R), its rows along the way up
    steps: np.ndarray
    leaving: SaddlePath
    passing: SaddlePath
    counts: tuple[tuple[str, int], ...]
    says_saddle: Sentence
    says_axes: Sentence
    says_spectrum: Sentence
    says_leaving: Sentence
    says_passing: Sentence


def zero_weights(task: Task) -> Tensor:
    """All parameters zero but the output biases: the logs of the class frequencies."""
    theta = torch.zeros(task.net.parameters, dtype=torch.float64)
    task.net.layers(theta)[-1][1].copy_(task.data.frequencies.log())
    return theta


@one_thread()
def saddle_lesson(dataset: str, seed: int, resolution: int = 41) -> Saddle:
    """Verify the saddle by its gradient and full Hessian, and descend from beside it.

    The extreme eigenvalues repeat once per hidden neuron, so their eigenvectors are a choice: the
    way down is a vector from the seed, projected onto the lowest eigenspace; the way up is its
    mirror image, with the first layer's sign turned.
    """
    task = task_named(dataset, seed)
    theta = zero_weights(task)
    loss, gradient = value_and_gradient(task.train_loss, theta)
    matrix = hessian(task.train_loss, theta)
    eigenvalues, vectors = torch.linalg.eigh(matrix)
    down = _in_lowest_space(eigenvalues, vectors, seed)
    axes = torch.stack([down, _mirrored(down, task)])
    leaving = _path(task, theta, axes, PUSH * axes[0])
    passing = _path(task, theta, axes, CLIMB * axes[1])
    offsets = axis_through_zero(-REACH, REACH, resolution)
    curvatures = ((axes @ matrix) * axes).sum(1).tolist()
    negative, positive = (int((sign * eigenvalues > ZERO).sum()) for sign in (-1, 1))
    counts = {"negative": negative, "positive": positive}
    counts["zero"] = len(theta) - negative - positive
    return Saddle(
        loss=float(loss), eigenvalues=eigenvalues.numpy(), down=curvatures[0], up=curvatures[1],
        offsets=offsets.numpy(), steps=np.arange(STEPS + 1),
        plane_loss=loss_grid(task.train_loss, theta, axes, offsets, offsets).numpy(),
        leaving=leaving, passing=passing, counts=tuple(counts.items()),
        says_saddle=sentence(
            "All weights at zero, output biases at the log class frequencies: the gradient {does}",
            does="vanishes" if gradient.norm() < VANISHED else "does not vanish",
        ),
        says_axes=says_of_axes(task, curvatures, eigenvalues, vectors[:, -1]),
        says_spectrum=sentence(
            "Of {all:,} eigenvalues {negative:,} are negative, {zero:,} zero and {positive:,} "
            "positive: [{share:%}](highlight) of the directions lead down",
            all=len(theta), share=negative / len(theta), **counts,
        ),
        says_leaving=says_of_leaving(leaving), says_passing=says_of_passing(passing),
    )  # fmt: skip


def _in_lowest_space(eigenvalues: Tensor, vectors: Tensor, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    draw = torch.randn(len(eigenvalues), generator=generator, dtype=torch.float64)
    space = vectors[:, (eigenvalues - eigenvalues[0]).abs() < ZERO]
    return torch.nn.functional.normalize(space @ (space.T @ draw), dim=0)


def _mirrored(vector: Tensor, task: Task) -> Tensor:
    mirrored = vector.clone()
    task.net.layers(mirrored)[0][0].neg_()
    return mirrored


def _path(task: Task, saddle: Tensor, axes: Tensor, offset: Tensor) -> SaddlePath:
    states = descend(task.train_loss, saddle + offset, "sgd", RATE)
    walk = [next(states) for _ in range(STEPS + 1)]
    places = plane_coordinates(torch.stack([state.theta for state in walk]), saddle, axes)
    return SaddlePath(
        places=places.numpy(),
        loss=torch.stack([state.loss for state in walk]).numpy(),
        plane_loss=losses_at(task.train_loss, places, saddle, axes).numpy(),
        gradient=torch.stack([state.gradient for state in walk]).norm(dim=1).numpy(),
    )


def says_of_axes(task: Task, curvatures: list[float], eigenvalues: Tensor, top: Tensor) -> Sentence:
    """Whether the way up is the steepest of all, or only of those that mirror a way down.

    `curvatures` are those along the way down and the way up, `top` is the last eigenvector.
    """
    largest = float(eigenvalues[-1])
    _, biases = task.net.layers(top)[-1]
    where = "in the output biases" if biases.norm() > 0.999 else "elsewhere"
    return sentence(
        "Steepest way down: curvature [{down:2}](gradient); its mirror image goes up: "
        "[{up:2}](input){rest}", down=curvatures[0], up=curvatures[1],
        rest="" if largest - curvatures[1] < 1e-6 else f"; steepest up: {largest:.2f}, {where}",
    )  # fmt: skip


def says_of_leaving(path: SaddlePath) -> Sentence:
    """How long descent stays beside the saddle after a push."""
    gone = np.flatnonzero(path.loss < (1 - NOTICED) * path.loss[0])
    if not len(gone):
        return sentence(
            "A push of [{push:g}](gradient): after {steps} steps the loss, {end:2}, is not yet 1 % "
            "lower", push=PUSH, steps=STEPS, end=path.loss[-1],
        )  # fmt: skip
    return sentence(
        "A push of [{push:g}](gradient) is enough, though the first 1 % of the loss takes {first}; "
        "after {steps} the loss is {end:2}", push=PUSH, steps=STEPS, end=path.loss[-1],
        first="1 step" if gone[0] == 1 else f"{gone[0]} steps",
    )  # fmt: skip


def says_of_passing(path: SaddlePath) -> Sentence:
    """How near to the saddle descent comes from a place above it."""
    distances = np.linalg.norm(path.places, axis=1)
    nearest = int(distances.argmin())
    if nearest == 0:
        return sentence(
            "From [{climb:g}](input) up the other way descent goes away from the saddle at once",
            climb=CLIMB,
        )  # fmt: skip
    left = "then leaves" if nearest < STEPS else "and stays on its way"
    return sentence(
        "From [{climb:g}](input) up the other way descent comes within {least:2} of the saddle in "
        "this plane, at step {nearest}, {left}", climb=CLIMB, least=distances[nearest],
        nearest=nearest, left=left,
    )  # fmt: skip
