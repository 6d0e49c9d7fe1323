"""The linear regions of a piecewise affine network on a part of the plane, found by cutting.

An activation region is the set of inputs with one activation pattern: which hidden neurons are
above zero, and which number of a maximum is the largest. It is a convex polygon, and the network is
affine on it. Layer after layer, each polygon is cut along the line on which a neuron's
pre-activation is zero, wherever that line crosses it. Nothing is sampled: the corners are exact up
to rounding in float64.

Two neighbouring regions can carry the same affine map, when what tells them apart is switched off
further on. They count as two here; `distinct_maps` says how many maps there are. Source: Montúfar
et al. (2014), "On the number of linear regions of deep neural networks".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlanim.core.relu.polygons import (
    TooManyRegions,
    area,
    centroid,
    corner_counts,
    largest_pieces,
    pieces,
    square,
)
from mlanim.core.relu.relu_net import Kink, Largest, ReluNet, perceptron

MOST_REGIONS = 100_000
SAME_MAP = 1e-9


@dataclass(frozen=True)
class Regions:
    """The regions of a network up to one of its layers, as arrays over C regions.

    polygons: (C, K, 2) corners in order; a region with fewer than K repeats its last corner
    corners: (C,) how many corners are its own      areas: (C,)      centroids: (C, 2)
    patterns: (C, n) over the hidden neurons up to that layer, 1 where active; for a maximum the
        place in its group of the one that is largest
    linear, shift: (C, m, 2) and (C, m): that layer's output is linear @ x + shift
    parents: (C,) the region of the layer before that each is part of
    """

    polygons: np.ndarray
    corners: np.ndarray
    areas: np.ndarray
    centroids: np.ndarray
    patterns: np.ndarray
    linear: np.ndarray
    shift: np.ndarray
    parents: np.ndarray

    def __len__(self) -> int:
        return len(self.areas)

    @property
    def maps(self) -> np.ndarray:
        """The affine maps (m, C, 3), as in `mlanim.core.relu.relu_net`."""
        return np.concatenate([self.linear, self.shift[..., None]], axis=2).swapaxes(0, 1)

    @property
    def outlines(self) -> list[np.ndarray]:
        """Each polygon (k, 2) with its own corners only."""
        return [p[:k] for p, k in zip(self.polygons, self.corners, strict=True)]


def as_regions(
    polygons: np.ndarray, patterns: np.ndarray, maps: np.ndarray, parents: np.ndarray
) -> Regions:
    """Regions with all that is measured of polygons (C, K, 2); maps: (m, C, 3)."""
    corners = corner_counts(polygons)
    polygons = polygons[:, : int(corners.max())]
    return Regions(
        polygons=polygons, corners=corners, areas=area(polygons),
        centroids=centroid(polygons), patterns=patterns, linear=maps[..., :2].swapaxes(0, 1),
        shift=maps[..., 2].T, parents=parents,
    )  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """A network cut out on a part of the plane.

    layers: its regions before any layer, where there is one, and after each step that cuts
    output: the last of them with the affine maps of the network's output
    """

    layers: tuple[Regions, ...]
    output: Regions


def cut(net: ReluNet, outline: np.ndarray, most: int = MOST_REGIONS) -> Cut:
    """The regions of a network of two inputs within a convex polygon (4, 2).

    Raises:
        ValueError: for another number of inputs, and if there are more than `most` regions.
    """
    if net.inputs != 2:
        raise ValueError(f"The network takes {net.inputs} inputs; regions are cut in a plane of 2.")
    start = np.eye(3)[:2, None]
    polygons, patterns = outline[None].astype(float), np.zeros((1, 0), dtype=np.int16)
    maps, layers = {0: start}, [as_regions(outline[None], patterns, start, np.zeros(1, int))]
    last_use = {source: k for k, step in enumerate(net.steps, 1) for source in step.sources}
    for number, step in enumerate(net.steps, start=1):
        given = [maps[source] for source in step.sources]
        if isinstance(step, Kink | Largest):
            try:
                polygons, owner = step.cut(polygons, given[0], most)
            except TooManyRegions:
                raise ValueError(_too_many(len(layers), most)) from None
            kept = {k for k in maps if last_use.get(k, 0) >= number}
            maps = {k: maps[k][:, owner] for k in kept}
            before = maps[step.source]
            states = step.states(before, centroid(polygons))
            maps[number] = step.maps(before, states)
            patterns = np.concatenate([patterns[owner], states], axis=1)
            layers.append(as_regions(polygons, patterns, maps[number], owner))
        else:
            maps[number] = step.maps(*given)
    last = layers[-1]
    return Cut(tuple(layers), as_regions(polygons, patterns, maps[len(net.steps)], last.parents))


def _too_many(layer: int, most: int) -> str:
    return (
        f"The network has more than {most:,} regions after layer {layer} in the part of the plane "
        "that is asked for; give a smaller extent, or a network of fewer neurons."
    )


def cells_by_layer(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], half_width: float
) -> tuple[Regions, ...]:
    """The regions of [-half_width, half_width]^2 before any layer and after each ReLU layer.

    weights: (outputs, inputs) arrays of the hidden layers, the first with 2 inputs; biases:
    (outputs,) arrays. Returns one more than there are layers.
    """
    return cut(perceptron(weights, biases), square(half_width)).layers


def linear_regions(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], half_width: float
) -> tuple[Regions, ...]:
    """`cells_by_layer` without the square before any layer."""
    return cells_by_layer(weights, biases, half_width)[1:]


def distinct_maps(regions: Regions) -> int:
    """How many different affine maps the regions carry: at most one each.

    Maps count as equal when none of their numbers differ by more than 1e-9 of the largest number
    of all. They are put in the order of one weighted sum of their numbers, in which equal ones are
    neighbours.
    """
    rows = regions.maps.swapaxes(0, 1).reshape(len(regions), -1)
    scale = float(np.abs(rows).max(initial=0.0)) or 1.0
    weights = np.random.default_rng(0).uniform(0.5, 1.5, rows.shape[1])
    ordered = rows[np.argsort(rows @ weights, kind="stable")]
    steps = np.abs(np.diff(ordered, axis=0)).max(axis=1, initial=0.0)
    return 1 + int((steps > SAME_MAP * scale).sum())


def decision_cells(regions: Regions, weight: np.ndarray, bias: np.ndarray) -> Regions:
    """The regions cut once more by the sign of the output weight @ h + bias.

    weight: (1, n), bias: (1,). Each region's map becomes the output's (1, 2) and (1,); its pattern
    gains one entry, 1 where the output is positive.
    """
    maps = regions.maps
    output = (weight @ maps.reshape(len(maps), -1)).reshape(1, -1, 3)
    output[..., 2] += bias[:, None]
    polygons, owner = pieces(regions.polygons, output)
    positive = Kink(np.zeros(1), 0).states(output[:, owner], centroid(polygons))
    patterns = np.concatenate([regions.patterns[owner], positive], axis=1)
    return as_regions(polygons, patterns, output[:, owner], owner)


def class_cells(output: Regions) -> tuple[Regions, np.ndarray]:
    """The regions cut once more by the argmax of the outputs, and the class (D,) of each part.

    With one output, class 1 is where it is positive. The parts keep the outputs' maps.
    """
    maps = output.maps
    scores = np.concatenate([np.zeros_like(maps), maps]) if len(maps) == 1 else maps
    polygons, owner, winners = largest_pieces(output.polygons, scores)
    parts = as_regions(polygons, output.patterns[owner], maps[:, owner], owner)
    return parts, winners
