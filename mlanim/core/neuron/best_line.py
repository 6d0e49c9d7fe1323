"""How many points of two classes the best straight line has on the sides of their classes.

A best line can be moved until it goes through a point, which then counts as right. Around each
point a line is turned from one direction to the next at which another point would change sides.
"""

from __future__ import annotations

import numpy as np

APART = 1e-9  # radians between two such directions, under which they count as one


def most_right(points: np.ndarray, labels: np.ndarray) -> int:
    """The most points (N, 2) that any line has on their side; labels (N,) are 0 or 1."""
    return max(_most_around(points - centre, labels) for centre in points)


def _most_around(points: np.ndarray, labels: np.ndarray) -> int:
    """The same of lines through the origin, beside which points at the origin may go together."""
    is_here = (points == 0).all(axis=1)
    here = np.bincount(labels[is_here]).max()
    angles = np.arctan2(points[~is_here, 1], points[~is_here, 0])
    turns = np.sort(angles % np.pi)
    gaps = np.diff(turns, append=turns[:1] + np.pi)
    along = (turns + gaps / 2)[gaps > APART]
    is_left = np.sin(angles - along[:, None]) > 0
    right = (is_left == (labels[~is_here] == 1)).sum(axis=1)
    return int(here + max(right.max(initial=0), (len(angles) - right).max(initial=0)))
