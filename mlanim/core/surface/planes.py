"""The plane around a network's weights that is shown: which two directions, and how far.

The weights are its origin: (x, y) stands for θ + x · first + y · second. Directions are random ones
scaled as Li et al. (2018) do, the principal components of a training's checkpoints, or the two
eigenvectors of the Hessian along which the loss curves most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.directions import pca_of_checkpoints, random_direction
from mlanim.core.landscape.layers import Normalise
from mlanim.core.landscape.loss_function import LossFunction
from mlanim.core.landscape.plane import (
    axis_through_zero,
    pca_directions,
    plane_coordinates,
    variance_kept,
)
from mlanim.core.landscape.spectrum import Eigenpairs

MARGIN = 1.2  # around a path, in its own extent


@dataclass(frozen=True)
class Plane:
    """Two directions (2, P), a grid over them, their names, and a training's path (T, 2) on it.

    kept: the share of the path's variance that the plane keeps, None without a path.
    """

    directions: Tensor
    x: Tensor
    y: Tensor
    names: tuple[str, str]
    path: np.ndarray
    kept: float | None = None
    is_steepest: bool = False

    @property
    def distance(self) -> float:
        """How far the plane reaches along its first direction, in weights."""
        return float(self.x.abs().max()) * float(self.directions[0].norm())


def surface_plane(
    lf: LossFunction, own_path: Tensor | None, checkpoints: str, kind: str, normalise: Normalise,
    resolution: int, extent: float, ends: Callable[[], Eigenpairs], seed: int,
) -> Plane:  # fmt: skip
    """The plane that was asked for.

    Args:
        own_path: (T, P), the path of our own network's training.
        checkpoints: a folder with a training's path; it goes before our own.
        kind: "random", "pca" or "hessian".
        resolution: points along each side. extent: of random directions and eigenvectors, in
            their lengths; of components, in the path's own extent.
        ends: gives the ends of the Hessian's spectrum, which only its own plane needs.

    Raises:
        ValueError: for components of a network whose training is not known, and for a network of
            one parameter.
    """
    if len(lf.theta) < 2:
        raise ValueError("The model has 1 parameter; a plane needs 2 or more.")
    square = axis_through_zero(-extent, extent, resolution)
    nowhere = np.zeros((0, 2))
    if kind == "random":
        generator = torch.Generator().manual_seed(seed)
        drawn = torch.stack([random_direction(lf, generator, normalise) for _ in range(2)])
        names = "first direction", "second direction"
        return Plane(drawn, square, square, names, nowhere)
    if kind == "hessian":
        steepest = torch.from_numpy(ends().vectors[:2]).to(lf.theta)
        names = "steepest direction", "second steepest direction"
        return Plane(steepest, square, square, names, nowhere, is_steepest=True)
    components, path, kept = _components(lf, own_path, checkpoints)
    x, y = (axis_through_zero(*_around(path[:, axis], extent), resolution) for axis in (0, 1))
    return Plane(components, x, y, ("first component", "second component"), path, kept)


def _components(
    lf: LossFunction, own_path: Tensor | None, checkpoints: str
) -> tuple[Tensor, np.ndarray, float]:
    """Two principal components of a path, where it lies on their plane, and what that keeps."""
    if checkpoints:
        found = pca_of_checkpoints(lf, checkpoints)
        return found.directions, found.coordinates, found.kept
    if own_path is None:
        raise ValueError(
            "directions=pca needs a training to look at; give checkpoints, a folder of them."
        )
    directions = pca_directions(own_path[None])
    path = plane_coordinates(own_path, lf.theta.to(own_path), directions)
    return directions.to(lf.theta), path.numpy(), variance_kept(own_path, directions)


def _around(places: np.ndarray, extent: float) -> tuple[float, float]:
    """An interval around places and 0, with room on both sides."""
    low, high = min(0.0, float(places.min())), max(0.0, float(places.max()))
    middle, half = (low + high) / 2, MARGIN * extent * (high - low) / 2
    return min(middle - half, low), max(middle + half, high)
