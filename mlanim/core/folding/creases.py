"""Where a network's neurons change sign: the creases, and the cut that its output makes.

Inside a cell every neuron is affine, so its zero set there is a straight segment. Across cells the
segments of one neuron join, because the network is continuous: that makes polylines, straight
inside each region, with their corners on the creases of earlier layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mlanim.core.relu.polygons import crosses, on_the_line, split
from mlanim.core.relu.regions import Regions
from mlanim.core.relu.relu_net import Affine

SAME_POINT = 1e-9


@dataclass(frozen=True)
class Creases:
    """Straight pieces of the lines on which hidden neurons are zero, in the input plane.

    segments: (S, 2, 2) ends     layer: (S,) from 0     neuron: (S,) from 0 in its layer
    """

    segments: np.ndarray
    layer: np.ndarray
    neuron: np.ndarray


@dataclass(frozen=True)
class Boundary:
    """The set where the output is zero: P polylines in the input plane, end to end.

    points: (B, 2)     starts: (P + 1,): polyline i is points[starts[i] : starts[i + 1]]
    closed: (P,) bool; a closed polyline ends with its first point
    crease_layer, crease_neuron: (B,) the neuron on whose crease the point lies, -1 at loose ends
    turns: (B,) the change of direction at the point in radians, positive to the left, 0 at ends
    """

    points: np.ndarray
    starts: np.ndarray
    closed: np.ndarray
    crease_layer: np.ndarray
    crease_neuron: np.ndarray
    turns: np.ndarray


def zero_segments(
    cells: Regions, weight: np.ndarray, bias: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The segments on which neurons fed by the cells' maps are zero.

    weight: (m, n), bias: (m,). Returns segments (S, 2, 2), the neuron (S,) and the cell (S,) of
    each. A neuron that is zero along an edge, or all over a cell, has no segment there.
    """
    segments, neurons, owners = [], [], []
    for neuron, line in enumerate(Affine(weight, bias, 0).maps(cells.maps)):
        values = on_the_line(cells.polygons, line)
        where = np.flatnonzero(crosses(values))
        if len(where):
            segments.append(split(cells.polygons[where], values[where])[2])
            neurons.append(np.full(len(where), neuron))
            owners.append(where)
    if not segments:
        return np.zeros((0, 2, 2)), np.zeros(0, int), np.zeros(0, int)
    order = np.argsort(np.concatenate(owners), kind="stable")  # cell by cell
    found = (np.concatenate(part)[order] for part in (segments, neurons, owners))
    return tuple(found)  # type: ignore[return-value]


def creases(
    layers: Sequence[Regions], weights: Sequence[np.ndarray], biases: Sequence[np.ndarray]
) -> Creases:
    """Every hidden neuron's crease. layers: from `cells_by_layer`; weights, biases: as there."""
    segments, layer, neuron = [np.zeros((0, 2, 2))], [], []
    for depth, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        found, neurons, _ = zero_segments(layers[depth], weight, bias)
        segments.append(found)
        layer += [depth] * len(found)
        neuron += neurons.tolist()
    return Creases(np.concatenate(segments), np.array(layer, int), np.array(neuron, int))


def _partners(segments: np.ndarray) -> np.ndarray:
    """For each end (2 s + e), the end of another segment at the same point, or -1: (2 S,)."""
    ends = segments.reshape(-1, 2)
    partners = np.full(len(ends), -1)
    for end, point in enumerate(ends):
        if partners[end] >= 0:
            continue
        near = np.flatnonzero(np.abs(ends - point).max(axis=1) <= SAME_POINT)
        free = [k for k in near if k // 2 != end // 2 and partners[k] < 0]
        if free:
            partners[end], partners[free[0]] = free[0], end
    return partners


def _walk(start: int, partners: np.ndarray, used: np.ndarray) -> list[int]:
    """The ends at which a walk that starts at one end enters segment after segment."""
    entered, end = [], start
    while end >= 0 and not used[end // 2]:
        used[end // 2] = True
        entered.append(end)
        end = int(partners[end ^ 1])
    return entered


def chain(segments: np.ndarray) -> list[list[int]]:
    """Joins segments (S, 2, 2) that share ends into polylines.

    Returns, for each polyline, the ends (2 s + e: end e of segment s) at which it enters its
    segments; the other end of a segment is where it leaves. Loose ends come first, then loops.
    """
    partners, used = _partners(segments), np.zeros(len(segments), dtype=bool)
    loose = np.flatnonzero(partners < 0)
    walks = [_walk(int(end), partners, used) for end in [*loose, *range(0, len(partners), 2)]]
    return [walk for walk in walks if walk]


def _turns(points: np.ndarray, closed: bool) -> np.ndarray:
    steps = np.diff(points, axis=0)
    before, after = (np.roll(steps, 1, axis=0), steps) if closed else (steps[:-1], steps[1:])
    sine = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    angles = np.arctan2(sine, (before * after).sum(axis=1))
    return np.concatenate([angles, angles[:1]] if closed else [[0.0], angles, [0.0]])


def _crossed(before: np.ndarray, after: np.ndarray, widths: Sequence[int]) -> tuple[int, int]:
    """Layer and index of the first neuron in which two patterns differ."""
    flat = int(np.argmax(before != after))
    layer = int(np.searchsorted(np.cumsum(widths), flat, side="right"))
    return layer, flat - sum(widths[:layer])


def boundary(
    cells: Regions, weight: np.ndarray, bias: np.ndarray, widths: Sequence[int]
) -> Boundary:
    """The set weight @ h(x) + bias = 0 over the cells of the last hidden layer.

    weight: (1, n), bias: (1,), widths: of the hidden layers that the cells went through.
    """
    segments, _, owners = zero_segments(cells, weight, bias)
    longer = np.abs(segments[:, 0] - segments[:, 1]).max(axis=1) > SAME_POINT
    segments, owners = segments[longer], owners[longer]
    ends = segments.reshape(-1, 2)
    points, crossed, turns, closed, starts = [np.zeros((0, 2))], [], [np.zeros(0)], [], [0]
    for walk in chain(segments):
        line = np.array([ends[end] for end in walk] + [ends[walk[-1] ^ 1]])
        loop = len(walk) > 2 and bool(np.abs(line[0] - line[-1]).max() <= SAME_POINT)
        line[-1] = line[0] if loop else line[-1]
        path = [cells.patterns[owners[end // 2]] for end in walk]
        joints = [_crossed(a, b, widths) for a, b in pairwise(path)]
        ending = _crossed(path[-1], path[0], widths) if loop else (-1, -1)
        crossed += [ending, *joints, ending]
        points.append(line)
        turns.append(_turns(line, loop))
        closed.append(loop)
        starts.append(starts[-1] + len(line))
    crossed_array = np.array(crossed, dtype=np.int64).reshape(-1, 2)
    return Boundary(
        points=np.concatenate(points),
        starts=np.array(starts, dtype=np.int64),
        closed=np.array(closed, dtype=bool),
        crease_layer=crossed_array[:, 0],
        crease_neuron=crossed_array[:, 1],
        turns=np.concatenate(turns),
    )
