"""A cloud of points: many discs, one object."""

from __future__ import annotations

import math

import cairo
import numpy as np

from mlanim.stage.batch import Batch


class PointCloud(Batch):
    """Discs of one radius at `centres` (N, 2 or 3), each with its colour (N, 3 or 4).

    `points` are the centres in manim units, so moving, warping and transforming the cloud moves
    the discs and leaves them round.
    """

    def __init__(self, centres: np.ndarray, rgbas: np.ndarray, radius: float = 0.05):
        super().__init__(centres, rgbas)
        self.radius = radius

    @property
    def reach(self) -> float:
        """How far the paint goes beyond the centres: a radius."""
        return self.radius

    def paint(self, ctx: cairo.Context, pixel: float, rgbas: np.ndarray) -> None:
        """Paint runs of equal colour as one path each."""
        edges = np.flatnonzero(np.any(np.diff(rgbas, axis=0) != 0, axis=1)) + 1
        places = self.points[:, :2].tolist()
        for start, end in zip([0, *edges], [*edges, len(places)], strict=True):
            red, green, blue, alpha = rgbas[start]
            if alpha <= 0:
                continue
            ctx.new_path()
            for x, y in places[start:end]:
                ctx.new_sub_path()
                ctx.arc(x, y, self.radius, 0, math.tau)
            ctx.set_source_rgba(blue, green, red, alpha)
            ctx.fill()
