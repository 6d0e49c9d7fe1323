"""A path that is walked: a line with a rim that keeps it off what lies below, and a dot ahead."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import Animation, VGroup

from mlanim.stage.marks.shapes import Dot, Polyline
from mlanim.stage.path_independent import ByShare


class Walk(VGroup):
    """The way through `places` (N, 2 or 3), manim units, at first all of it.

    Args:
        width: a stroke of the theme for the line; its rim is bold.
    """

    def __init__(self, places: np.ndarray, role: str, width: str = "line"):
        super().__init__()
        self.places = np.asarray(places, dtype=float)
        self.rim = Polyline(self.places, "background", "bold")
        self.line = Polyline(self.places, role, width)
        self.head = Dot(self.places[-1], role, rim=True)
        self.add(self.rim, self.line, self.head)

    def show(self, share: float) -> Self:
        """Draw the way as far as a share of its steps, from 0 to 1."""
        way = until(self.places, share * (len(self.places) - 1))
        self.rim.set_path(way)
        self.line.set_path(way)
        self.head.move_to([*way[-1][:2], 0])
        return self

    def walking(self, **timing: Any) -> Animation:
        """The animation that draws it from start to end."""
        return ByShare(self.show(0), lambda walk, share: walk.show(share), **timing)


def until(points: np.ndarray, index: float) -> np.ndarray:
    """The points (N, d) up to a fractional index, the last one between its neighbours."""
    whole = min(int(index), len(points) - 2)
    tip = points[whole] + (index - whole) * (points[whole + 1] - points[whole])
    return np.concatenate([points[: whole + 1], tip[None]])
