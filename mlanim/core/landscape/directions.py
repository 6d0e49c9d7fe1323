"""Directions through weight space: random ones, those of a training run, from one end to another.

The Hessian's own directions are in `spectrum.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.layers import Normalise, normalised
from mlanim.core.landscape.loss_function import LossFunction, weights_from
from mlanim.core.landscape.plane import pca_directions, plane_coordinates, variance_kept
from mlanim.core.models.own import CHECKPOINTS

LEAST_CHECKPOINTS = 3  # two span a line
RUNNING = ("running_mean", "running_var")


@dataclass(frozen=True)
class Components:
    """The plane that keeps most of the variance of N checkpoints.

    directions: (2, P), orthonormal, the one with more variance first; coordinates: (N, 2) of the
    checkpoints' nearest points on the plane through the loss function's centre; names: of the
    files, in the order of the numbers in them; shares: (2,) of the checkpoints' variance that each
    direction keeps; kept: of both.
    """

    directions: Tensor
    coordinates: np.ndarray
    names: tuple[str, ...]
    shares: np.ndarray
    kept: float


def random_direction(
    lf: LossFunction, generator: torch.Generator, normalise: Normalise = "filter"
) -> Tensor:
    """A Gaussian direction, (P,), scaled to the weights at the centre.

    It is drawn on the CPU in float64, so that one seed is one direction on every device.

    Args:
        normalise: "filter": each filter has the norm of the centre's filter; "layer": each layer
            that of the centre's; in both, biases and norm layers do not move, as in Li et al.
            (2018). "none": as drawn, standard normal in each weight, biases too.
    """
    draw = torch.randn(len(lf.theta), generator=generator, dtype=torch.float64)
    return normalised(draw.to(lf.theta), lf.theta, lf.layers, normalise)


def pca_of_checkpoints(lf: LossFunction, folder: str | Path) -> Components:
    """The first two principal components of a folder of checkpoints.

    Raises:
        ValueError: if there are fewer than three different ones, or one does not fit.
    """
    files = checkpoints_in(folder)
    points = torch.stack([weights_from(lf, file)[0] for file in files]).double()
    centred = points - points.mean(0)
    if torch.linalg.matrix_rank(centred @ centred.T) < 2:
        raise ValueError(
            f"The {len(files)} checkpoints in {folder} lie on a line or at one place; a plane "
            "needs three that do not."
        )
    directions = pca_directions(points[None])
    places = plane_coordinates(points, lf.theta.double(), directions)
    return Components(
        directions=directions.to(lf.theta), coordinates=places.cpu().numpy(),
        names=tuple(file.stem for file in files),
        shares=np.array([variance_kept(points, one[None]) for one in directions]),
        kept=variance_kept(points, directions),
    )  # fmt: skip


def checkpoints_in(folder: str | Path) -> list[Path]:
    """The checkpoints of a folder in the order of the numbers in their names: 9 before 10.

    Raises:
        ValueError: if it is no folder, or holds fewer than three.
    """
    place = Path(folder)
    if not place.is_dir():
        raise ValueError(f"checkpoints is {folder}, which is no folder.")
    files = [file for file in place.iterdir() if file.suffix in CHECKPOINTS]
    if len(files) < LEAST_CHECKPOINTS:
        raise ValueError(
            f"{folder} holds {len(files)} checkpoints; give at least {LEAST_CHECKPOINTS} files "
            f"that end in {', '.join(CHECKPOINTS)}."
        )
    return sorted(files, key=_by_number)


def _by_number(file: Path) -> list[tuple[int, int, str]]:
    parts = re.findall(r"\d+|\D+", file.stem)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def between(
    lf: LossFunction, checkpoint_a: str | Path, checkpoint_b: str | Path
) -> tuple[Tensor, Tensor]:
    """The weights of two checkpoints, (P,) each: the ends of a line or a curve.

    Raises:
        ValueError: if one does not fit, both are the same, or they differ in more than weights
            that move: in frozen ones, or in batch norm's running statistics where `lf` uses them.
    """
    (a, fixed_a), (b, fixed_b) = (weights_from(lf, c) for c in (checkpoint_a, checkpoint_b))
    names = f"{Path(checkpoint_a).name} and {Path(checkpoint_b).name}"
    differing = [
        name for name, value in fixed_a.items()
        if value.is_floating_point() and not torch.equal(value, fixed_b[name])
    ]  # fmt: skip
    running = [name for name in differing if name.endswith(RUNNING)]
    frozen = [name for name in differing if name not in running]
    if frozen:
        raise ValueError(
            f"{names} differ in {frozen[0]}, which does not move; only parameters that require a "
            "gradient do."
        )
    if running and lf.batch_norm == "checkpoint":
        raise ValueError(
            f"{names} differ in batch norm's running statistics, which fit only one end each; "
            'make the loss function with batch_norm="data".'
        )
    if torch.equal(a, b):
        raise ValueError(f"{names} hold the same weights; there is nothing between them.")
    return a, b
