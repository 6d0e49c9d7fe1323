"""Points with a colour each on a sheet: it shows what a map does to the whole plane."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import VGroup

from mlanim.stage import colormap
from mlanim.stage.batch import as_rgba
from mlanim.stage.cloud import PointCloud
from mlanim.stage.mesh import Mesh, grid_faces

SHEET_OPACITY = 0.22  # arrows and labels above the sheet stay readable


class Lattice(VGroup):
    """A square grid of points over a faint sheet of their colours.

    The points stay visible where a map collapses the sheet to a line.

    Args:
        places: where the points are now, (side², 2 or 3), manim units, row by row.
        home: where they come from, (side², 2) within [-1, 1]²; it gives them their colours.
        radius: of a point, manim units.
    """

    def __init__(self, places: np.ndarray, home: np.ndarray, radius: float = 0.06):
        super().__init__()
        side = round(len(home) ** 0.5)
        faces = grid_faces(side, side)
        paint = as_rgba(colormap.bivariate(home[faces].mean(axis=1)))
        self.sheet = Mesh(places, faces, paint).set_opacity(SHEET_OPACITY)
        self.dots = PointCloud(places, colormap.bivariate(home), radius)
        self.add(self.sheet, self.dots)

    def set_places(self, places: np.ndarray) -> Self:
        """Move the points, and the sheet with them, to (side², 2 or 3)."""
        self.sheet.set_vertices(places)
        self.dots.points = self.sheet.points.copy()
        return self
