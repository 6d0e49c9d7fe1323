"""The coloured cells of a matrix."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import ORIGIN

from mlanim.stage.arrays.mesh import SEAM, Mesh
from mlanim.stage.colors.colormap import Palette


class Cells(Mesh):
    """The coloured cells of a matrix (R, C), first row on top, centred on `centre`."""

    mixed = ("rgbas", "values")

    def __init__(
        self,
        values: np.ndarray,
        palette: Palette,
        cell: tuple[float, float],
        gap: float = 0.0,
        centre: np.ndarray = ORIGIN,
    ):
        self.values = np.asarray(values, dtype=float)
        self.palette = palette
        rows, columns = self.values.shape
        middles = cell_centres(rows, columns, cell, centre)
        half = (np.array(cell) - gap) / 2
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        corners = middles[:, None, :2] + signs * half
        faces = np.arange(rows * columns * 4).reshape(-1, 4)
        seam = 0.0 if gap else SEAM
        super().__init__(corners.reshape(-1, 2), faces, palette(self.values.ravel()), seam)

    def set_values(self, values: np.ndarray) -> Self:
        """Show other values (R, C); `.animate` on this morphs the colours."""
        self.values = np.asarray(values, dtype=float)
        opacity = self.rgbas[:, 3:]
        self.rgbas = np.column_stack([self.palette(self.values.ravel()), opacity])
        return self

    @property
    def middles(self) -> np.ndarray:
        """The cells' centres now, (R, C, 3)."""
        rows, columns = self.values.shape
        return self.points.reshape(rows, columns, 4, 3).mean(axis=2)


def cell_centres(
    rows: int, columns: int, cell: tuple[float, float], centre: np.ndarray
) -> np.ndarray:
    """Centres of a grid of cells in reading order, (R C, 3), manim units."""
    x = (np.arange(columns) - (columns - 1) / 2) * cell[0]
    y = ((rows - 1) / 2 - np.arange(rows)) * cell[1]
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return np.column_stack([grid, np.zeros(len(grid))]) + np.asarray(centre)
