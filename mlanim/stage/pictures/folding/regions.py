"""The plane cut into regions: cells in their colours, the lines that cut them, and the classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage import theme
from mlanim.stage.arrays.mesh import Mesh
from mlanim.stage.colors import colormap
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.plots.marks.points import Note
from mlanim.stage.plots.marks.straight_lines import StraightLines
from mlanim.stage.plots.scale import Range
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Content

CLASSES = ("input", "weight", "attention", "gradient", "highlight", "muted", "positive", "negative")
"""Roles of the classes in their order; from the ninth on they come again."""

DARKER = 0.86  # regions with an odd number of active neurons
SPREAD = 1.8  # full colours are reached at the half of the way to the edge
WIDTHS, MANY, FAINTEST = ("line", "thin", "hair"), (300, 1500), 0.35
WITHIN = 0.8  # of the half width: where names of classes may stand
FULL = (0.62, 0.44)  # how much of a class's colour is in a region: even, odd


class RegionsPlane(Chart):
    """A plane in cells of one colour each.

    Args:
        polygons: (D, K, 2); short ones repeat their last corner.
        x, y: what is shown of the plane.
        places: (D, 2) whose colours the cells have, a value or a reading; `odd` (D,), likewise,
            from 0 to 1, makes them darker.
        classes: (D,) of the cells.
        decided: 0 for the colours of the places, 1 for those of the classes; or a reading.
        labels: of both axes.
    """

    def __init__(
        self, polygons: np.ndarray, x: Range, y: Range, places: Any, odd: Any, classes: np.ndarray,
        decided: Any, labels: tuple[Content | None, Content | None] = (None, None), *,
        least: float = 3.6,
    ):  # fmt: skip
        wide = abs(x[1] - x[0]) / abs(y[1] - y[0])
        super().__init__(x, y, *labels, equal=True, grid=False, names="within", least=least,
                         aspect=wide)  # fmt: skip
        middle = np.array([sum(x) / 2, sum(y) / 2])
        half = np.array([abs(x[1] - x[0]) / 2, abs(y[1] - y[0]) / 2])
        mark = ColoredPolygons(self.frame, (places, odd, decided), polygons, classes, middle, half)
        self.cells = self._with(mark, None, False)

    def cuts(self, segments: np.ndarray, depth: int = 0, *, later: bool = False) -> StraightLines:
        """Straight pieces (S, 2, 2) along which a layer cut the cells.

        Lines are finer the later the layer, from 0, and the more of them there are.
        """
        rank = min(max(depth, int(np.searchsorted(MANY, len(segments)))), len(WIDTHS) - 1)
        opacity = float(np.clip(np.sqrt(MANY[-1] / max(len(segments), 1)), FAINTEST, 1.0))
        mark = StraightLines(self.frame, (segments,), "background", WIDTHS[rank], opacity)
        return self._with(mark, None, later)

    def boundary(self, segments: np.ndarray, *, later: bool = False) -> StraightLines:
        """Straight pieces (B, 2, 2) between different classes."""
        return self._with(StraightLines(self.frame, (segments,), "text", "bold"), None, later)

    def examples(self, points: np.ndarray, wrong: np.ndarray, *, later: bool = False) -> list[Mark]:
        """The data's points (N, 2): larger, and in another ink, where the network is wrong (N,)."""
        looks = ((~wrong, "text", 0.04), (wrong, "highlight", 0.075))
        return [self.scatter(points[of], role, radius=radius, ring=True, later=later)
                for of, role, radius in looks if of.any()]  # fmt: skip

    def class_name(
        self, number: int, name: str, boundary: np.ndarray, *, later: bool = False
    ) -> Note:
        """The name of a class in the one of its cells that is farthest from the boundary."""
        own = self.cells.polygons[self.cells.classes == number].mean(axis=1)
        away = np.abs(own - self.cells.middle) / self.cells.half
        own = own[away.max(axis=1) < WITHIN] if (away.max(axis=1) < WITHIN).any() else own
        place = own[int(np.argmax(_distance(own, boundary)))]
        return self.note(place, _named(name), "text", align="center", later=later)


def _distance(places: np.ndarray, segments: np.ndarray) -> np.ndarray:
    """From each place (N, 2) to the nearest of the segments (S, 2, 2), sampled along them: (N,)."""
    if not len(segments):
        return -np.linalg.norm(places - places.mean(axis=0), axis=1)
    shares = np.linspace(0, 1, 9)[:, None, None]
    nodes = (segments[:, 0] + shares * (segments[:, 1] - segments[:, 0])).reshape(-1, 2)
    nearest = [np.linalg.norm(places - node, axis=1) for node in nodes]
    return np.asarray(np.min(nearest, axis=0))


def _named(name: str) -> str:
    return f"class {name}" if name.isdigit() else name


class ColoredPolygons(Mark):
    """Convex polygons of one colour each."""

    is_behind = True

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], polygons: np.ndarray, classes: np.ndarray,
        middle: np.ndarray, half: np.ndarray,
    ):  # fmt: skip
        super().__init__(frame, values, "text")
        self.polygons, self.middle, self.half = np.asarray(polygons), middle, half
        self.classes = np.asarray(classes)
        count, corners = self.polygons.shape[:2]
        faces = np.arange(count * corners).reshape(count, corners)
        self.mesh = Mesh(np.zeros((count * corners, 2)), faces, np.zeros((count, 3)))
        self.add(self.mesh)

    def draw(self, places: Any, odd: Any, decided: Any) -> None:
        """Take the colours of other places, and a mixture of these with those of the classes."""
        self.mesh.set_vertices(self.frame.place(self.polygons.reshape(-1, 2))[:, :2])
        odd = np.asarray(odd, dtype=float)[:, None]
        own = colormap.bivariate(SPREAD * (np.asarray(places) - self.middle) / self.half)
        own = own * (1 - (1 - DARKER) * odd)
        paints = (1 - decided) * own + decided * self._of_classes(odd)
        self.mesh.rgbas = np.column_stack([paints, self.mesh.rgbas[:, 3:]])

    def _of_classes(self, odd: np.ndarray) -> np.ndarray:
        """The colours of the classes (D, 3), mixed with that of the background."""
        known = np.array([theme.rgb(role) for role in CLASSES])
        full = FULL[0] + (FULL[1] - FULL[0]) * odd
        mixed = full * known[self.classes % len(CLASSES)] + (1 - full) * theme.rgb("background")
        return np.asarray(mixed)


def regions_table(found: Any) -> Table:
    """A row for each region of one class: its outline (WKT), area, pattern and affine map.

    found: `polygons` (D, K, 2), `corners`, `areas`, `classes`, `patterns` and `ancestors[-1]` (D,),
    the outputs' `linear` (D, m, 2) and `shift` (D, m), and the classes' `names`.
    """
    outlines = [", ".join(f"{x:.17g} {y:.17g}" for x, y in [*polygon[:count], polygon[0]])
                for polygon, count in zip(found.polygons, found.corners, strict=True)]  # fmt: skip
    columns = {
        "region": found.ancestors[-1], "class": np.array(found.names)[found.classes],
        "area": found.areas, "corners": found.corners, "pattern": np.array(found.patterns),
        "polygon": np.array([f"POLYGON (({outline}))" for outline in outlines]),
    }  # fmt: skip
    for output in range(found.shift.shape[1]):
        columns |= {f"output {output}: u": found.linear[:, output, 0],
                    f"output {output}: v": found.linear[:, output, 1],
                    f"output {output}: 1": found.shift[:, output]}  # fmt: skip
    return table(columns)
