"""A neuron's answers over the plane of its inputs: the same along every line parallel to its
boundary, so that strips between such lines show them exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.mesh import Mesh
from mlanim.stage.marks.shapes import Segments
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.heatmap import signed_palette
from mlanim.stage.plots.marks.lines import Curve
from mlanim.stage.plots.marks.mark import HALO, Mark
from mlanim.stage.plots.values import number, place, row
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import Content, straight_curves
from mlanim.words.numbers import format_number

FAR = 1e3  # in the data's units: beyond any plane
FULL = 1.7  # a shade of 1 is not the full colour, so that what lies over it is seen
INSET = 0.34  # manim units from the edge to a line's number
APART = 0.75  # manim units between numbers, under which every other line has none
EDGE = 0.24  # manim units from the middle of a number to the area's edge
CLEAR, WIDER = 0.22, 0.25  # manim units from the middle of a distance to its number


class NeuronPlane(Chart):
    """Colours of the answers, lines on which they are the same, and the boundary.

    Args:
        w, b: weights (2,) and bias, or readings of them.
        edges: values of z (K + 1,) between which there is one colour; shades (K,), from -1 to 1.
        lines: values of z (L,) whose lines are drawn, numbered with the answers there (L,).
        reach: how far the plane goes up from the origin, in the data's units.
    """

    def __init__(
        self, w: Any, b: Any, edges: np.ndarray, shades: Any, lines: np.ndarray, answers: Any, *,
        reach: float, places: int = 2, name: Content | None = None, ticks: int = 5,
    ):  # fmt: skip
        ends = (-reach, reach)
        super().__init__(ends, ends, equal=True, grid=False, ticks=ticks, least=3.4, aspect=1.15)
        self._with(Strips(self.frame, (w, b, shades), edges), None, False)
        self._with(AnswerLines(self.frame, (w, b, answers), lines, places), None, False)
        boundary = Boundary(self.frame, (w, b), "text", "bold")
        self.boundary = self._with(boundary, name, False)

    def distance(
        self, x: Any, foot: Any, w: Any, length: Any, *, later: bool = False
    ) -> Distance:  # fmt: skip
        """The way from an input (2,) to the boundary's nearest point (2,), with its length."""
        return self._with(Distance(self.frame, (x, foot, w, length), "highlight"), None, later)


class Strips(Mark):
    """Strips of colour parallel to the line w · x + b = 0; those at the ends go on to the edges."""

    is_behind = True
    shapes = (("the weights", place), ("the bias", number), ("the shades", row))

    def __init__(self, frame: Frame, values: tuple[Any, ...], edges: np.ndarray):
        super().__init__(frame, values, "text")
        self.edges, self.palette = np.asarray(edges, dtype=float), signed_palette(FULL)
        quads = np.arange(len(edges) + 5)
        count = len(edges) + 6
        # Each lies under the next one too, so that no seam shows between them.
        beyond = np.minimum(quads + 2, count - 1)
        self.faces = np.stack([quads, beyond, beyond + count, quads + count], axis=1)
        self.mesh: Mesh | None = None

    def draw(self, w: Any, b: Any, shades: Any) -> None:
        """Show other shades (K,), of another neuron."""
        corners = self.frame.area.corners()
        z = self.frame.at(corners) @ np.asarray(w, dtype=float) + float(b)
        cuts = np.sort(np.concatenate([self.edges, z, [z.min(), z.max()]]))
        inside = np.clip(cuts, z.min(), z.max())
        sides = [_along(corners, z, inside, way) for way in (1, -1)]
        which = np.searchsorted(self.edges, (cuts[1:] + cuts[:-1]) / 2) - 1
        paints = self.palette(np.asarray(shades)[np.clip(which, 0, len(self.edges) - 2)])
        vertices = np.concatenate(sides)
        if self.mesh is None:
            self.mesh = Mesh(
                vertices, self.faces, np.column_stack([paints, np.ones(len(paints))]), 0.0
            )
            self.add(self.mesh)
        else:
            self.mesh.set_vertices(vertices)
            self.mesh.set_rgbas(paints)


def _along(corners: np.ndarray, z: np.ndarray, cuts: np.ndarray, way: int) -> np.ndarray:
    """Where one side of a rectangle, from its lowest z to its highest, has the values `cuts`."""
    order = (int(z.argmin()) + way * np.arange(4)) % 4
    order = order[: int(np.argmax(order == int(z.argmax()))) + 1]
    return np.column_stack([np.interp(cuts, z[order], corners[order, k]) for k in (0, 1)])


