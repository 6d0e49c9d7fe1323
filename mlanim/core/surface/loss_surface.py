"""The loss around any trained network: a plane, cuts, and the spectrum of the Hessian."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.connecting_curve import ConnectingCurve, connecting_curve
from mlanim.core.landscape.directions import between, random_direction
from mlanim.core.landscape.layers import Normalise
from mlanim.core.landscape.loss_function import LossFunction, loss_function, weights_from
from mlanim.core.landscape.plane import contour_levels
from mlanim.core.landscape.scan import scan_plane, scan_points
from mlanim.core.landscape.spectrum import (
    Eigenpairs,
    Quadrature,
    extreme_eigenpairs,
    hutchinson_trace,
    lanczos_quadrature,
)
from mlanim.core.repeatable import one_thread
from mlanim.core.surface.hessian_product import hessian_product
from mlanim.core.surface.planes import Plane, surface_plane
from mlanim.core.surface.sentences import (
    NEAR_ZERO,
    says_of_curvature,
    says_of_ends,
    says_of_network,
    says_of_path,
    says_of_plane,
    says_of_scaling,
    says_of_shares,
    says_of_trace,
)
from mlanim.core.surface.trained_digits import trained_digits
from mlanim.words.sentence import Sentence

TOP, LOWEST = 5, 1  # eigenvalues found one by one
DRAWS, PROBES, STEPS = 30, 8, 40
POINTS = 61  # of a cut
LOG_FROM_RATIO = 20.0
LEVELS = 7, 16  # contours: at least, at most
SMOOTHED = 0.008  # the density's standard deviation, over the spectrum's width


@dataclass(frozen=True)
class LossSurface:
    """All that the scene shows."""

    x: np.ndarray  # (C,)
    y: np.ndarray  # (R,)
    loss: np.ndarray  # (R, C), its rows along y
    centre: float
    levels: np.ndarray
    numbered: np.ndarray  # those of them that have their number on the line
    is_log: bool  # whether losses spread so far that heights are logarithms
    axes: tuple[str, str]
    path: np.ndarray  # (T, 2) of a training on the plane, none unless it is the training's
    reach: np.ndarray  # (C,) steps along a random draw
    scaled: dict[str, np.ndarray]  # (C,) losses there, by how the draw is scaled
    cut_names: tuple[str, str, str]
    distances: np.ndarray  # (POINTS,)
    cuts: dict[str, np.ndarray]  # (POINTS,) losses, by direction
    eigenvalues: np.ndarray  # (TOP + LOWEST,), the largest first
    at: np.ndarray  # (M,)
    density: np.ndarray  # (M,) of all eigenvalues
    one: float  # the density at an eigenvalue that stands alone
    shares: np.ndarray  # (T,) of the way to another network, none without one
    line: np.ndarray  # (T,) losses straight there
    curve: np.ndarray  # (T,) losses on the curve
    says_network: Sentence
    says_batch_norm: Sentence | None
    says_plane: Sentence
    says_path: Sentence | None
    says_scaling: Sentence
    says_curvature: Sentence
    says_ends: Sentence
    says_shares: Sentence
    says_trace: Sentence
    says_way: Sentence | None
    says_way_norm: Sentence | None


@one_thread()
def loss_surface_lesson(
    *, model: str, data: str, loss: str, checkpoint: str, checkpoints: str, other: str,
    directions: str, normalise: Normalise, resolution: int, extent: float, device: str, seed: int,
) -> LossSurface:  # fmt: skip
    """Scan a plane around a network's weights, and find the spectrum there.

    Raises:
        ValueError: in a sentence, for what does not fit together.
    """
    lf, path = _network(model, data, loss, checkpoint, device, seed)
    size, product = len(lf.theta), hessian_product(lf)
    ends = cache(partial(extreme_eigenpairs, product, lf.theta, TOP, LOWEST, seed))
    plane = surface_plane(
        lf, path, checkpoints, directions, normalise, resolution, extent, ends, seed
    )
    grid = finite(scan_plane(lf, plane.directions, plane.x, plane.y), "the plane")
    scaled, after_one = _scaled(lf, plane, seed)
    pairs = ends()
    trace = hutchinson_trace(product, lf.theta, DRAWS, seed)
    quadrature = lanczos_quadrature(product, lf.theta, PROBES, STEPS, seed)
    centre = float(lf(lf.theta))
    units = torch.nn.functional.normalize(plane.directions, dim=1)
    along = [float(unit @ product(unit)) for unit in units]
    levels, numbered = _levels(grid)
    way, says_way_norm = _way(lf, model, data, loss, checkpoint, other, device, seed)
    nothing = np.zeros(0)
    return LossSurface(
        x=plane.x.numpy(), y=plane.y.numpy(), loss=grid, centre=centre,
        levels=levels, numbered=numbered,
        is_log=bool(grid.min() > 0 and grid.max() > LOG_FROM_RATIO * grid.min()),
        axes=plane.names, path=plane.path, reach=plane.reach.numpy(), scaled=scaled,
        **_cuts(lf, plane, pairs, seed),
        eigenvalues=pairs.values, **_density(pairs, quadrature, size),
        shares=way.places if way else nothing, line=way.line if way else nothing,
        curve=way.curve if way else nothing,
        says_network=says_of_network(size, lf.count, centre), says_batch_norm=lf.says_batch_norm,
        says_plane=says_of_plane(size, grid, centre),
        says_path=None if plane.kept is None else says_of_path(plane.kept),
        says_scaling=says_of_scaling(after_one),
        says_curvature=says_of_curvature(pairs.values[0], (along[0], along[1]), trace, size),
        says_ends=says_of_ends(pairs), says_shares=_shares(pairs, quadrature),
        says_trace=says_of_trace(trace, pairs, TOP, size), says_way=way.says if way else None,
        says_way_norm=says_way_norm,
    )  # fmt: skip


def finite(losses: np.ndarray, where: str) -> np.ndarray:
    """Losses as they are.

    Raises:
        ValueError: if some are no finite numbers.
    """
    lost = int((~np.isfinite(losses)).sum())
    if lost:
        raise ValueError(
            f"The loss is no finite number at {lost:,} of {losses.size:,} points on {where}; give "
            "a smaller extent."
        )
    return losses


def _network(
    model: str, data: str, loss: str, checkpoint: str, device: str, seed: int
) -> tuple[LossFunction, Tensor | None]:
    """The loss of the user's network, or of ours with the path of its training."""
    if bool(model) != bool(data):
        given, lacking = ("model", "data") if model else ("data", "model")
        raise ValueError(
            f"There is a {given} but no {lacking}; give both, as model=file.py:make_model and "
            "data=file.py:make_data, or neither, for a small network of ours."
        )
    if model:
        return loss_function(model, data, loss, checkpoint or None, device), None
    module, examples, path = trained_digits(seed)
    return loss_function(module, examples, loss, checkpoint or None, device), path


