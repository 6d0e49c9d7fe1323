"""Areas in a chart: polygons, bands, histograms, fields of colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from manim import VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.mesh import SEAM, Mesh
from mlanim.stage.colors.colormap import Palette
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.mark import BESIDE, Mark, all_of, fixed
from mlanim.stage.plots.scale import Range, Scale
from mlanim.stage.plots.values import Shapes, grid, places, row, stands
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import advance_of, polygon_curves
from mlanim.stage.track import now


class Area(Mark):
    """A filled polygon (N, 2), cut off at the area's edges."""

    word = "area"
    reaches_zero = True
    shapes: Shapes = (("the corners", places),)

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], role: str, opacity: float,
        rim: str | None = None, corners: Callable[..., np.ndarray] = np.asarray,
    ):  # fmt: skip
        super().__init__(frame, values, role, opacity)
        self.corners = corners
        self.shape = VMobject(stroke_width=0, fill_color=theme.color(role), fill_opacity=opacity)
        if rim is not None:
            self.shape.set_stroke(theme.color(rim), theme.STROKES["thin"], 1.0)
        self.add(self.shape)

    def draw(self, *values: Any) -> None:
        """Fill another polygon."""
        placed = self.frame.place(np.asarray(self.corners(*values), dtype=float))
        below = self.frame.area.bottom - 1  # where 0 goes on a logarithmic axis, out of sight
        placed[np.isneginf(placed[:, 1]), 1] = below
        placed = cut(placed[np.isfinite(placed).all(axis=1)], self.frame)
        closed = np.concatenate([placed, placed[:1]])
        self.shape.points = polygon_curves(closed) if len(placed) > 2 else np.zeros((0, 3))
        if self.label is not None and len(placed):
            self.label.move_to(placed.mean(axis=0))
        self._see(len(placed) > 2)

    def extent(self, axis: int) -> np.ndarray:
        """All corners, where they stand."""
        standing = [fixed(value) for value in self.values]
        if not all(len(value) for value in standing):
            return np.zeros(0)
        return np.asarray(self.corners(*standing))[:, axis]


def band(frame: Frame, values: tuple[Any, ...], role: str, opacity: float) -> Area:
    """The area between two lines over xs."""

    def corners(xs: Any, low: Any, high: Any) -> np.ndarray:
        xs, low, high = (np.asarray(value, dtype=float) for value in (xs, low, high))
        there = np.column_stack([xs, low])
        return np.concatenate([there, np.column_stack([xs, high])[::-1]])

    made = Area(frame, values, role, opacity, None, corners)
    made.shapes = (("x values", row), ("low values", row), ("high values", row))
    made.are_matched = True
    return made


class HistogramColumns(Mark):
    """A histogram's columns."""

    word = "columns"
    reaches_zero = True
    shapes: Shapes = (("the edges", row), ("the heights", row))

    def __init__(self, frame: Frame, values: tuple[Any, ...], role: str, opacity: float):
        super().__init__(frame, values, role, opacity)
        self.shape = VMobject(stroke_width=0, fill_color=theme.color(role), fill_opacity=opacity)
        self.shape.set_stroke(theme.color("background"), theme.STROKES["hair"], 1.0)
        self.add(self.shape)

    def check(self, *values: Any) -> None:
        """Let heights pass that have one more edge than there are of them.

        Raises:
            TypeError, ValueError: for others.
        """
        super().check(*values)
        edges, heights = values
        if stands(values) and len(edges) != len(heights) + 1:
            raise ValueError(
                f"{len(heights)} columns have {len(heights) + 1} edges, not {len(edges)}."
            )

    def draw(self, edges: Any, heights: Any) -> None:
        """Show other heights."""
        edges, heights = np.asarray(edges, dtype=float), np.asarray(heights, dtype=float)
        base = 0.0 if not self.frame.y.log else self.frame.y.low
        x, y = np.stack([edges[:-1], edges[1:]]), np.stack([np.full(len(heights), base), heights])
        corners = np.stack([x[[0, 1, 1, 0, 0]], y[[0, 0, 1, 1, 0]]], axis=-1)  # (5, N, 2)
        placed = self.frame.place(corners).transpose(1, 0, 2)
        columns = [_clamped(column, self.frame) for column in placed]
        columns = [column for column in columns if np.ptp(column[:, 0]) > 0]
        curves = [polygon_curves(column) for column in columns]
        self.shape.points = np.concatenate([np.zeros((0, 3)), *curves])
        seen = [column for column in columns if np.ptp(column[:, 1]) > 0]
        if seen:
            self._name_at(seen[-1][2])
        self._see(bool(seen))

    def extent(self, axis: int) -> np.ndarray:
        """The edges; 0 and the heights."""
        values = all_of(self.values[axis]).ravel()
        return np.append(values, 0.0) if axis and len(values) else values

    def name_room(self) -> float:
        """The name stands behind the last column."""
        return 0.0 if self.name is None else BESIDE + advance_of(self.name, size="small")

    def table(self) -> Table | None:
        """Each column's edges and height."""
        edges, heights = (np.asarray(now(value)) for value in self.values)
        return table({"from": edges[:-1], "to": edges[1:], "height": heights})


