"""The data behind the loss-landscape lecture: a plane with three paths, and three close-ups."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.classifier import Task, load_task, parameter_count
from mlanim.core.landscape.landscape import (
    axis_through_zero,
    contour_levels,
    distance_kept,
    loss_grid,
    losses_at,
    pca_directions,
    plane_coordinates,
    random_directions,
    random_walks,
    variance_kept,
)
from mlanim.core.landscape.optimisers import UPDATES, Trajectory, train
from mlanim.core.landscape.saddle import Saddle, find_saddle
from mlanim.core.landscape.sharpness import SharpAndFlat, compare_batch_sizes
from mlanim.core.landscape.two_wells import TwoWells, two_wells

DIRECTIONS = ("pca", "random")
EPOCHS, BATCH_SIZE = 20, 32
RANDOM_REACH = 1.0
MARGIN = 0.15
LOG_FROM_RATIO = 20.0


@dataclass(frozen=True)
class TrainedNetwork:
    """What was trained, on what. widths: inputs, hidden (tanh) neurons, classes."""

    dataset: str
    train_examples: int
    test_examples: int
    widths: tuple[int, ...]
    parameters: int
    batch_size: int
    epochs: int


@dataclass(frozen=True)
class LossPlane:
    """Training loss on a plane whose origin is the highlighted run's last weights.

    x, y: (resolution,) coordinates; loss, height: (resolution, resolution), rows follow y.
    height is what a 3-D surface should show: `height_is` says "log10 of the loss" where the loss
    spans more than a factor of 20, else "loss". levels: (levels,) losses for contours.
    origin_row, origin_column: the grid point at the origin, whose loss is origin_loss.
    direction_norms: lengths in weight space of one unit of x and of y; direction_cosine: of the
    angle between them. For "pca" these are 1, 1 and 0, and distances on screen are distances
    between weights (of their projections).
    """

    directions: str
    x: np.ndarray
    y: np.ndarray
    loss: np.ndarray
    height: np.ndarray
    height_is: str
    levels: np.ndarray
    origin_row: int
    origin_column: int
    origin_loss: float
    direction_norms: tuple[float, float]
    direction_cosine: float


@dataclass(frozen=True)
class ProjectedPath:
    """One run, and its projection onto the plane, at T evenly spaced steps.

    coordinates: (T, 2) by least squares. train_loss, test_loss: (T,) at the run's own weights;
    plane_loss: (T,) training loss at the projection, which is what contours show under the path;
    plane_height: plane_loss on the surface's scale. largest_gap: the most by which train_loss and
    plane_loss differ, at step largest_gap_step. distance_kept: share of squared distance to the
    origin that the plane keeps; variance_kept: share of the path's variance about its mean.
    """

    optimizer: str
    learning_rate: float
    steps: np.ndarray
    coordinates: np.ndarray
    train_loss: np.ndarray
    test_loss: np.ndarray
    plane_loss: np.ndarray
    plane_height: np.ndarray
    largest_gap: float
    largest_gap_step: int
    distance_kept: float
    variance_kept: float
    train_accuracy: float
    test_accuracy: float


@dataclass(frozen=True)
class LandscapeLecture:
    """Everything the scene shows.

    highlighted: index into paths of the run that the plane is centred on. walk_distance_kept,
    walk_variance_kept: what the same construction keeps of a pure random walk of as many points
    in as many dimensions, to judge the paths' own shares by.
    """

    network: TrainedNetwork
    plane: LossPlane
    paths: tuple[ProjectedPath, ...]
    highlighted: int
    walk_distance_kept: float
    walk_variance_kept: float
    batch_sizes: SharpAndFlat
    saddle: Saddle
    step_sizes: TwoWells


def landscape_lecture(
    dataset: str = "digits",
    directions: str = "pca",
    optimizer: str = "sgd",
    seed: int = 0,
    resolution: int = 41,
) -> LandscapeLecture:
    """Train, scan and compare everything that the lecture shows; about fifteen seconds of one core.

    Args:
        dataset: "digits" or "moons".
        directions: "pca", the first two principal components of the three paths together, each
            path counting alike, or "random", two filter-normalised Gaussian directions.
        optimizer: the run at the plane's origin: "sgd", "momentum" or "adam".
        seed: of the data split, the initial weights, the batches and the random directions.
        resolution: points along each side of the plane, at least 3.

    Raises:
        ValueError: if an argument is not one of those allowed.
    """
    _check(directions, optimizer, resolution)
    task = load_task(dataset, seed)
    with one_thread():
        runs = [train(task, name, EPOCHS, BATCH_SIZE, seed) for name in UPDATES]
        highlighted = list(UPDATES).index(optimizer)
        points = torch.stack([torch.tensor(run.weights) for run in runs])
        axes = _axes(task, points, highlighted, directions, seed)
        plane, paths = _scan(task, runs, points[highlighted, -1], axes, directions, resolution)
        walk_distance, walk_variance = _walk_shares(task, points, highlighted, directions, seed)
        return LandscapeLecture(
            network=_network(task),
            plane=plane,
            paths=paths,
            highlighted=highlighted,
            walk_distance_kept=walk_distance,
            walk_variance_kept=walk_variance,
            batch_sizes=compare_batch_sizes(task, seed),
            saddle=find_saddle(task, seed),
            step_sizes=two_wells(),
        )


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one thread: sums split over threads would round differently."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _check(directions: str, optimizer: str, resolution: int) -> None:
    if directions not in DIRECTIONS:
        raise ValueError(f"directions is {directions!r}; it must be 'pca' or 'random'.")
    if optimizer not in UPDATES:
        raise ValueError(f"optimizer is {optimizer!r}; it must be one of {', '.join(UPDATES)}.")
    if resolution < 3:
        raise ValueError(f"resolution is {resolution}; it must be at least 3.")


def _network(task: Task) -> TrainedNetwork:
    return TrainedNetwork(
        dataset=task.name,
        train_examples=len(task.train),
        test_examples=len(task.test),
        widths=task.widths,
        parameters=parameter_count(task.widths),
        batch_size=BATCH_SIZE,
        epochs=EPOCHS,
    )


def _axes(task: Task, points: Tensor, highlighted: int, directions: str, seed: int) -> Tensor:
    """The plane's two directions, (2, parameters), for paths (runs, T, parameters)."""
    if directions == "pca":
        return pca_directions(points)
    generator = torch.Generator().manual_seed(seed)
    return random_directions(points[highlighted, -1], task.widths, 2, generator)


