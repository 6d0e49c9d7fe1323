"""Two ways from one vector to another: along the line and along the arc."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage.plots.chart import Chart
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Math
from mlanim.stage.track import Track

LINE, ARC = "highlight", "output"  # the roles of the two ways


class BlendPlane(Chart):
    """The ends as input arrows, both ways between them, and an arrow on each.

    Args:
        x1, x2: the ends, (2,): where the gate is 1 and where it is 0.
        blend: a record with `gate` (S,), and `line` and `arc`, both (S, 2).
        gate: where the arrows stand, with the series `line` and `arc`.
    """

    def __init__(self, x1: np.ndarray, x2: np.ndarray, blend: Any, gate: Track, bold: bool = False):
        ways = np.concatenate([[[0.0, 0.0]], blend.line, blend.arc])
        low, high = ways.min(axis=0), ways.max(axis=0)
        room = 0.18 * float((high - low).max())  # for the names of the ends
        spans = zip(low - room, high + room, strict=True)
        x, y = ((float(a), float(b)) for a, b in spans)
        super().__init__(x, y, equal=True, axes=True, aspect=1.0)
        self.curve(blend.line[:, 0], blend.line[:, 1], LINE)
        self.curve(blend.arc[:, 0], blend.arc[:, 1], ARC, dash="dash")
        outside = 1 if x2[0] * x1[1] >= x2[1] * x1[0] else -1
        self.arrow((0, 0), x1, "input", name=Math("bold(x)_1"), side=outside, bold=bold)
        self.arrow((0, 0), x2, "input", name=Math("bold(x)_2"), side=-outside, bold=bold)
        self.arrow((0, 0), gate["arc"], ARC, bold=bold)
        self.arrow((0, 0), gate["line"], LINE, bold=bold)
        self.blend = blend

    def tables(self) -> dict[str, Table]:
        """Both ways, by the gate."""
        line, arc = self.blend.line.T, self.blend.arc.T
        columns = {"line_x": line[0], "line_y": line[1], "arc_x": arc[0], "arc_y": arc[1]}
        return {"blends": table({"gate": self.blend.gate, **columns})}


class LengthChart(Chart):
    """The length on both ways over the gate, with a dot on each.

    Args:
        blend: a record with `gate`, `line_norm` and `arc_norm`, all (S,).
        gate: where the dots stand, with the series `line_norm` and `arc_norm`.
    """

    def __init__(self, blend: Any, gate: Track):
        top = 1.15 * float(max(blend.line_norm.max(), blend.arc_norm.max()))
        super().__init__((0, 1), (0, top), Math("g"), "length", aspect=1.3)
        self.curve(blend.gate, blend.line_norm, LINE, name="line")
        self.curve(blend.gate, blend.arc_norm, ARC, name="arc", dash="dash")
        self.dot((gate, gate["arc_norm"]), ARC, radius=0.12)
        self.dot((gate, gate["line_norm"]), LINE, radius=0.12)
