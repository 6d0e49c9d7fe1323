"""Rims around rows, columns and cells of a matrix."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import VGroup

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Polyline
from mlanim.stage.track import follow

STROKE_UNITS = 100  # of a stroke's width in a manim unit
THIN = 4  # strokes; what is thinner has the rim around it, which would cover it


class Grid:
    """Where the cells of a matrix lie; settled once the matrix has its box."""

    is_placed = False

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # a copy of a rim lies on the same cells

    def settle(self, area: Box, shape: tuple[int, ...]) -> None:
        """Lie in `area` from now on."""
        self.area, self.shape, self.is_placed = area, shape, True

    @property
    def side(self) -> tuple[float, float]:
        """A cell's width and height."""
        return self.area.width / self.shape[1], self.area.height / self.shape[0]

    def corners(self, row: float | None, column: float | None) -> np.ndarray:
        """Corners (4, 3) of a cell, or of a whole row or column where the other is None."""
        (wide, high), area = self.side, self.area
        left, right = _span(column, wide, area.width)
        top, bottom = _span(row, high, area.height)
        x, y = area.left + np.array([left, right]), area.top - np.array([top, bottom])
        flat = np.array([[x[0], y[1]], [x[1], y[1]], [x[1], y[0]], [x[0], y[0]]])
        return np.column_stack([flat, np.zeros(4)])


class Rim(VGroup):
    """A rim around a row, a column or a cell of a matrix.

    Attributes:
        is_later: whether a lecture brings it in by itself.
    """

    def __init__(self, grid: Grid, row: Any, column: Any, role: str):
        super().__init__()
        if row is None and column is None:
            raise ValueError("A rim lies around a row, a column or a cell: give one or both.")
        self.grid, self.values, self.is_later = grid, (row, column), False
        self.path = Polyline(np.zeros((0, 2)), role, "bold", closed=True)
        self.add(self.path)

    def settle(self) -> None:
        """Lie around the cells, and follow which these are."""
        follow(self, Rim.show, *self.values)

    def show(self, row: Any, column: Any) -> None:
        """Lie around others.

        Raises:
            ValueError: for a row or a column that the matrix does not have.
        """
        for at, count, name in zip((row, column), self.grid.shape, ("row", "column"), strict=True):
            if at is not None and not 0 <= at <= count - 1:
                raise ValueError(f"There is no {name} {at:g}; the matrix has {count}, from 0 on.")
        corners = self.grid.corners(row, column)  # from the lower left one around
        stroke = theme.STROKES["bold"] / STROKE_UNITS
        if min(np.ptp(corners[:, :2], axis=0)) < THIN * stroke:
            outwards = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
            corners = corners + outwards * stroke / 2
        self.path.set_path(corners)


def _span(at: float | None, side: float, whole: float) -> tuple[float, float]:
    return (0.0, whole) if at is None else (float(at) * side, (float(at) + 1) * side)
