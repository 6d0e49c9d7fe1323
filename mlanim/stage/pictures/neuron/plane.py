"""A neuron's answers over the plane of its inputs: the same along every line parallel to its
boundary, so that strips between such lines show them exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import as_3d
from mlanim.stage.arrays.mesh import Mesh
from mlanim.stage.colors.colormap import signed_palette
from mlanim.stage.marks.shapes import Segments
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.lines import Curve
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.plots.values import number, place, row
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import Math, polygon_curves, straight_curves
from mlanim.stage.track import combined
from mlanim.words.numbers import format_number

FAR = 1e3  # in the data's units: beyond any plane
FULL = 1.7  # a shade of 1 is not the full colour, so that what lies over it is seen
PLATE = 0.06  # manim units that the clear ground of a number is wider than it
GAP = 0.4  # manim units from the middle of a number to its line
APART = 0.7  # manim units between numbers, under which fewer lines are drawn
EDGE = 0.36  # manim units from the middle of a number to the area's edge
CLEAR, WIDER = 0.22, 0.25  # manim units from the middle of a distance to its number


class NeuronPlane(Chart):
    """Colours of the answers, lines on which they are the same, and the boundary.

    Args:
        now: values or readings of the weights `w` (2,) and the bias `b`.
        edges: values of z (K + 1,) between which there is one colour; shades (K,), from -1 to 1.
        reach: how far the plane goes up from the origin, in the data's units.
    """

    def __init__(self, now: Any, edges: np.ndarray, shades: Any, reach: float):
        ends = (-reach, reach)
        labels = "$x_1$", "$x_2$"
        super().__init__(ends, ends, *labels, equal=True, grid=False, least=3.4, aspect=1.15)
        self.now = now
        self._with(Strips(self.frame, (now["w"], now["b"], shades), edges), None, False)

    def answers(self, lines: np.ndarray, answers: Any) -> None:
        """The boundary, and lines on which z is one of `lines` (L,), with the answers there."""
        w, b = self.now["w"], self.now["b"]
        self._with(AnswerLines(self.frame, (w, b, answers), lines), None, False)
        self._with(Boundary(self.frame, (w, b), "text", "bold"), None, False)

    def weights(self) -> None:
        """The arrow of w, from the boundary's point that is nearest to the origin, `root`."""
        root, w = self.now["root"], self.now["w"]
        tip = combined(lambda a, b: a + b, root, w)
        self.arrow(root, tip, "weight", name=Math("bold(w)"), bold=True)

    def input(self, later: bool = False) -> list[Mark]:
        """The input `x`, and its way to the boundary's nearest point, `foot`."""
        values = (self.now[name] for name in ("x", "foot", "w", "distance"))
        way = self._with(Distance(self.frame, tuple(values), "highlight"), None, later)
        return [way, self.dot(self.now["x"], "input", radius=0.12, later=later)]


class Strips(Mark):
    """Strips of colour parallel to the line w · x + b = 0; those at the ends go on to the edges."""

    is_behind = True
    shapes = (("the weights", place), ("the bias", number), ("the shades", row))

    def __init__(self, frame: Frame, values: tuple[Any, ...], edges: np.ndarray):
        super().__init__(frame, values, "text")
        self.edges, self.palette = np.asarray(edges, dtype=float), signed_palette(FULL)
        quads = np.arange(len(edges) + 9)
        count = len(edges) + 10
        # Each lies under the next one too, so that no seam shows between them.
        beyond = np.minimum(quads + 2, count - 1)
        self.faces = np.stack([quads, beyond, beyond + count, quads + count], axis=1)
        self.mesh: Mesh | None = None

    def draw(self, w: Any, b: Any, shades: Any) -> None:
        """Show other shades (K,), of another neuron."""
        corners = self.frame.area.corners()
        z = self.frame.at(corners) @ np.asarray(w, dtype=float) + float(b)
        z = z + 1e-9 * np.ptp(z) * np.arange(4)  # no two corners are alike
        # Corners stand twice: what reaches under the next strip would cut them off.
        cuts = np.sort(np.concatenate([self.edges, z, z, [z.min(), z.max()]]))
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
    """The line w · x + b = 0."""

    shapes = (("the weights", place), ("the bias", number))
    are_matched = False

    def draw(self, w: Any, b: Any) -> None:
        """Lie where another neuron has it."""
        self._through(_line(np.asarray(w, dtype=float), float(b), 0.0))

    def extent(self, axis: int) -> np.ndarray:
        """It needs nothing."""
        return np.zeros(0)


