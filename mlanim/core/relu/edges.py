"""Edges between regions: where a layer cuts, and where the class changes."""

from __future__ import annotations

import numpy as np

from mlanim.core.relu.regions import Regions

INSIDE = 1e-9
"""How far from an edge, as a share of the picture's width, a place is counted as beside it."""


def _edges(regions: Regions) -> tuple[np.ndarray, np.ndarray]:
    """All edges (C, K, 2, 2), and which of them have a length (C, K)."""
    ends = np.stack([regions.polygons, np.roll(regions.polygons, -1, axis=1)], axis=2)
    return ends, (ends[:, :, 0] != ends[:, :, 1]).any(axis=2)


def _width(regions: Regions) -> float:
    return float(np.ptp(regions.polygons.reshape(-1, 2), axis=0).max())


def _to_the_right(ends: np.ndarray) -> np.ndarray:
    """Edges that run to the right, or straight up.

    Polygons run counter-clockwise, so that of the two at an edge one has it so.
    """
    step = ends[..., 1, :] - ends[..., 0, :]
    return (step[..., 0] > 0) | ((step[..., 0] == 0) & (step[..., 1] > 0))


def new_edges(regions: Regions, before: Regions) -> np.ndarray:
    """The edges (S, 2, 2) of regions that lie inside those `before`, their parents: each once."""
    ends, real = _edges(regions)
    real &= _to_the_right(ends)
    child, corner = np.nonzero(real)
    middle = ends[child, corner].mean(axis=1)
    around, sided = _edges(before)
    parent = regions.parents[child]
    sides = around[parent]  # (E, K, 2, 2)
    step = sides[:, :, 1] - sides[:, :, 0]
    away = middle[:, None] - sides[:, :, 0]
    length = np.hypot(step[..., 0], step[..., 1])
    cross = step[..., 0] * away[..., 1] - step[..., 1] * away[..., 0]
    distance = np.divide(cross, length, out=np.full_like(cross, np.inf), where=sided[parent])
    return ends[child, corner][distance.min(axis=1) > INSIDE * _width(before)]


def class_edges(parts: Regions, classes: np.ndarray) -> np.ndarray:
    """The edges (B, 2, 2) between parts of different classes (D,), each once.

    The two sides of an edge have one middle: in the order of a weighted sum of its coordinates they
    are neighbours.
    """
    ends, real = _edges(parts)
    owner, corner = np.nonzero(real)
    ends = ends[owner, corner]
    middle = ends.mean(axis=1)
    order = np.argsort(middle @ [0.8191520442889918, 0.573576436351046], kind="stable")
    apart = np.abs(np.diff(middle[order], axis=0)).max(axis=1, initial=0.0)
    first, second = order[:-1], order[1:]
    met = (apart <= INSIDE * _width(parts)) & (classes[owner[first]] != classes[owner[second]])
    return ends[first[met]]