def _walk_shares(
    task: Task, points: Tensor, highlighted: int, directions: str, seed: int
) -> tuple[float, float]:
    """Shares of squared distance and of variance that the plane of random walks keeps."""
    runs, length, size = points.shape
    walks = random_walks(runs, length, size, torch.Generator().manual_seed(seed))
    walk, axes = walks[highlighted], _axes(task, walks, highlighted, directions, seed)
    return distance_kept(walk, walk[-1], axes), variance_kept(walk, axes)


def _scan(
    task: Task,
    runs: list[Trajectory],
    centre: Tensor,
    axes: Tensor,
    directions: str,
    resolution: int,
) -> tuple[LossPlane, tuple[ProjectedPath, ...]]:
    coordinates = [plane_coordinates(torch.tensor(run.weights), centre, axes) for run in runs]
    x, y = _window(torch.cat(coordinates), directions, resolution)
    loss = loss_grid(task.train_loss, centre, axes, x, y).numpy()
    logarithmic = loss.max() > LOG_FROM_RATIO * loss.min()
    row, column = int(y.abs().argmin()), int(x.abs().argmin())
    norms = axes.norm(dim=1)
    plane = LossPlane(
        directions=directions,
        x=x.numpy(),
        y=y.numpy(),
        loss=loss,
        height=_height(loss, logarithmic),
        height_is="log10 of the loss" if logarithmic else "loss",
        levels=contour_levels(loss.min(), loss.max()),
        origin_row=row,
        origin_column=column,
        origin_loss=loss[row, column].item(),
        direction_norms=(norms[0].item(), norms[1].item()),
        direction_cosine=(axes[0] @ axes[1] / norms.prod()).item(),
    )
    paths = (
        _projected(task, run, at, centre, axes, logarithmic)
        for run, at in zip(runs, coordinates, strict=True)
    )
    return plane, tuple(paths)


def _window(coordinates: Tensor, directions: str, resolution: int) -> tuple[Tensor, Tensor]:
    """Square axes: around the paths with a margin for "pca", -1..1 for "random"."""
    if directions == "random":
        axis = axis_through_zero(-RANDOM_REACH, RANDOM_REACH, resolution)
        return axis, axis
    low, high = coordinates.min(0).values, coordinates.max(0).values
    half = (0.5 + MARGIN) * (high - low).max()
    middle = (low + high) / 2
    x, y = (
        axis_through_zero(m - half.item(), m + half.item(), resolution) for m in middle.tolist()
    )
    return x, y


def _height(loss: np.ndarray, logarithmic: bool) -> np.ndarray:
    return np.log10(loss) if logarithmic else loss


def _projected(
    task: Task, run: Trajectory, at: Tensor, centre: Tensor, axes: Tensor, logarithmic: bool
) -> ProjectedPath:
    weights = torch.tensor(run.weights)
    plane_loss = losses_at(task.train_loss, at, centre, axes).numpy()
    gap = np.abs(plane_loss - run.train_loss)
    return ProjectedPath(
        optimizer=run.optimizer,
        learning_rate=run.learning_rate,
        steps=run.steps,
        coordinates=at.numpy(),
        train_loss=run.train_loss,
        test_loss=run.test_loss,
        plane_loss=plane_loss,
        plane_height=_height(plane_loss, logarithmic),
        largest_gap=gap.max().item(),
        largest_gap_step=int(run.steps[gap.argmax()]),
        distance_kept=distance_kept(weights, centre, axes),
        variance_kept=variance_kept(weights, axes),
        train_accuracy=run.train_accuracy,
        test_accuracy=run.test_accuracy,
    )