def _line(w: np.ndarray, b: float, z: float) -> np.ndarray:
    """The line w · x + b = z, from one end beyond the plane to the other, (2, 2)."""
    length = max(float(np.linalg.norm(w)), 1e-9)
    normal = w / length
    across = np.array([-normal[1], normal[0]])
    return (z - b) / length * normal + FAR * np.array([-across, across])


class Boundary(Curve):
    """The line w · x + b = 0, its name beside its end."""

    shapes = (("the weights", place), ("the bias", number))
    are_matched = False

    def draw(self, w: Any, b: Any) -> None:
        """Lie where another neuron has it."""
        self._through(_line(np.asarray(w, dtype=float), float(b), 0.0))

    def extent(self, axis: int) -> np.ndarray:
        """It needs nothing."""
        return np.zeros(0)

    def name_room(self) -> float:
        """The name lies within the area."""
        return 0.0


class AnswerLines(Mark):
    """Lines on which z has certain values, each with the answer there near one of its ends."""

    shapes = (("the weights", place), ("the bias", number), ("the answers", row))

    def __init__(
        self,
        frame: Frame,
        values: tuple[Any, ...],
        lines: np.ndarray,
        places: int,
    ):
        super().__init__(frame, values, "text")
        self.lines, self.places = np.asarray(lines, dtype=float), places
        self.path = Segments(np.zeros((0, 2, 2)), "text", "hair", 0.45)
        self.numbers = NumberGrid([], np.zeros((0, 3)), "text")
        self.under = VMobject(stroke_color=theme.color("background"), stroke_width=HALO)
        self.add(self.path, self.under, self.numbers)

    def draw(self, w: Any, b: Any, answers: Any) -> None:
        """Show another neuron's lines and answers (L,)."""
        w = np.asarray(w, dtype=float)
        pieces = [self.frame.clipped(self.frame.place(_line(w, float(b), z))) for z in self.lines]
        found = [(p[0], *rest) for p, *rest in zip(pieces, answers, self.lines, strict=True) if p]
        ends = np.array([line for line, *_ in found]).reshape(-1, 2, 3)
        self.path.points = straight_curves(ends[:, 0], ends[:, 1])
        along = ends[:, 1] - ends[:, 0]
        length = np.linalg.norm(along, axis=1, keepdims=True)
        places = ends[:, 0] + INSET * along / np.maximum(length, 1e-9)
        crowded = length[:, 0] < 3 * INSET
        area = self.frame.area
        low, high = np.array([area.left, area.bottom]), np.array([area.right, area.top])
        crowded |= (np.minimum(places[:, :2] - low, high - places[:, :2]) < EDGE).any(axis=1)
        crowded |= np.array([z == 0 for *_, z in found], dtype=bool)  # the boundary lies there
        if len(places) > 1 and np.linalg.norm(places[1] - places[0]) < APART:
            crowded |= np.arange(len(places)) % 2 == 1
        texts = [_shown(a, self.places) for _, a, _ in found]
        kept = np.flatnonzero(~crowded)
        self.numbers.set_texts([texts[i] for i in kept], places[kept])
        self.under.points = self.numbers.points


def _shown(answer: float, places: int) -> str:
    is_whole = abs(answer - round(answer)) < 0.005
    return format_number(answer, 0 if is_whole else places)


class Distance(Mark):
    """The way from an input to the boundary, its length beside its middle."""

    shapes = (
        ("the input", place), ("the foot", place), ("the weights", place), ("the length", number),
    )  # fmt: skip

    def __init__(self, frame: Frame, values: tuple[Any, ...], role: str):
        super().__init__(frame, values, role)
        self.line = Curve(frame, ((), ()), role, "line", "dash")
        self.numbers = NumberGrid([], np.zeros((0, 3)), role, "body")
        self.under = VMobject(stroke_color=theme.color("background"), stroke_width=HALO)
        self.add(self.line, self.under, self.numbers)

    def draw(self, x: Any, foot: Any, w: Any, length: Any) -> None:
        """Show another distance; the number stays on one side of the direction of w."""
        ends, w = np.array([x, foot], dtype=float), np.asarray(w, dtype=float)
        self.line.draw(*ends.T)
        across = np.array([-w[1], w[0], 0.0]) / max(float(np.linalg.norm(w)), 1e-9)
        middle = self.frame.place(ends).mean(axis=0)
        away = CLEAR + WIDER * abs(across[0])  # numbers are wider than high
        self.numbers.set_texts([format_number(float(length), 2)], (middle + away * across)[None])
        self.under.points = self.numbers.points