class AnswerLines(Mark):
    """Lines on which z has certain values, each with the answer there near one of its ends."""

    shapes = (("the weights", place), ("the bias", number), ("the answers", row))

    def __init__(self, frame: Frame, values: tuple[Any, ...], lines: np.ndarray):
        super().__init__(frame, values, "text")
        self.lines = np.asarray(lines, dtype=float)
        self.path = Segments(np.zeros((0, 2, 2)), "text", "hair", 0.45)
        self.numbers = NumberGrid([], np.zeros((0, 3)), "text")
        self.under = plate()
        self.add(self.path, self.under, self.numbers)

    def draw(self, w: Any, b: Any, answers: Any) -> None:
        """Show another neuron's lines and answers (L,)."""
        w = np.asarray(w, dtype=float)
        pieces = [self.frame.clipped(self.frame.place(_line(w, float(b), z))) for z in self.lines]
        middle = len(self.lines) // 2
        for step in (1, 2, middle):  # lines between others go where their numbers would collide
            ranks = np.arange(len(pieces)) - middle
            lines = [i for i, rank in enumerate(ranks) if pieces[i] and rank % step == 0]
            lines = [i for i in lines if self.lines[i] != 0]  # where the boundary lies
            ends = np.array([pieces[i][0] for i in lines]).reshape(-1, 2, 3)
            kept, places = self._numbered(ends)
            if (np.linalg.norm(np.diff(places, axis=0), axis=1) >= APART).all():
                break
        ends[kept, 0] = places + GAP * _unit(ends[kept, 1] - places)
        self.path.points = straight_curves(ends[:, 0], ends[:, 1])
        self.numbers.set_texts([_shown(answers[lines[i]]) for i in kept], places)
        self.under.points = plates(self.numbers)

    def _numbered(self, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which lines (L, 2, 3) have room for a number, (K,), and where, off the edges (K, 3)."""
        area = self.frame.area
        low, high = (
            np.array([area.left, area.bottom]) + EDGE,
            np.array([area.right, area.top]) - EDGE,
        )
        start, step = ends[:, 0, :2], ends[:, 1, :2] - ends[:, 0, :2]
        with np.errstate(divide="ignore", invalid="ignore"):
            cuts = np.stack([(low - start) / step, (high - start) / step])  # (2, L, 2)
        cuts[:, np.abs(step) < 1e-9] = np.array([[-np.inf], [np.inf]])
        enters, leaves = cuts.min(axis=0).max(axis=1), cuts.max(axis=0).min(axis=1)
        within = ((start > low) & (start < high)) | (np.abs(step) > 1e-9)
        room = (leaves - enters) * np.linalg.norm(step, axis=1)
        kept = np.flatnonzero(within.all(axis=1) & (room > 2 * GAP))
        return kept, ends[kept, 0] + enters[kept, None] * (ends[kept, 1] - ends[kept, 0])


def _unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (N, 3) at length 1."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def plates(numbers: NumberGrid) -> np.ndarray:
    """Rectangles (4 n, 3) around numbers, which keep the colours behind them clear."""
    found = [points for _, points, _ in numbers.numbers()]
    boxes = [(points.min(axis=0)[:2] - PLATE, points.max(axis=0)[:2] + PLATE) for points in found]
    corners = [np.array([[a, b], [c, b], [c, d], [a, d], [a, b]]) for (a, b), (c, d) in boxes]
    return as_3d(np.concatenate([np.zeros((0, 2)), *map(polygon_curves, corners)]))


def plate() -> VMobject:
    """What lies behind numbers, once it has their `plates`."""
    return VMobject(stroke_width=0, fill_color=theme.color("background"), fill_opacity=1)


def _shown(answer: float) -> str:
    is_whole = abs(answer - round(answer)) < 0.005
    return format_number(answer, 0 if is_whole else 2)


class Distance(Mark):
    """The way from an input to the boundary, its length beside its middle."""

    shapes = (
        ("the input", place), ("the foot", place), ("the weights", place), ("the length", number),
    )  # fmt: skip

    def __init__(self, frame: Frame, values: tuple[Any, ...], role: str):
        super().__init__(frame, values, role)
        self.line = Curve(frame, ((), ()), role, "line", "dash")
        self.numbers = NumberGrid([], np.zeros((0, 3)), role, "body")
        self.under = plate()
        self.add(self.line, self.under, self.numbers)

    def draw(self, x: Any, foot: Any, w: Any, length: Any) -> None:
        """Show another distance; the number stays on one side of the direction of w."""
        ends, w = np.array([x, foot], dtype=float), np.asarray(w, dtype=float)
        self.line.draw(*ends.T)
        across = np.array([-w[1], w[0], 0.0]) / max(float(np.linalg.norm(w)), 1e-9)
        middle = self.frame.place(ends).mean(axis=0)
        away = CLEAR + WIDER * abs(across[0])  # numbers are wider than high
        at, area = middle + away * across, self.frame.area.inset(EDGE, EDGE, EDGE, EDGE)
        at = np.clip(at, [area.left, area.bottom, 0], [area.right, area.top, 0])
        self.numbers.set_texts([format_number(float(length), 2)], at[None])
        self.under.points = plates(self.numbers)
