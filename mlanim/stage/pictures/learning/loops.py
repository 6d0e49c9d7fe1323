"""The closed way of a chain or a belt around two wheels."""

from __future__ import annotations

import numpy as np

ARC = 48  # points on each wheel


def chain_loop(
    centres: np.ndarray, radii: tuple[float, float], crossed: bool = False
) -> np.ndarray:
    """The closed line (2 ARC + 1, 2) around two wheels that do not touch, from the first one on.

    It runs anticlockwise around the first wheel, and around the second too unless it is crossed.
    The straight stretches touch both wheels: at an angle to the line between the centres whose
    cosine is the difference, or for a crossed chain the sum, of the radii over their distance.

    Args:
        centres: of the wheels, (2, 2).
    """
    way = centres[1] - centres[0]
    distance, towards = float(np.linalg.norm(way)), float(np.arctan2(way[1], way[0]))
    touching = np.arccos((radii[0] + (radii[1] if crossed else -radii[1])) / distance)
    first = np.linspace(touching, 2 * np.pi - touching, ARC)
    second = np.linspace(-touching, touching, ARC)
    if crossed:
        second = np.linspace(np.pi - touching, touching - np.pi, ARC)
    arcs = [
        centre + radius * _directions(towards + angles)
        for centre, radius, angles in zip(centres, radii, (first, second), strict=True)
    ]
    return np.concatenate([*arcs, arcs[0][:1]])


def _directions(angles: np.ndarray) -> np.ndarray:
    return np.column_stack([np.cos(angles), np.sin(angles)])
