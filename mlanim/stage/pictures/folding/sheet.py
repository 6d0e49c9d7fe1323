"""A sheet of paper on a plane: a mesh whose faces keep their colours wherever they are moved to."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage.arrays.mesh import Mesh
from mlanim.stage.colors import colormap
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.lines import Curve
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.plots.marks.straight_lines import StraightLines
from mlanim.stage.text.texts import Content

DARKER = 0.86  # every second square of the sheet, so that one sees it stretched
DECIDED = 0.55  # how full the colours of the classes are


class SheetPlane(Chart):
    """A plane with the sheet, the data's points on it, and the cut where it lies.

    Args:
        sheet: the mesh's `faces` (F, 3 or 4), `centroids` (F, 2), `squares` (F, 2), `half_width`.
        vertices: (V, 2), a value or a reading.
        reach: low and high corner (2, 2) of the axes at first; a lecture zooms.
        positive: (F,) which faces the network gives class 1.
        decided: 0 for the colours of the places, 1 for those of the classes; or a reading.
        labels: of both axes.
    """

    def __init__(
        self, sheet: Any, vertices: Any, reach: np.ndarray, positive: np.ndarray, decided: Any,
        *, labels: tuple[Content | None, Content | None] = (None, None), least: float = 3.6,
    ):  # fmt: skip
        (left, bottom), (right, top) = reach
        look: dict[str, Any] = {"equal": True, "axes": True, "least": least, "aspect": 1}
        super().__init__((left, right), (bottom, top), *labels, **look)
        mark = SheetMark(self.frame, (vertices, decided), sheet, positive)
        self.sheet = self._with(mark, None, False)

    def cut(self, points: Any, starts: np.ndarray, *, later: bool = False) -> Polylines:
        """The cut's polylines, end to end (B, 2), from each of `starts` to the next."""
        return self._with(Polylines(self.frame, (points,), "highlight", list(starts)), None, later)

    def creases(self, segments: np.ndarray, *, later: bool = False) -> StraightLines:
        """Straight pieces (S, 2, 2) of the lines on which neurons are zero."""
        mark = StraightLines(self.frame, (segments,), "text", "thin", 0.75)
        return self._with(mark, None, later)

    def classes(self, points: Any, labels: np.ndarray) -> Mark:
        """The data's points (N, 2), in two inks that read on every colour of the sheet."""
        roles = ["on_dark" if label else "on_light" for label in labels]
        return self.scatter(points, roles, radius=0.05, ring=True)


class SheetMark(Mark):
    """The mesh."""

    def __init__(self, frame: Frame, values: tuple[Any, ...], sheet: Any, positive: np.ndarray):
        super().__init__(frame, values, "text")
        odd = sheet.squares.sum(axis=1) % 2 == 1
        places = colormap.bivariate(sheet.centroids / sheet.half_width)
        self.places = places * np.where(odd, DARKER, 1.0)[:, None]
        self.classes = colormap.diverging(np.where(positive, DECIDED, -DECIDED), 1.0)
        self.mesh = Mesh(np.zeros((int(sheet.faces.max()) + 1, 2)), sheet.faces, self.places)
        self.add(self.mesh)

    def draw(self, vertices: Any, decided: Any) -> None:
        """Lie elsewhere, in a mixture of the two colourings."""
        self.mesh.set_vertices(self.frame.place(vertices)[:, :2])
        opacity = self.mesh.rgbas[:, 3:]
        mixed = (1 - decided) * self.places + decided * self.classes
        self.mesh.rgbas = np.column_stack([mixed, opacity])

    def extent(self, axis: int) -> np.ndarray:
        """The axes are given."""
        return np.zeros(0)


class Polylines(Curve):
    """Polylines end to end."""

    def __init__(self, frame: Frame, values: tuple[Any, ...], role: str, starts: list[int]):
        super().__init__(frame, values, role, "bold")
        self.starts = starts

    def draw(self, points: Any, ys: Any = None) -> None:
        """Lie through other points (B, 2)."""
        cut = np.insert(np.asarray(points, dtype=float), self.starts[1:-1], np.nan, axis=0)
        self._through(cut)

    def extent(self, axis: int) -> np.ndarray:
        """The axes are given."""
        return np.zeros(0)
