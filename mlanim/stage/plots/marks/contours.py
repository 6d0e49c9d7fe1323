"""Values over a plane as bands of colour between levels, like a map, some levels with numbers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from contourpy import FillType, LineType, contour_generator
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.colors import colormap
from mlanim.stage.layout import Box
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.areas import cut
from mlanim.stage.plots.marks.lines import Level
from mlanim.stage.plots.marks.mark import HALO
from mlanim.stage.table import Table, table
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import polygon_curves
from mlanim.stage.track import now

EDGE = 0.35  # manim units that a number keeps from the area's edge
APART = 0.6  # manim units that numbers keep from each other


class Contours(Level):
    """Bands of the terrain map between levels, lines on these, and numbers on some lines.

    Values beyond the levels get the colours at the ends.
    """

    word = "contours"
    is_behind = True

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], levels: np.ndarray, numbered: Sequence[float]
    ):
        if np.any(np.diff(levels) <= 0):
            listed = ", ".join(f"{level:g}" for level in levels)
            raise ValueError(f"The levels of contours ascend, and {listed} do not.")
        super().__init__(frame, values, levels, "background", "hair", 0.45)
        self.numbered = [level for level in levels if np.isclose(level, numbered, rtol=1e-6).any()]
        paints = colormap.terrain(np.arange(len(levels) + 1), 0, max(len(levels), 1))
        self.bands = VGroup(
            *(
                VMobject(stroke_width=0, fill_opacity=1).set_fill(theme.to_color(paint))
                for paint in paints
            )
        )
        self.numbers = NumberGrid([], np.zeros((0, 3)), "text")
        self.under = VMobject(stroke_color=theme.color("background"), stroke_width=HALO)
        self.submobjects = [self.bands, self.path, self.under, self.numbers]

    def settle(self, named: bool) -> None:
        """Its name stands in tables only: what the colours mean is for the chart's heading."""
        super().settle(False)

    def draw(self, xs: Any, ys: Any, values: Any) -> None:
        """Map other values (R, C), over xs (C,) and ys (R,)."""
        xs, ys, values = (np.asarray(array, dtype=float) for array in (xs, ys, values))
        filled = contour_generator(xs, ys, values, fill_type=FillType.OuterOffset)
        ends = np.concatenate([[-np.inf], self.levels, [np.inf]])
        for band, low, high in zip(self.bands, ends[:-1], ends[1:], strict=True):
            polygons, offsets = filled.filled(low, high)
            rings = [
                np.asarray(polygon)[a:b]
                for polygon, cuts in zip(polygons, offsets, strict=True)
                for a, b in itertools.pairwise(cuts)
            ]
            band.points = np.concatenate([np.zeros((0, 3)), *map(self._ring, rings)])
        super().draw(xs, ys, values)
        traced = contour_generator(xs, ys, values, line_type=LineType.Separate)
        self._write({level: self._pieces(traced.lines(float(level))) for level in self.numbered})

    def table(self) -> Table | None:
        """A row for each point of the grid."""
        xs, ys, values = (np.asarray(now(value)) for value in self.values)
        x, y = np.meshgrid(xs, ys)
        return table({"x": x.ravel(), "y": y.ravel(), "value": values.ravel()})

    def _ring(self, ring: np.ndarray) -> np.ndarray:
        placed = cut(self.frame.place(ring[:-1]), self.frame)
        return polygon_curves(np.concatenate([placed, placed[:1]])) if len(placed) > 2 else placed

    def _pieces(self, lines: list[np.ndarray]) -> list[np.ndarray]:
        return [piece for line in lines for piece in self.frame.clipped(self.frame.place(line))]

    def _write(self, found: dict[float, list[np.ndarray]]) -> None:
        """A number on the longest line of each level that has one, apart from those before."""
        area, taken = self.frame.area.inset(EDGE, EDGE, EDGE, EDGE), np.zeros((0, 3))
        texts = []
        for level, lines in found.items():
            for place in _candidates(lines, area):
                if np.all(np.linalg.norm(taken - place, axis=1) >= APART):
                    taken = np.concatenate([taken, place[None]])
                    texts.append(f"{level:.6g}")
                    break
        self.numbers.set_texts(texts, taken)
        self.under.points = self.numbers.points


def _candidates(lines: list[np.ndarray], area: Box) -> np.ndarray:
    """Places (N, 3) within an area on the longest of lines, from its lowest on."""
    if not lines:
        return np.zeros((0, 3))
    points = max(lines, key=len)
    x, y = points[:, 0], points[:, 1]
    inside = (x > area.left) & (x < area.right) & (y > area.bottom) & (y < area.top)
    return points[inside][np.argsort(y[inside], kind="stable")]