class Field(Mark):
    """Colours of a grid of values in cells of one size on the page, behind everything."""

    word = "field"
    is_behind = True
    shapes: Shapes = (("the values", grid),)

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], palette: Palette,
        ranges: tuple[Range | None, Range | None], opacity: float,
    ):  # fmt: skip
        super().__init__(frame, values, "text", opacity)
        if not callable(palette):
            raise TypeError(
                "The palette of a field is a function from values to colours, such as "
                f"signed_palette(1.0), not {palette!r:.60}."
            )
        self.palette, self.ranges = palette, ranges
        self.mesh: Mesh | None = None

    def draw(self, values: Any) -> None:
        """Show other values (R, C)."""
        values = np.asarray(values, dtype=float)
        corners = self.frame.place(self._corners(*values.shape))[..., :2].reshape(-1, 2)
        paints = np.column_stack([self.palette(values.ravel()), np.full(values.size, self.opacity)])
        if self.mesh is None:
            rows, columns = values.shape
            first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
            faces = np.stack([first, first + 1, first + columns + 2, first + columns + 1], axis=1)
            self.mesh = Mesh(corners, faces, paints, SEAM if self.opacity == 1 else 0.0)
            self.add(self.mesh)
        else:
            self.mesh.set_vertices(corners)
            self.mesh.set_rgbas(paints)

    def extent(self, axis: int) -> np.ndarray:
        """The range that it lies over."""
        return np.array(self.ranges[axis] or [])

    def _corners(self, rows: int, columns: int) -> np.ndarray:
        """Corners of the cells (R + 1, C + 1, 2), the top row first."""
        xs, ys = (self._edges(axis, count) for axis, count in enumerate((columns, rows)))
        return np.stack(np.meshgrid(xs, ys[::-1]), axis=-1)

    def _edges(self, axis: int, count: int) -> np.ndarray:
        """Ascending edges of so many cells, evenly apart on the scale that the axis has."""
        scale = self.frame.scales[axis]
        low, high = self.ranges[axis] or (scale.low, scale.high)
        return Scale(low, high, scale.log).value(np.linspace(0, 1, count + 1))


def _clamped(points: np.ndarray, frame: Frame) -> np.ndarray:
    area = frame.area
    low, high = [area.left, area.bottom, 0], [area.right, area.top, 0]
    return np.clip(np.nan_to_num(points, neginf=area.bottom), low, high)


def cut(polygon: np.ndarray, frame: Frame) -> np.ndarray:
    """A polygon (N, 3) cut off at the area's four edges (Sutherland and Hodgman)."""
    area = frame.area
    edges = ((0, 1, area.left), (0, -1, -area.right), (1, 1, area.bottom), (1, -1, -area.top))
    for axis, sign, limit in edges:
        if not len(polygon):
            break
        beyond = sign * polygon[:, axis] - limit
        following, after = np.roll(polygon, -1, axis=0), np.roll(beyond, -1)
        kept: list[np.ndarray] = []
        for here, there, a, b in zip(polygon, following, beyond, after, strict=True):
            if a >= 0:
                kept.append(here)
            if (a >= 0) != (b >= 0):
                kept.append(here + a / (a - b) * (there - here))
        polygon = np.array(kept).reshape(-1, 3)
    return polygon
