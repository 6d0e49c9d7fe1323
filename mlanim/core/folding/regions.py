"""The linear regions of a ReLU network on a part of the plane, found by cutting.

A region is the set of inputs with one activation pattern: which hidden neurons are above zero. It
is a convex polygon, and the network is affine on it. Layer after layer, each polygon is cut along
the line on which a neuron's pre-activation is zero, wherever that line crosses it. Nothing is
sampled: the corners are exact up to rounding in float64.

Two neighbouring regions can carry the same affine map, when what tells them apart is switched off
further on. They count as two here; `distinct_maps` says how many maps there are. The bounds at the
end hold for both. Source: Montúfar et al. (2014), "On the number of linear regions of deep neural
networks".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import comb, prod

import numpy as np

ON_THE_LINE = 1e-12
SAME_MAP = 1e-9


@dataclass(frozen=True)
class Cell:
    """A convex polygon on which the layers so far are affine: h(x) = linear @ x + shift.

    polygon: (k, 2) corners in order     linear: (n, 2)     shift: (n,)
    pattern: one bool a neuron so far, true where it is active
    """

    polygon: np.ndarray
    linear: np.ndarray
    shift: np.ndarray
    pattern: tuple[bool, ...]


@dataclass(frozen=True)
class Regions:
    """The regions of a network up to one of its layers, as arrays over C regions.

    polygons: (C, K, 2) corners in order; a region with fewer than K repeats its last corner
    corners: (C,) how many corners are its own      areas: (C,)      centroids: (C, 2)
    patterns: (C, n) bool over the hidden neurons up to that layer
    linear, shift: (C, m, 2) and (C, m): that layer's output is linear @ x + shift
    """

    polygons: np.ndarray
    corners: np.ndarray
    areas: np.ndarray
    centroids: np.ndarray
    patterns: np.ndarray
    linear: np.ndarray
    shift: np.ndarray


def square(half_width: float) -> np.ndarray:
    """The corners (4, 2) of [-half_width, half_width]^2, counter-clockwise."""
    return half_width * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def area(polygon: np.ndarray) -> float:
    """The area of a polygon (k, 2); positive when its corners run counter-clockwise."""
    from_first = polygon[1:] - polygon[0]
    x, y = from_first.T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def centroid(polygon: np.ndarray) -> np.ndarray:
    """The centre of mass (2,) of a polygon (k, 2): its triangles' centres, weighed by area."""
    from_first = polygon[1:] - polygon[0]
    x, y = from_first.T
    weights = x[:-1] * y[1:] - x[1:] * y[:-1]
    centres = (from_first[:-1] + from_first[1:]) / 3
    return polygon[0] + weights @ centres / weights.sum()