def _way(
    lf: LossFunction, model: str, data: str, loss: str, checkpoint: str, other: str, device: str,
    seed: int,
) -> tuple[ConnectingCurve | None, Sentence | None]:  # fmt: skip
    """The line and the curve to another checkpoint, where one is given, and what batch norm did."""
    if not other:
        return None, None
    if lf.says_batch_norm:  # its statistics fit no place but the checkpoint's own
        lf = loss_function(model, data, loss, checkpoint or None, device, batch_norm="data")
    ends = between(lf, checkpoint, other) if checkpoint else (lf.theta, weights_from(lf, other)[0])
    return connecting_curve(lf, *ends, seed=seed, points=POINTS), lf.says_batch_norm


def _levels(grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Levels for contours, and those with a number: nearly geometric ones where there are enough.

    Else they are as far apart as the next round number allows.
    """
    low, high = float(grid.min()), float(grid.max())
    if low == high:
        return np.zeros(0), np.zeros(0)
    geometric = contour_levels(low, high) if low > 0 else np.zeros(0)
    if len(geometric) >= LEVELS[0]:
        return geometric, np.outer(10.0 ** np.arange(-9, 13), (1, 3)).ravel()
    power = 10.0 ** np.floor(np.log10((high - low) / LEVELS[0]))
    step = next(float(power * m) for m in (1, 2, 5, 10) if high - low <= LEVELS[1] * power * m)
    levels = np.arange(np.floor(low / step) + 1, np.ceil(high / step)) * step
    return levels, levels[::3]


def _scaled(
    lf: LossFunction, plane: Plane, seed: int
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Losses along one random draw, and where a step of one along it ends, by how it is scaled."""
    losses, ends, at = {}, {}, torch.cat([plane.reach, torch.ones(1, dtype=torch.float64)])
    for how in get_args(Normalise):
        direction = random_direction(lf, torch.Generator().manual_seed(seed), how)
        found = finite(scan_points(lf, lf.theta, direction[None], at[:, None]), "a random line")
        losses[how], ends[how] = found[:-1], float(found[-1])
    return losses, ends


def _cuts(lf: LossFunction, plane: Plane, pairs: Eigenpairs, seed: int) -> dict[str, Any]:
    """Losses equally far along the plane's directions and a third one.

    The third is the steepest, or a random one where the plane's first is the steepest.
    """
    third = torch.from_numpy(pairs.vectors[0]).to(lf.theta)
    name = "steepest"
    if plane.is_steepest:
        name = "random"
        third = random_direction(lf, torch.Generator().manual_seed(seed), "none")
    rows = torch.nn.functional.normalize(torch.stack([*plane.directions, third]), dim=1)
    at = torch.linspace(-1, 1, POINTS, dtype=torch.float64) * plane.distance
    names = "first", "second", name
    found = {
        key: finite(scan_points(lf, lf.theta, row[None], at[:, None]), f"the {key} cut")
        for key, row in zip(names, rows, strict=True)
    }
    return {"cut_names": names, "distances": at.numpy(), "cuts": found}


def _density(pairs: Eigenpairs, quadrature: Quadrature, parameters: int) -> dict[str, Any]:
    low, high = min(0.0, float(pairs.values[-1])), max(0.0, float(pairs.values[0]))
    width = SMOOTHED * (high - low) or 1.0
    at = np.linspace(low - 6 * width, high + 6 * width, 500)
    one = 1 / (parameters * width * (2 * np.pi) ** 0.5)
    return {"at": at, "density": quadrature.density(at, width), "one": one}


def _shares(pairs: Eigenpairs, quadrature: Quadrature) -> Sentence:
    near = NEAR_ZERO * float(np.abs(pairs.values).max())
    down = quadrature.share_below(-near)
    flat = quadrature.share_below(np.nextafter(near, np.inf))[0] - down[0]
    return says_of_shares(down, flat)
