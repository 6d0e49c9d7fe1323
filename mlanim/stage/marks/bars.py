"""The numbers of one row as bars to both sides of a zero line, with a name each."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import Transform, VGroup

from mlanim.stage.arrays.mesh import Mesh
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Segments
from mlanim.stage.text.texts import Text

NAME_ROOM = 1.1  # manim units left of the bars
THICK = 0.55  # of a bar, as a share of its row's height


class RowBars(VGroup):
    """Horizontal bars, the first on top.

    Args:
        values: (N,); rgbas: their colours, (N, 3 or 4).
        names: a word beside each bar.
        box: names, bars and both ends of the scale lie within it.
        low, high: what the left and the right end of the bars stand for; 0 lies between them.
    """

    def __init__(
        self,
        values: np.ndarray,
        rgbas: np.ndarray,
        names: tuple[str, ...],
        box: Box,
        low: float,
        high: float,
        role: str = "weight",
    ):
        super().__init__()
        self.room = box.inset(left=NAME_ROOM)
        self.names = VGroup(*(Text(name, size="small", role=role) for name in names))
        for name, y in zip(self.names, self._rows(len(names)), strict=True):
            name.baseline_at([self.room.left - 0.15 - name.advance, y - 0.075, 0])
        self.zero = Segments(np.zeros((0, 2, 2)), "muted", "hair")
        faces = np.arange(4 * len(names)).reshape(-1, 4)
        self.bars = Mesh(np.zeros((4 * len(names), 2)), faces, np.zeros((len(names), 3)), 0.0)
        self.add(self.names, self.bars, self.zero)
        self.show(values, rgbas, low, high)

    def show(self, values: np.ndarray, rgbas: np.ndarray, low: float, high: float) -> Self:
        """Show other values (N,) in other colours on a scale from `low` to `high`."""
        unit = self.room.width / (high - low)
        zero, y = self.room.left - low * unit, self._rows(len(values))
        half = self.room.height / len(values) * THICK / 2
        x = zero + unit * np.asarray(values)
        start = np.full(len(x), zero)
        corners = [[start, y - half], [x, y - half], [x, y + half], [start, y + half]]
        self.bars.set_vertices(np.array(corners).transpose(2, 0, 1).reshape(-1, 2))
        self.bars.set_rgbas(rgbas)
        ends = [[zero, self.room.bottom], [zero, self.room.top]]
        self.zero.set_segments(np.array([ends]))
        return self

    def morphing(
        self, values: np.ndarray, rgbas: np.ndarray, low: float, high: float, **timing: float
    ) -> Transform:
        """The animation that runs to other values, colours and another scale."""
        return Transform(self, self.copy().show(values, rgbas, low, high), **timing)

    def _rows(self, count: int) -> np.ndarray:
        """The bars' middles, (count,)."""
        return self.room.top - (np.arange(count) + 0.5) * self.room.height / count
