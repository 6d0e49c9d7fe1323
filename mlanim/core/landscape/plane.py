"""Planes through trained weights: which two directions, the loss on them, and paths drawn in them.

A plane is a centre, (parameters,), and two directions, (2, parameters): the point (x, y) stands
for the weights centre + x * directions[0] + y * directions[1].

Li, Xu, Taylor, Studer and Goldstein (2018), "Visualizing the loss landscape of neural nets".
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from mlanim.core.landscape.layers import KINDS, Layer, normalised
from mlanim.core.models.mlp import MLP

Loss = Callable[[Tensor], Tensor]
"""A loss that takes a batch of parameter vectors, (..., parameters), to (...)."""

GRID_CHUNK = 8
"""Weight sets evaluated at once: few enough that their activations stay in the cache."""

PREFERRED_NUMBERS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


def filter_normalised(direction: Tensor, weights: Tensor, net: MLP) -> Tensor:
    """Scale a direction so that each neuron's row has the norm of that neuron's weights.

    A neuron's row holds its incoming weights (a filter, in a fully connected layer). Biases do
    not move. Without this scaling a network looks flat merely by having large weights.

    Args:
        direction: (parameters,), any scale.
        weights: (parameters,), the centre of the plane.

    Returns:
        (parameters,).
    """
    return normalised(direction, weights, layers_of_mlp(net))


def layers_of_mlp(net: MLP) -> tuple[Layer, ...]:
    """The layers of an MLP's vector of parameters, named by their numbers."""
    found, start = [], 0
    for number, parts in enumerate(net.layers(torch.empty(net.parameters))):
        for name, kind, part in zip(("weight", "bias"), KINDS, parts, strict=True):
            stop = start + part.numel()
            found.append(Layer(f"{number}.{name}", kind, start, stop, tuple(part.shape)))
            start = stop
    return tuple(found)


def random_directions(weights: Tensor, net: MLP, count: int, generator: torch.Generator) -> Tensor:
    """Gaussian directions, each filter-normalised to the weights; (count, parameters)."""
    draws = torch.randn(count, len(weights), generator=generator, dtype=weights.dtype)
    return torch.stack([filter_normalised(draw, weights, net) for draw in draws])


def pca_directions(paths: Tensor) -> Tensor:
    """The orthonormal pair that keeps most of the paths' variance, each path counting alike.

    Principal components of the paths together, after each is centred on its own mean and scaled
    to total variance one; otherwise the longest path alone would choose the plane. The pair
    maximises the mean over the paths of `variance_kept`. Each direction's largest entry is
    positive, which fixes its sign.

    Args:
        paths: (paths, points, parameters), none of them standing still.

    Returns:
        (2, parameters).
    """
    centred = paths - paths.mean(1, keepdim=True)
    alike = centred / centred.norm(dim=(1, 2), keepdim=True)
    rows = alike.flatten(0, 1)
    _, left = torch.linalg.eigh(rows @ rows.T)  # smaller than their covariance
    axes = torch.nn.functional.normalize(left[:, [-1, -2]].T @ rows, dim=1)
    return axes * axes.gather(1, axes.abs().argmax(1, keepdim=True)).sign()


def plane_coordinates(points: Tensor, centre: Tensor, directions: Tensor) -> Tensor:
    """Coordinates of the plane's nearest point to each point, by least squares.

    Right for directions of any length and angle; a dot product alone is right only for
    orthonormal ones. Not `torch.linalg.lstsq`: its default driver reads a pivot array that torch
    leaves uninitialised, and 4 of 100 equal calls differed in their last digits.

    Returns:
        (points, 2), or (points, k) for k directions.
    """
    return (points - centre) @ torch.linalg.pinv(directions)


def on_plane(coordinates: Tensor, centre: Tensor, directions: Tensor) -> Tensor:
    """The weights that plane coordinates stand for: (..., 2) -> (..., parameters)."""
    return centre + coordinates @ directions


def distance_kept(points: Tensor, centre: Tensor, directions: Tensor) -> float:
    """Share, in 0..1, of the points' summed squared distance to the centre that the plane keeps."""
    shadow = plane_coordinates(points, centre, directions) @ directions
    return (shadow.square().sum() / (points - centre).square().sum()).item()


def variance_kept(points: Tensor, directions: Tensor) -> float:
    """Share, in 0..1, of the points' variance about their own mean that the plane keeps."""
    return distance_kept(points, points.mean(0), directions)


def random_walks(walks: int, points: int, size: int, generator: torch.Generator) -> Tensor:
    """Gaussian random walks from a common start: (walks, points, size).

    What a plane keeps of a real path means little by itself: the first principal component of a
    pure random walk already holds 6 / pi^2 = 60.8 % of its variance (Antognini and
    Sohl-Dickstein 2018). These walks are what to compare it with.
    """
    steps = torch.randn(walks, points, size, generator=generator, dtype=torch.float64)
    steps[:, 0] = 0
    return steps.cumsum(1)


def axis_through_zero(low: float, high: float, resolution: int) -> Tensor:
    """Evenly spaced values over about [low, high], one of them exactly zero; (resolution,).

    The interval is moved by at most half a spacing, so that the plane's centre is on the grid.

    Raises:
        ValueError: if zero is not inside the interval or the resolution is below 3.
    """
    if not low <= 0 <= high or low == high or resolution < 3:
        raise ValueError(
            f"axis from {low} to {high} with {resolution} points; "
            "it must contain zero and have at least 3 points."
        )
    spacing = (high - low) / (resolution - 1)
    return (torch.arange(resolution, dtype=torch.float64) - round(-low / spacing)) * spacing


def loss_grid(loss: Loss, centre: Tensor, directions: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Loss on the plane, (len(y), len(x)): rows follow y, columns follow x.

    A few weight sets are evaluated at once as one batched matrix product, which measured faster
    than a loop over `torch.func.functional_call` and than `torch.func.vmap` of it
    (benchmarks/landscape.py prints the ratios).
    """
    down, across = torch.meshgrid(y, x, indexing="ij")
    points = torch.stack([across.flatten(), down.flatten()], dim=1)
    return losses_at(loss, points, centre, directions).view(len(y), len(x))


def losses_at(loss: Loss, coordinates: Tensor, centre: Tensor, directions: Tensor) -> Tensor:
    """Loss at plane coordinates, (points, k) -> (points,)."""
    with torch.no_grad():
        chunks = coordinates.split(GRID_CHUNK)
        return torch.cat([loss(on_plane(chunk, centre, directions)) for chunk in chunks])


def contour_levels(low: float, high: float) -> np.ndarray:
    """The preferred numbers 1, 1.5, 2, 3, 5, 7 times powers of ten strictly between low and high.

    Nearly geometric, so contours spread over a loss that spans decades, and short to label.

    Raises:
        ValueError: unless 0 < low < high.
    """
    if not 0 < low < high:
        raise ValueError(f"contour levels between {low} and {high}; need 0 < low < high.")
    decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)))
    levels = np.multiply.outer(decades, PREFERRED_NUMBERS).ravel()
    return levels[(levels > low) & (levels < high)]
