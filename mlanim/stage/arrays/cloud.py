"""A cloud of points: many discs, one object."""

from __future__ import annotations

import math
from typing import Any

import cairo
import numpy as np

from mlanim.stage import theme
from mlanim.stage.arrays.batch import Batch


class PointCloud(Batch):
    """Discs of one radius at `centres` (N, 2 or 3), each with its colour (N, 3 or 4).

    `points` are the centres in manim units, so moving, warping and transforming the cloud moves
    the discs and leaves them round. `ring` is the width of a line around each, black or white,
    whichever stands out from the disc.
    """

    def __init__(
        self, centres: np.ndarray, rgbas: np.ndarray, radius: float = 0.05, ring: float = 0.0
    ):
        super().__init__(centres, rgbas)
        self.radius, self.ring = radius, ring

    @property
    def reach(self) -> float:
        """How far the paint goes beyond the centres: a radius, and half of a ring."""
        return self.radius + self.ring / 2

    def seen(self) -> tuple[Any, ...]:
        """The discs, and how large they are."""
        return *super().seen(), self.radius, self.ring

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
                ctx.close_path()
            ctx.set_source_rgba(blue, green, red, alpha)
            if self.ring:
                ctx.fill_preserve()
                light = float(theme.readable_on(rgbas[start, :3]))
                ctx.set_source_rgba(1 - light, 1 - light, 1 - light, alpha)
                ctx.set_line_width(self.ring)
                ctx.stroke()
            else:
                ctx.fill()
