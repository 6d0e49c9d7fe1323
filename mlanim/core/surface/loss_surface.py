"""The loss around any trained network: a plane, cuts, and the spectrum of the Hessian."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import Any, get_args

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.connecting_curve import connecting_curve
from mlanim.core.landscape.directions import between, random_direction
from mlanim.core.landscape.layers import Normalise
from mlanim.core.landscape.loss_function import LossFunction, loss_function, weights_from
from mlanim.core.landscape.scan import scan_plane, scan_points
from mlanim.core.landscape.spectrum import (
    Eigenpairs,
    Product,
    Quadrature,
    extreme_eigenpairs,
    hutchinson_trace,
    lanczos_quadrature,
)
from mlanim.core.repeatable import one_thread
from mlanim.core.surface.grids import are_given, contour_steps, finite
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
    product = hessian_product(lf)
    ends = cache(partial(extreme_eigenpairs, product, lf.theta, TOP, LOWEST, seed))
    plane = surface_plane(
        lf, path, checkpoints, directions, normalise, resolution, extent, ends, seed
    )
    return LossSurface(
        **_on_plane(lf, plane), **_scaled(lf, plane, seed), **_cuts(lf, plane, ends(), seed),
        **_spectrum(lf, product, ends(), plane, seed),
        **_way(lf, model, data, loss, checkpoint, other, device, seed),
    )  # fmt: skip


def _network(
    model: str, data: str, loss: str, checkpoint: str, device: str, seed: int
) -> tuple[LossFunction, Tensor | None]:
    """The loss of the user's network, or of ours with the path of its training."""
    if are_given(model, data):
        return loss_function(model, data, loss, checkpoint or None, device), None
    module, examples, path = trained_digits(seed)
    return loss_function(module, examples, loss, checkpoint or None, device), path


def _on_plane(lf: LossFunction, plane: Plane) -> dict[str, Any]:
    """The losses on a plane, and how they are drawn."""
    grid = finite(scan_plane(lf, plane.directions, plane.x, plane.y), "the plane")
    size, centre, (levels, numbered) = len(lf.theta), float(lf(lf.theta)), contour_steps(grid)
    return {
        "x": plane.x.numpy(), "y": plane.y.numpy(), "loss": grid, "centre": centre,
        "levels": levels, "numbered": numbered, "axes": plane.names, "path": plane.path,
        "is_log": bool(grid.min() > 0 and grid.max() > LOG_FROM_RATIO * grid.min()),
        "says_network": says_of_network(size, lf.count, centre),
        "says_batch_norm": lf.says_batch_norm, "says_plane": says_of_plane(size, grid, centre),
        "says_path": None if plane.kept is None else says_of_path(plane.kept),
    }  # fmt: skip


def _scaled(lf: LossFunction, plane: Plane, seed: int) -> dict[str, Any]:
    """Losses along one random draw, and where a step of one along it ends, by how it is scaled."""
    losses, ends = {}, {}
    reach = torch.linspace(-1, 1, len(plane.x), dtype=torch.float64) * plane.x[-1]
    at = torch.cat([reach, torch.ones(1, dtype=torch.float64)])
    for how in get_args(Normalise):
        direction = random_direction(lf, torch.Generator().manual_seed(seed), how)
        found = finite(scan_points(lf, lf.theta, direction[None], at[:, None]), "a random line")
        losses[how], ends[how] = found[:-1], float(found[-1])
    return {"reach": reach.numpy(), "scaled": losses, "says_scaling": says_of_scaling(ends)}


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


def _spectrum(
    lf: LossFunction, product: Product, pairs: Eigenpairs, plane: Plane, seed: int
) -> dict[str, Any]:
    """The Hessian's spectrum, and how the plane's directions curve beside it."""
    size = len(lf.theta)
    trace = hutchinson_trace(product, lf.theta, DRAWS, seed)
    quadrature = lanczos_quadrature(product, lf.theta, PROBES, STEPS, seed)
    first, second = (
        float(unit @ product(unit))
        for unit in torch.nn.functional.normalize(plane.directions, dim=1)
    )
    return {
        "eigenvalues": pairs.values, **_density(pairs, quadrature, size),
        "says_curvature": says_of_curvature(pairs.values[0], (first, second), trace, size),
        "says_ends": says_of_ends(pairs), "says_shares": _shares(pairs, quadrature),
        "says_trace": says_of_trace(trace, pairs, TOP, size),
    }  # fmt: skip


def _density(pairs: Eigenpairs, quadrature: Quadrature, size: int) -> dict[str, Any]:
    """The density of all eigenvalues (M,) at values around them, and that of a single one."""
    low, high = min(0.0, float(pairs.values[-1])), max(0.0, float(pairs.values[0]))
    width = SMOOTHED * (high - low) or 1.0
    at = np.linspace(low - 6 * width, high + 6 * width, 500)
    one = 1 / (size * width * (2 * np.pi) ** 0.5)
    return {"at": at, "density": quadrature.density(at, width), "one": one}


def _shares(pairs: Eigenpairs, quadrature: Quadrature) -> Sentence:
    near = NEAR_ZERO * float(np.abs(pairs.values).max())
    down = quadrature.share_below(-near)
    flat = quadrature.share_below(np.nextafter(near, np.inf))[0] - down[0]
    return says_of_shares(down, flat)


def _way(
    lf: LossFunction, model: str, data: str, loss: str, checkpoint: str, other: str, device: str,
    seed: int,
) -> dict[str, Any]:  # fmt: skip
    """The line and the curve to another checkpoint of the same network, where one is given."""
    if not other:
        none = dict.fromkeys(("shares", "line", "curve"), np.zeros(0))
        return {**none, "says_way": None, "says_way_norm": None}
    if lf.says_batch_norm:  # its statistics fit no place but the checkpoint's own
        lf = loss_function(model, data, loss, checkpoint or None, device, batch_norm="data")
    ends = between(lf, checkpoint, other) if checkpoint else (lf.theta, weights_from(lf, other)[0])
    way = connecting_curve(lf, *ends, seed=seed, points=POINTS)
    return {
        "shares": way.places, "line": way.line, "curve": way.curve, "says_way": way.says,
        "says_way_norm": lf.says_batch_norm,
    }  # fmt: skip