def on_the_line(polygon: np.ndarray, linear: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """The values linear @ x + shift at a polygon's corners, with rounding dust set to zero.

    polygon: (k, 2), linear: (n, 2), shift: (n,). Returns (k, n). A corner counts as being on a
    neuron's line when its value is within 1e-12 of the size of what was added up: without that, a
    line through a corner would cut off slivers.
    """
    values = polygon @ linear.T + shift
    scale = np.abs(polygon) @ np.abs(linear).T + np.abs(shift)
    return np.where(np.abs(values) <= ON_THE_LINE * scale, 0.0, values)


def crosses(values: np.ndarray) -> np.ndarray:
    """Whether values (k, n) at k corners take both signs, for each of n functions: (n,) bool."""
    return (values.min(axis=0) < 0) & (values.max(axis=0) > 0)


def split(polygon: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cuts a convex polygon (k, 2) where an affine function is zero.

    values: (k,) the function at the corners, of both signs. Returns the part where it is negative,
    the part where it is positive, both with the corners in the old order, and the cut (2, 2).
    """
    below, above, cut = [], [], []
    for here, following, value, next_value in zip(
        polygon, np.roll(polygon, -1, axis=0), values, np.roll(values, -1), strict=True
    ):
        if value <= 0:
            below.append(here)
        if value >= 0:
            above.append(here)
        if value == 0:
            cut.append(here)
        if value * next_value < 0:
            point = here + (following - here) * (value / (value - next_value))
            below.append(point)
            above.append(point)
            cut.append(point)
    return np.array(below), np.array(above), np.array(cut)


def pieces(polygon: np.ndarray, linear: np.ndarray, shift: np.ndarray) -> list[np.ndarray]:
    """The parts into which the lines linear @ x + shift = 0 cut a convex polygon.

    polygon: (k, 2), linear: (n, 2), shift: (n,).
    """
    parts = [polygon]
    for neuron in np.flatnonzero(crosses(on_the_line(polygon, linear, shift))):
        row = slice(neuron, neuron + 1)
        uncut, parts = parts, []
        for part in uncut:
            values = on_the_line(part, linear[row], shift[row])
            parts += split(part, values[:, 0])[:2] if crosses(values)[0] else [part]
    return parts


def through_layer(cell: Cell, weight: np.ndarray, bias: np.ndarray) -> Iterator[Cell]:
    """The cells into which a ReLU layer cuts a cell. weight: (m, n), bias: (m,)."""
    linear, shift = weight @ cell.linear, weight @ cell.shift + bias
    for polygon in pieces(cell.polygon, linear, shift):
        active = linear @ centroid(polygon) + shift > 0
        yield Cell(
            polygon,
            linear * active[:, None],
            shift * active,
            cell.pattern + tuple(active.tolist()),
        )


def cells_by_layer(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], half_width: float
) -> list[list[Cell]]:
    """The cells of [-half_width, half_width]^2 before any layer and after each ReLU layer.

    weights: (outputs, inputs) arrays of the hidden layers, the first with 2 inputs; biases:
    (outputs,) arrays. Returns one list more than there are layers.
    """
    cells = [Cell(square(half_width), np.eye(2), np.zeros(2), ())]
    layers = [cells]
    for weight, bias in zip(weights, biases, strict=True):
        cells = [part for cell in cells for part in through_layer(cell, weight, bias)]
        layers.append(cells)
    return layers


def padded(polygons: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Polygons as one array (C, K, 2), last corners repeated, and their corner counts (C,)."""
    corners = np.array([len(p) for p in polygons], dtype=np.int64)
    longest = int(corners.max(initial=0))
    rows = [p[np.minimum(np.arange(longest), len(p) - 1)] for p in polygons]
    return np.array(rows).reshape(len(rows), longest, 2), corners


def as_regions(cells: Sequence[Cell]) -> Regions:
    """The arrays of cells that have gone through the same layers."""
    polygons, corners = padded([cell.polygon for cell in cells])
    return Regions(
        polygons=polygons,
        corners=corners,
        areas=np.array([area(cell.polygon) for cell in cells]),
        centroids=np.array([centroid(cell.polygon) for cell in cells]),
        patterns=np.array([cell.pattern for cell in cells], dtype=bool),
        linear=np.array([cell.linear for cell in cells]),
        shift=np.array([cell.shift for cell in cells]),
    )


def linear_regions(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], half_width: float
) -> tuple[Regions, ...]:
    """The regions on [-half_width, half_width]^2 after each hidden layer.

    weights, biases: of the hidden layers, as in `cells_by_layer`.
    """
    layers = cells_by_layer(weights, biases, half_width)
    return tuple(as_regions(cells) for cells in layers[1:])


def distinct_maps(regions: Regions) -> int:
    """How many different affine maps the regions carry: at most one each.

    Maps count as equal when they differ by less than about 1e-9.
    """
    rows = np.concatenate([regions.linear, regions.shift[..., None]], axis=2)
    rows = np.round(rows.reshape(len(rows), -1) / SAME_MAP) + 0.0  # -0.0 becomes 0.0
    return len(np.unique(rows, axis=0))


def decision_cells(cells: Sequence[Cell], weight: np.ndarray, bias: np.ndarray) -> list[Cell]:
    """The cells cut once more by the sign of the output weight @ h + bias.

    weight: (1, n), bias: (1,). Each cell's map becomes the output's (1, 2) and (1,); its pattern
    gains one entry, true where the output is positive.
    """
    parts = []
    for cell in cells:
        linear, shift = weight @ cell.linear, weight @ cell.shift + bias
        for part in through_layer(cell, weight, bias):
            parts.append(replace(part, linear=linear, shift=shift))
    return parts


def one_layer_bound(neurons: int, inputs: int = 2) -> int:
    """The most regions that n lines can make: 1 + n + n(n-1)/2 in the plane (Zaslavsky 1975)."""
    return sum(comb(neurons, j) for j in range(inputs + 1))


def upper_bounds(widths: Sequence[int], inputs: int = 2) -> tuple[int, ...]:
    """For each layer, a number of regions that no network of these widths exceeds up to there.

    In each region a layer sees an affine image of it, whose dimension is at most that of the inputs
    and of every layer before; so it cuts each region into at most `one_layer_bound` parts, and the
    bounds multiply (Montúfar 2017, "Notes on the number of linear regions", proposition 3).
    """
    dimensions = [min([inputs, *widths[:layer]]) for layer in range(len(widths))]
    factors = [one_layer_bound(n, d) for n, d in zip(widths, dimensions, strict=True)]
    return tuple(prod(factors[: layer + 1]) for layer in range(len(widths)))


def reachable_regions(widths: Sequence[int], inputs: int = 2) -> int:
    """A number of regions that some network of these widths reaches on the whole plane.

    Montúfar et al. (2014), theorem 4; it needs every width to be at least the number of inputs, and
    raises ValueError otherwise.
    """
    if min(widths) < inputs:
        raise ValueError(
            f"The widths are {list(widths)}: the bound needs at least {inputs} neurons a layer."
        )
    *before, last = widths
    return prod((n // inputs) ** inputs for n in before) * one_layer_bound(last, inputs)
