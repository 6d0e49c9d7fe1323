"""A plane whose ranges follow the data: given points fill a given box, with equal scales."""

from __future__ import annotations

import numpy as np

from mlanim.stage.chart import Plane, Range, nice_ticks
from mlanim.stage.layout import Box

TICK_ROOM = (0.4, 0.42)  # manim units that tick numbers take on the left and below


def fitted_plane(points: np.ndarray, box: Box, pad: float = 0.08, ticks: int = 0) -> Plane:
    """A `Plane` that fills `box` and holds `points` (N, 2).

    Args:
        pad: room around the points, as a share of the side that decides the scale.
        ticks: most numbers on the upright axis, less one; 0 for none. Both axes have one step.
    """
    if ticks:
        box = box.inset(left=TICK_ROOM[0], bottom=TICK_ROOM[1])
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    room = np.array([box.width, box.height])
    unit = float(np.min(room / np.maximum(high - low, 1e-9))) * (1 - 2 * pad)
    middle, half = (low + high) / 2, room / unit / 2
    x_range, y_range = _range(middle[0], half[0]), _range(middle[1], half[1])
    marks = nice_ticks(*y_range, ticks or 6)
    step = float(marks[1] - marks[0]) if len(marks) > 1 else 1.0
    plane = Plane(x_range, y_range, box.width, step=step)
    if ticks:
        across = np.arange(np.ceil(x_range[0] / step), np.floor(x_range[1] / step) + 1) * step
        plane.tick_labels.add(*plane._x_labels(across), *plane._y_labels(marks))
    plane.shift(box.centre - plane.area.get_center())
    return plane


def _range(middle: float, half: float) -> Range:
    return float(middle - half), float(middle + half)
