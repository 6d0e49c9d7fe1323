"""Two ways from one vector to another, side by side: along the line and along the arc."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Arrow, Dot, Polyline
from mlanim.stage.pictures.gates.gated_plane import at_share, beyond_tip
from mlanim.stage.plots.fixed_chart import Chart
from mlanim.stage.plots.plane import fitted_plane
from mlanim.stage.text.texts import Math, Text

LINE, ARC = "highlight", "output"  # the roles of the two ways
CHART_ROOM = (0.55, 0.75, 0.4)  # manim units left of, below and above the area of the chart


class BlendPlane(VGroup):
    """The ends as input arrows, both ways between them, and an arrow on each.

    Args:
        box: the area to fill.
        x1, x2: the ends, (2,): where the gate is 1 and where it is 0.
        blend: a record with `gate` (S,), ascending, and `line` and `arc`, both (S, 2).
    """

    def __init__(
        self, box: Box, x1: np.ndarray, x2: np.ndarray, blend: Any, numbered: bool = False
    ):
        super().__init__()
        self.blend = blend
        points = np.concatenate([[[0.0, 0.0]], [x1], [x2], blend.line, blend.arc])
        self.plane = fitted_plane(points, box, 0.5, numbered=numbered)
        place = self.plane.place
        self.origin = place(np.zeros(2))
        ends = [Arrow(self.origin, place(end), "input") for end in (x1, x2)]
        outside = 1.0 if x2[0] * x1[1] >= x2[1] * x1[0] else -1.0
        names = [
            beyond_tip(Text(Math(name), role="input"), self.origin, place(end), side=side)
            for name, end, side in (("bold(x)_1", x1, outside), ("bold(x)_2", x2, -outside))
        ]
        ways = Polyline(place(blend.line), LINE, "thin"), Polyline(place(blend.arc), ARC, "thin")
        self.arrows = [Arrow(self.origin, self.origin, role) for role in (LINE, ARC)]
        self.add(self.plane, *ways, *ends, *names, *self.arrows)
        self.show(1)

    def show(self, gate: float) -> Self:
        """Put both arrows where the gate is `gate`."""
        for arrow, way in zip(self.arrows, (self.blend.line, self.blend.arc), strict=True):
            arrow.set_ends(self.origin, self.plane.place(at_share(self.blend.gate, way, gate)))
        return self


class NormChart(VGroup):
    """The length on both ways over the gate, with a dot on each.

    Args:
        box: the area to fill, axis names included.
        blend: a record with `gate`, `line_norm` and `arc_norm`, all (S,).
    """

    def __init__(self, box: Box, blend: Any):
        super().__init__()
        self.blend = blend
        left, below, above = CHART_ROOM
        area = box.inset(left=left, bottom=below, top=above)
        top = 1.15 * float(max(blend.line_norm.max(), blend.arc_norm.max()))
        self.chart = Chart(
            (0.0, 1.0), (0.0, top), area.width, area.height, "gate g", "length", ticks=4
        )
        self.chart.shift(area.centre - self.chart.area.get_center())
        ways = (blend.arc_norm, ARC), (blend.line_norm, LINE)
        self.dots = [Dot(np.zeros(2), role) for _, role in ways]
        curves = [self.chart.curve(blend.gate, norm, role) for norm, role in ways]
        self.add(self.chart, *curves, *self.dots)
        self.show(1)

    def show(self, gate: float) -> Self:
        """Put both dots where the gate is `gate`."""
        for dot, norm in zip(self.dots, (self.blend.arc_norm, self.blend.line_norm), strict=True):
            length = np.interp(gate, self.blend.gate, norm)
            dot.move_to(self.chart.place(np.array([gate, length])))
        return self
