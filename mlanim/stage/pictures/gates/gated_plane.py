"""A vector and a sheet of points on a plane, and what a linear map makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage.arrays.batch import as_rgba
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.mesh import Mesh, grid_faces
from mlanim.stage.colors import colormap
from mlanim.stage.layout import keep_within
from mlanim.stage.marks.shapes import Polyline
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.lines import Segment
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.plots.values import grid
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Math
from mlanim.stage.track import combined, now

SIDE = 9  # points along a side of the sheet: odd, so that some lie on the axes
OPACITY = 0.22  # of the sheet: arrows and names over it stay readable
RADIUS = 0.15  # of its points, in distances between two of them at rest
CIRCLE = np.column_stack([f(np.linspace(0, 2 * np.pi, 97)) for f in (np.cos, np.sin)])
FAR = 100.0  # times a vector: beyond every edge
CROSSING = np.radians([5, 25]), [-1, 1]  # turns over which the image's name changes its side
NAMED = 1.3  # times the reach of an arrow: with room for its name
UNSEEN = 0.01  # of the sheet's side: what is shorter is not drawn


class GatedSquare(Mark):
    """A square of coloured points under a matrix (2, 2), over its outline at rest.

    The points stay visible where the map collapses the square to a line or a point.
    """

    shapes = (("the matrix", grid),)

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


class Lost(Segment):
    """The dashed line from a vector to its image, its name beside its middle, off the origin."""

    def name_room(self) -> float:
        """The name lies within the area."""
        return 0.0

    def _name_at(self, point: np.ndarray) -> None:
        start, end = (np.asarray(now(value), dtype=float) for value in self.values)
        (x, y), middle = start - end, (start + end) / 2
        if self.label is None or not np.hypot(x, y):
            return
        out = np.array([-y, x]) / np.hypot(x, y)
        out = out if out @ middle >= 0 else -out
        away = self.label.advance / 2 * abs(out[0]) + 0.12 * abs(out[1]) + 0.1
        self.label.move_to(self.frame.place(middle) + away * np.array([*out, 0.0]))
        keep_within(self.label, self.frame.area)
        self.name_height = float(self.label.origin[1])


class GatedPlane(Chart):
    """The input as one arrow, its image as another, and the sheet below both.

    Args:
        data: a record with the vector `x1` (2,), half of the sheet's side `size`, and how far the
            sheet and the arrows go along each axis, `reach` and `tips` (2,).
        matrix: the linear map, (2, 2), or a reading of it.
        bold: whether the arrows are thick, as on a plane that fills the stage.
    """

    def __init__(self, data: Any, matrix: Any, bold: bool = False):
        x, y = np.maximum(1.06 * data.reach, NAMED * data.tips)
        super().__init__((-x, x), (-y, y), equal=True, axes=True, aspect=1.0)
        self.x, self.matrix, self.size, self.bold = data.x1, matrix, data.size, bold
        self.y = combined(lambda shown: shown @ self.x, matrix)
        self._with(GatedSquare(self.frame, matrix, self.size), None, later=False)
        self.arrow((0, 0), self.x, "input", name=Math("bold(x)_1"), side=0.7, bold=bold)
        side = combined(self._side, self.y)
        self.arrow((0, 0), self.y, "output", name=Math("bold(y)"), side=side, bold=bold)

    def _side(self, y: np.ndarray) -> float:
        """Where the image's name stands: on the side that is away from the vector."""
        turn = np.arctan2(self.x[0] * y[1] - self.x[1] * y[0], self.x @ y)
        return float(np.interp(turn, *CROSSING))

    def explain(self, name: str, onto: np.ndarray, left: np.ndarray, degrees: Any) -> list[Mark]:
        """Marks of one gate alone, which come later.

        Args:
            name: of the gate.
            onto: the vector that a projection goes onto, (2,).
            left: what the gate leaves of the vector, (2,).
            degrees: by how much a rotation turns, or a reading of it.
        """
        if name == "matrix":
            return [self.ring()]
        if name == "rotation":
            return [self.turn(combined(np.radians, degrees))]
        line = [self.line_of(onto)] if name == "projection" else []
        return [*line, *self.lost(left)] if name in ("mask", "projection") else []

    def lost(self, left: np.ndarray) -> list[Mark]:
        """What the gate takes from the vector, of which `left` (2,) remains, if it is anything."""
        if np.hypot(*(self.x - left)) < UNSEEN * self.size:
            return []
        line = Lost(self.frame, (self.x, self.y), "text", "line", "dash")
        return [self._with(line, "lost", later=True)]

    def ring(self) -> Mark:
        """The image of the circle within the sheet."""
        image = combined(lambda shown: self.size * CIRCLE @ shown.T, self.matrix)
        xs, ys = (combined(lambda points, k=k: points[:, k], image) for k in (0, 1))
        return self.curve(xs, ys, "text", width="line", later=True)

    def line_of(self, direction: np.ndarray) -> Mark:
        """The line through the origin along `direction` (2,), from edge to edge."""
        far = FAR * np.asarray(direction)
        return self.segment(-far, far, "weight", later=True)

    def turn(self, radians: Any) -> Mark:
        """The angle from the vector to where a turn by one, or by a reading of one, puts it."""
        start = float(np.arctan2(*self.x[::-1]))
        end = combined(lambda angle: start + angle, radians)
        name, radius = (Math("theta"), 0.85) if self.bold else (None, 0.4)
        return self.angle((0, 0), start, end, "weight", name=name, radius=radius, later=True)

    def images(self) -> Table:
        """The vector and the points of the sheet, with their images."""
        at = self.size * np.linspace(-1, 1, SIDE)
        points = np.concatenate([[self.x], np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)])
        what, images = ["vector", *["sheet"] * (len(points) - 1)], points @ now(self.matrix).T
        columns = {"what": what, "x": points[:, 0], "y": points[:, 1]}
        return table({**columns, "image_x": images[:, 0], "image_y": images[:, 1]})
