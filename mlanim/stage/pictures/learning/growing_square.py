"""A square, and what a nudge of its side adds to its area: two strips and a corner, to scale.

GrowingSquare(3.0, nudge)
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from mlanim.stage.plots.chart import Chart
from mlanim.stage.table import Table, table
from mlanim.stage.track import combined, now

ADDED = (("gradient", True, False), ("gradient", False, True), ("weight", True, True))


class GrowingSquare(Chart):
    """A square of a side that a nudge of at most `most` lengthens; the nudge may be a track."""

    def __init__(self, side: float, nudge: Any, most: float = 1.0, least: float = 3.0):
        reach = (0.0, side + most)
        super().__init__(reach, reach, equal=True, grid=False, aspect=1.0, least=least)
        self.side, self.nudge = side, nudge
        self.area(_rectangle(0, 0, side, side), "input", opacity=0.45)
        for role, beside, over in ADDED:
            self.area(combined(partial(_added, side, beside, over), nudge), role, opacity=0.9)

    def tables(self) -> dict[str, Table]:
        """The areas now."""
        nudge = float(now(self.nudge))
        areas = [self.side**2, 2 * self.side * nudge, nudge**2]
        return {"areas": table({"part": ["square", "strips", "corner"], "area": areas})}


def _rectangle(left: float, bottom: float, width: float, height: float) -> np.ndarray:
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
    return np.array([left, bottom]) + corners * [width, height]


def _added(side: float, beside: bool, over: bool, nudge: float) -> np.ndarray:
    """What a nudge adds beside the square, over it, or, with both, at its corner."""
    width, height = nudge if beside else side, nudge if over else side
    return _rectangle(side * beside, side * over, width, height)
