"""A square, and what a nudge of its side adds to its area: two strips and a corner, to scale.

GrowingSquare(3.0, nudge)
"""

from __future__ import annotations

from functools import partial

import numpy as np

from mlanim.stage.picture import Columns
from mlanim.stage.pictures.lines import Lines
from mlanim.stage.plots.chart import Chart
from mlanim.stage.table import Table, table
from mlanim.stage.track import Track

ADDED = (("gradient", True, False), ("gradient", False, True), ("weight", True, True))


class GrowingSquare(Columns):
    """A square of a side that a nudge of at most `most` lengthens, beside its areas in numbers."""

    def __init__(self, side: float, nudge: Track, most: float = 1.0):
        self.side, self.nudge = side, nudge
        reach = (0.0, side + most)
        chart = Chart(reach, reach, equal=True, grid=False, aspect=1.0)
        chart.area(_rectangle(0, 0, side, side), "input", opacity=0.45)
        for role, beside, over in ADDED:
            chart.area(nudge.map(partial(_added, side, beside, over)), role, opacity=0.9)
        places = "2" if side >= 1 else "g"
        lines = Lines(
            f"square [{{square:{places}}}](input)", "nudge [{nudge:3}](highlight)",
            "two strips [{strips:4}](gradient)", "corner [{corner:6}](weight)",
            square=side**2, nudge=nudge, strips=nudge.map(self._strips),
            corner=nudge.map(np.square),
        )  # fmt: skip
        super().__init__(chart, lines, shares=(1.8, 1))

    def tables(self) -> dict[str, Table]:
        """The areas now."""
        nudge = self.nudge.value
        areas = [self.side**2, self._strips(nudge), nudge**2]
        return {"areas": table({"part": ["square", "strips", "corner"], "area": areas})}

    def _strips(self, nudge: float) -> float:
        return 2 * self.side * nudge


def _rectangle(left: float, bottom: float, width: float, height: float) -> np.ndarray:
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=float)
    return np.array([left, bottom]) + corners * [width, height]


def _added(side: float, beside: bool, over: bool, nudge: float) -> np.ndarray:
    """What a nudge adds beside the square, over it, or, with both, at its corner."""
    width, height = nudge if beside else side, nudge if over else side
    return _rectangle(side * beside, side * over, width, height)
