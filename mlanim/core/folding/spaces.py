"""The spaces of a network, drawn in the plane one after another.

A layer of two neurons is a plane and is drawn as it is. A layer of one is a line. A wider layer can
only be drawn as a projection, and how much variance that keeps is part of the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlanim.core.folding.sheet import Sheet, spread
from mlanim.core.relu.regions import Regions

FLAT = 1e-9
ROUNDING = 1e-12  # of the largest coordinate: points that are no further apart are one


@dataclass(frozen=True)
class Stage:
    """A sheet with what lies on it, at one step of its way through the layers.

    step: "input", "affine" (before the ReLU) or "relu" (after it)
    layer: the hidden layer, from 1; 0 for the input      width: the dimension of the space
    vertices: (V, 2) the sheet's, points: (N, 2) the data's, boundary: (B, 2) the cut's, as drawn
    axes: (2, width) drawn = axes @ h; both steps of a layer share them
    kept: the share of the sheet's variance in this space that the drawing keeps; 1.0 when exact
    points_kept: the same share for the data
    ranks: (3,) shares of the sheet's area that are now a point, a line, still a surface
    rotation, stretch: for an affine step from plane to plane, weight = stretch @ rotation, an angle
        in radians and a symmetric (2, 2) without reflection; otherwise 0.0 and None
    """

    step: str
    layer: int
    width: int
    vertices: np.ndarray
    points: np.ndarray
    boundary: np.ndarray
    axes: np.ndarray
    kept: float
    points_kept: float
    ranks: np.ndarray
    rotation: float
    stretch: np.ndarray | None


def layer_images(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], points: np.ndarray
) -> list[np.ndarray]:
    """Where points (N, 2) are: as they are, then before and after the ReLU of each hidden layer.

    Returns 1 + 2 L arrays (N, width).
    """
    images = [points]
    for weight, bias in zip(weights, biases, strict=True):
        before = images[-1] @ weight.T + bias
        images += [before, np.maximum(before, 0.0)]
    return images


def _top_directions(covariance: np.ndarray, count: int) -> np.ndarray:
    """Unit directions (count, n) of the largest variances, each with its largest entry positive."""
    directions = np.linalg.eigh(covariance)[1].T[::-1][:count]
    largest = np.abs(directions).argmax(axis=1)
    return directions * np.sign(directions[np.arange(count), largest])[:, None]


def edge_on_axes(covariance: np.ndarray, normal: np.ndarray) -> np.ndarray:
    """Two axes (2, n) that show a hyperplane with this normal (n,) as a straight line.

    The first is the normal's direction, the second that of the largest variance across it.
    """
    first = normal / np.linalg.norm(normal)
    across = np.linalg.svd(first[None])[2][1:]  # (n - 1, n), orthonormal
    second = _top_directions(across @ covariance @ across.T, 1) @ across
    return np.concatenate([first[None], second])


def _facing(axes: np.ndarray, images: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """The axes, flipped so that the drawing is not a mirror image or upside down of the last one.

    images: (V, n) in the new space, drawn: (V, 2) the vertices as drawn before.
    """
    match = (axes @ (images - images.mean(axis=0)).T) @ (drawn - drawn.mean(axis=0))
    if np.linalg.det(match) < 0:
        axes, match = axes * [[1.0], [-1.0]], match * [[1.0], [-1.0]]
    return -axes if np.trace(match) < 0 else axes


def plane_axes(
    before: np.ndarray,
    after: np.ndarray,
    sheet: Sheet,
    drawn: np.ndarray,
    normal: np.ndarray | None,
) -> np.ndarray:
    """The axes (2, n) in which a layer's space is drawn.

    before, after: (V, n) the sheet's vertices around the ReLU; drawn: (V, 2) as drawn before this
    layer; normal: (n,) of the hyperplane to show edge on, or None for the first two principal
    components of the sheet after the ReLU.
    """
    width = after.shape[1]
    if width <= 2:
        return np.eye(2)[:, :width]
    covariance = spread(sheet, after)
    if normal is not None and normal.any():
        axes = edge_on_axes(covariance, normal)
    else:
        axes = _top_directions(covariance, 2)
    return _facing(axes, before, drawn)


def kept_share(covariance: np.ndarray, axes: np.ndarray, images: np.ndarray) -> float:
    """The share of the variance (n, n) of images (N, n) that lies along orthonormal axes (2, n).

    Of images that are one point but for rounding, a drawing keeps all.
    """
    total = float(np.trace(covariance))
    if axes.shape[1] <= 2 or total <= (ROUNDING * np.abs(images).max()) ** 2:
        return 1.0
    return float(np.trace(axes @ covariance @ axes.T)) / total


def rank_shares(areas: np.ndarray, linear: np.ndarray) -> np.ndarray:
    """The shares (3,) of the area that affine maps send to points, lines and surfaces.

    areas: (C,), linear: (C, n, 2).
    """
    ranks = np.linalg.matrix_rank(linear, tol=FLAT)
    return np.bincount(ranks, weights=areas, minlength=3) / areas.sum()


def turn_and_stretch(weight: np.ndarray) -> tuple[float, np.ndarray | None]:
    """The polar decomposition weight = stretch @ rotation of a plane's map that does not reflect.

    Returns the rotation's angle in radians, in (-pi, pi], and the symmetric stretch (2, 2). Playing
    both in step keeps a sheet from being squashed on its way. 0.0 and None for any other map.
    """
    if weight.shape != (2, 2) or np.linalg.det(weight) <= 0:
        return 0.0, None
    (a, b), (c, d) = weight
    angle = float(np.arctan2(c - b, a + d))
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return angle, weight @ rotation.T


def _stage(
    step: str,
    layer: int,
    images: Sequence[np.ndarray],
    axes: np.ndarray,
    sheet: Sheet,
    ranks: np.ndarray,
    turn: tuple[float, np.ndarray | None] = (0.0, None),
) -> Stage:
    """A stage from the images (V, n), (N, n), (B, n) of the sheet, the data and the cut."""
    width = axes.shape[1]
    data = np.cov(images[1].T, bias=True).reshape(width, width)
    vertices, points, boundary = [image @ axes.T for image in images]
    return Stage(
        step=step,
        layer=layer,
        width=width,
        vertices=vertices,
        points=points,
        boundary=boundary,
        axes=axes,
        kept=kept_share(spread(sheet, images[0]), axes, images[0]),
        points_kept=kept_share(data, axes, images[1]),
        ranks=ranks,
        rotation=turn[0],
        stretch=turn[1],
    )


def stages(
    weights: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
    layers: Sequence[Regions],
    sheet: Sheet,
    points: np.ndarray,
    boundary: np.ndarray,
) -> tuple[Stage, ...]:
    """The input and, for each hidden layer, the space before and after its ReLU.

    weights, biases: of all layers, the output's (1, n) and (1,) last. layers: from
    `cells_by_layer`. points: (N, 2) data and boundary: (B, 2) the cut, both in the input plane.
    """
    tracks = [
        layer_images(weights[:-1], biases[:-1], x) for x in (sheet.vertices, points, boundary)
    ]
    images = list(zip(*tracks, strict=True))
    sizes, maps = layers[0].areas, layers[0].linear
    found = [_stage("input", 0, images[0], np.eye(2), sheet, rank_shares(sizes, maps))]
    for layer, weight in enumerate(weights[:-1], start=1):
        before, after = images[2 * layer - 1], images[2 * layer]
        normal = weights[-1][0] if layer == len(weights) - 1 else None
        axes = plane_axes(before[0], after[0], sheet, found[-1].vertices, normal)
        ranks, turn = rank_shares(sizes, weight @ maps), turn_and_stretch(weight)
        found.append(_stage("affine", layer, before, axes, sheet, ranks, turn))
        sizes, maps = layers[layer].areas, layers[layer].linear
        found.append(_stage("relu", layer, after, axes, sheet, rank_shares(sizes, maps)))
    return tuple(found)
