"""A vector and a sheet of points on a plane, and what a linear map that eases in does to them."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import VGroup

from mlanim.stage.arrays.batch import as_rgba
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.mesh import Mesh, grid_faces
from mlanim.stage.colors import colormap
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Arrow, Polyline
from mlanim.stage.plots.plane import fitted_plane
from mlanim.stage.text.texts import Math, Text

SHEET_OPACITY = 0.22  # arrows and labels above the sheet stay readable


def at_share(shares: np.ndarray, values: np.ndarray, share: float) -> np.ndarray:
    """Values (S, ...) over ascending shares (S,), read between two of them: (...)."""
    index = float(np.interp(share, shares, np.arange(len(shares))))
    low = min(int(index), len(shares) - 2)
    part = index - low
    return np.asarray((1 - part) * values[low] + part * values[low + 1])


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


class GatedPlane(VGroup):
    """The input as one arrow, its image as another over it, and the sheet below both.

    A path is a record of what the map does over a share from 0 to 1: `share` (S,), `output`
    (S, 2), `lattice` (S, K, 2) for the square [-1, 1]² and `circle` (S, C, 2) for the unit circle.

    Args:
        box: the area to fill.
        x: the vector, (2,).
        path: any path; where it starts is the sheet at rest.
        size: half of the sheet's side, in the plane's units.
        reach: points (N, 2) that have to lie on the plane.
        numbered: whether the grid has numbers.
        bold: whether arrows and points are large, as on a plane that fills the stage.
    """

    def __init__(
        self, box: Box, x: np.ndarray, path: Any, size: float, reach: np.ndarray,
        numbered: bool = False, bold: bool = True,
    ):  # fmt: skip
        super().__init__()
        self.size = size
        self.plane = fitted_plane(reach, box, 0.15, numbered=numbered)
        home = path.lattice[0]
        square = size * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        self.rim = Polyline(self.plane.place(square), "muted", "hair", 0.7, closed=True)
        self.lattice = Lattice(self.plane.place(size * home), home, 0.055 if bold else 0.032)
        self.origin, self.tip = self.plane.place(np.zeros(2)), self.plane.place(x)
        width, head = (0.06, 0.3) if bold else (0.045, 0.2)
        self.input = Arrow(self.origin, self.tip, "input", width, head)
        self.output = Arrow(self.origin, self.tip, "output", width, head)
        self.sheet = VGroup(self.rim, self.lattice)
        self.add(self.plane, self.sheet, self.input, self.output)

    def show(self, path: Any, share: float) -> Self:
        """Let the gate of `path` have eased in to `share`."""
        self.lattice.set_places(self._placed(path, path.lattice, share))
        self.output.set_ends(
            self.origin, self.plane.place(at_share(path.share, path.output, share))
        )
        return self

    def ring(self, path: Any, share: float) -> np.ndarray:
        """Where the circle within the sheet's square lies then, (C, 3) in manim units."""
        return self._placed(path, path.circle, share)

    def axis(self, direction: np.ndarray) -> Polyline:
        """The line through the origin along `direction` (2,), as far as the plane goes."""
        low, high = self.plane.box
        along = np.asarray(direction, dtype=float)
        room = np.min((high - low) / 2 / np.maximum(np.abs(along), 1e-12))
        half = np.array([*along * room, 0.0])
        return Polyline(np.array([self.origin - half, self.origin + half]), "weight", "thin")

    def beyond(self, tip: np.ndarray, math: str, role: str, by: float = 0.3) -> Text:
        """A name just beyond an arrow's tip (2,), in the plane's units."""
        return beyond_tip(Text(Math(math), role=role), self.origin, self.plane.place(tip), by)

    def _placed(self, path: Any, points: np.ndarray, share: float) -> np.ndarray:
        return self.plane.place(self.size * at_share(path.share, points, share))


def beyond_tip(
    text: Text, origin: np.ndarray, tip: np.ndarray, by: float = 0.3, side: float = 1.0
) -> Text:
    """Set a name beside the tip of an arrow from `origin`, (3,) each, clear of the arrow's line.

    Args:
        side: 1 for the anticlockwise side of the arrow, -1 for the other.
    """
    out = np.asarray(tip - origin)
    length = float(np.linalg.norm(out))
    along = out / length if length > 1e-9 else np.array([1.0, 0.0, 0.0])
    across = np.array([-along[1], along[0], 0.0])
    text.move_to(tip + by * (0.6 * along + side * 0.8 * across))
    return text
