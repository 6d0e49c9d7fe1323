"""A vector and a sheet of points on a plane, and what a linear map makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage.arrays.batch import as_rgba
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.mesh import Mesh, grid_faces
from mlanim.stage.colors import colormap
from mlanim.stage.marks.shapes import Polyline
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.text.texts import Math
from mlanim.stage.track import combined

SIDE = 9  # points along a side of the sheet: odd, so that some lie on the axes
OPACITY = 0.22  # of the sheet: arrows and names over it stay readable
RADIUS = 0.15  # of its points, in distances between two of them at rest
CIRCLE = np.column_stack([f(np.linspace(0, 2 * np.pi, 97)) for f in (np.cos, np.sin)])
FAR = 100.0  # times a vector: beyond every edge


class Sheet(Mark):
    """A square of coloured points under a matrix (2, 2), over its outline at rest.

    The points stay visible where the map collapses the square to a line or a point.
    """

    def __init__(self, frame: Frame, matrix: Any, size: float):
        super().__init__(frame, (matrix,), "muted")
        at = np.linspace(-1, 1, SIDE)
        self.home = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
        self.size, faces = size, grid_faces(SIDE, SIDE)
        rest = np.zeros_like(self.home)
        self.rim = Polyline(np.zeros((0, 2)), "muted", "hair", 0.7, closed=True)
        paint = as_rgba(colormap.bivariate(self.home[faces].mean(axis=1)))
        self.mesh = Mesh(rest, faces, paint).set_opacity(OPACITY)
        self.dots = PointCloud(rest, colormap.bivariate(self.home))
        self.add(self.rim, self.mesh, self.dots)

    def draw(self, matrix: Any) -> None:
        """Lie under another matrix."""
        home = self.size * self.home
        rest = self.frame.place(home)
        self.rim.set_path(rest[[0, SIDE - 1, -1, -SIDE]])
        self.dots.radius = RADIUS * float(np.linalg.norm(rest[1] - rest[0]))
        self.mesh.set_vertices(self.frame.place(home @ np.asarray(matrix).T))
        self.dots.points = self.mesh.points.copy()


class GatedPlane(Chart):
    """The input as one arrow, its image as another, and the sheet below both.

    Args:
        x: the vector, (2,).
        matrix: the linear map, (2, 2), or a reading of it.
        size: half of the sheet's side.
        reach: half of what has to be seen along each axis, (2,).
        ticks: the most along an axis.
    """

    def __init__(self, x: np.ndarray, matrix: Any, size: float, reach: np.ndarray, ticks: int = 5):
        width, height = 1.06 * np.asarray(reach)
        super().__init__(
            (-width, width), (-height, height), equal=True, axes=True, ticks=ticks, aspect=1.0
        )
        self.x, self.matrix, self.size = x, matrix, size
        self.y = combined(lambda shown: shown @ x, matrix)
        self._with(Sheet(self.frame, matrix, size), None, later=False)
        self.arrow((0, 0), x, "input", name=Math("bold(x)_1"))
        self.arrow((0, 0), self.y, "output")

    def lost(self) -> Mark:
        """The dashed line from the vector to its image: what the gate takes away."""
        return self.segment(self.x, self.y, "text", dash="dash", width="line", later=True)

    def ring(self) -> Mark:
        """The image of the circle within the sheet."""
        image = combined(lambda shown: self.size * CIRCLE @ shown.T, self.matrix)
        return self._outline(image)

    def line_of(self, direction: np.ndarray) -> Mark:
        """The line through the origin along `direction` (2,), from edge to edge."""
        far = FAR * np.asarray(direction)
        return self.segment(-far, far, "weight", later=True)

    def turn(self, radians: Any) -> Mark:
        """The arc from the vector to where a turn by an angle, or a reading of one, puts it."""
        start, radius = float(np.arctan2(*self.x[::-1])), 0.4 * float(np.hypot(*self.x))
        at = np.linspace(0, 1, 33)

        def arc(angle: float) -> np.ndarray:
            swept = start + angle * at
            return radius * np.column_stack([np.cos(swept), np.sin(swept)])

        return self._outline(combined(arc, radians))

    def _outline(self, points: Any) -> Mark:
        xs, ys = (combined(lambda p, k=k: p[:, k], points) for k in (0, 1))
        return self.curve(xs, ys, "text", width="line", later=True)
