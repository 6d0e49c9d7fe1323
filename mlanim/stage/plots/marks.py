"""What stands in a chart: each mark keeps its data, in the chart's units, and draws itself from it.

Data may be readings of tracks; the mark then follows them. A zoom redraws every mark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from contourpy import LineType, contour_generator
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.mesh import SEAM, Mesh
from mlanim.stage.marks.shapes import Arrow as ArrowShape
from mlanim.stage.marks.shapes import Dot, Polyline
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.scale import Range
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Content, Text, body_height, polygon_curves, straight_curves
from mlanim.stage.track import Reading, Track, follow, now

Dash = Literal["", "dash", "dot"]
Palette = Callable[[np.ndarray], np.ndarray]

PATTERNS: dict[str, tuple[float, float]] = {"dash": (0.16, 0.11), "dot": (0.035, 0.09)}
"""Manim units drawn and left out in turn."""
BESIDE = 0.14  # manim units between a mark and its name
HALO = 12  # hundredths of a manim unit, across the clear stroke behind a name
NAME_AWAY, ASIDE = 0.4, np.radians(60)  # of an arrow's name from its tip, and off its direction


class Mark(VGroup):
    """Something in a chart. A subclass draws itself from its data in `draw`.

    Attributes:
        name: what a viewer reads beside it or in the key.
        is_later: whether a lecture brings it in by itself.
        is_behind: whether it lies under the grid.
    """

    is_behind: ClassVar[bool] = False
    name_size: ClassVar[str] = "small"

    def __init__(self, frame: Frame, values: tuple[Any, ...], role: str):
        super().__init__()
        theme.color(role)
        self.frame, self.values, self.role = frame, values, role
        self.name: Content | None = None
        self.is_later = self.is_settled = False
        self.label: Text | None = None

    def draw(self, *values: Any) -> None:
        """Show other values."""
        raise NotImplementedError

    def settle(self, named: bool) -> None:
        """Draw, now that the chart has a box; from the first time on, follow the data."""
        if self.is_settled:
            self.redraw()
            return
        self.is_settled = True
        if named and self.name is not None:
            self.label = Text(self.name, size=self.name_size, role=self.role)
            self.halo = VMobject(stroke_color=theme.color("background"), stroke_width=HALO)
            self.add(self.halo, self.label)
        follow(self, _drawn, *self.values)

    def redraw(self) -> None:
        """Draw again, as the chart's axes are others now."""
        _drawn(self, *(now(value) for value in self.values))

    def extent(self, axis: int) -> np.ndarray:
        """What it needs of an axis, values (N,); readings ask for nothing."""
        return np.zeros(0)

    def name_room(self) -> float:
        """What its name takes to the right of the area, manim units."""
        return 0.0

    def table(self) -> Table | None:
        """The numbers behind it."""
        return None

    def _name_at(self, point: np.ndarray) -> None:
        """Put the name behind a point (3,)."""
        if self.label is not None and np.isfinite(point).all():
            drop = body_height("small") * 0.36
            self.label.baseline_at([point[0] + BESIDE, point[1] - drop, 0])


def _drawn(mark: Mark, *values: Any) -> None:
    """Draw, and keep what lies behind the name clear of it."""
    mark.draw(*values)
    if mark.label is not None:
        shown = mark.label[0].get_fill_opacity()
        ink = [piece.points for piece in mark.label] if shown else [np.zeros((0, 3))]
        mark.halo.points = np.concatenate(ink)


def _fixed(value: Any) -> np.ndarray:
    """The values of data that stands; nothing of a reading."""
    if isinstance(value, Reading | Track):
        return np.zeros(0)
    if isinstance(value, tuple | list) and any(isinstance(v, Reading | Track) for v in value):
        return np.zeros(0)
    return np.asarray(value, dtype=float)


class Curve(Mark):
    """A line through (xs, ys)."""

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], role: str, width: str = "line",
        dash: Dash = "", opacity: float = 1.0, tip: bool = False,
    ):  # fmt: skip
        super().__init__(frame, values, role)
        if dash not in ("", *PATTERNS):
            raise ValueError(f'A dash is "", "dash" or "dot", not {dash!r}.')
        self.dash = dash
        self.path = Polyline(np.zeros((0, 2)), role, width, opacity)
        self.tip = Dot(np.zeros(2), role, 0.09, rim=True) if tip else None
        self.add(self.path, *([self.tip] if self.tip else []))

    def draw(self, xs: Any, ys: Any) -> None:
        """Go through other points."""
        xs, ys = _line(xs, "x"), _line(ys, "y")
        if len(xs) != len(ys):
            raise ValueError(f"A curve has as many x as y values; got {len(xs)} and {len(ys)}.")
        self._through(np.column_stack([xs, ys]))

    def extent(self, axis: int) -> np.ndarray:
        """All of its points."""
        return _fixed(self.values[axis]).ravel()

    def name_room(self) -> float:
        """The name stands behind the last point."""
        if self.name is None:
            return 0.0
        return BESIDE + Text(self.name, size="small").advance + (0.06 if self.tip else 0.0)

    def table(self) -> Table | None:
        """Its points."""
        xs, ys = (np.asarray(now(value)) for value in self.values)
        return table({"x": xs, "y": ys}) if xs.shape == ys.shape else None

    def _through(self, points: np.ndarray) -> None:
        line = self.frame.place(points)
        pieces = self.frame.clipped(line)
        drawn = [self._stroke(piece) for piece in pieces]
        self.path.points = np.concatenate([np.zeros((0, 3)), *drawn])
        if pieces:
            if self.tip is not None:
                self.tip.move_to(pieces[-1][-1])
            self._name_at(max((pieces[0][0], pieces[-1][-1]), key=lambda end: float(end[0])))

    def _stroke(self, line: np.ndarray) -> np.ndarray:
        return dashed(line, *PATTERNS[self.dash]) if self.dash else _joined(line)


class Segment(Curve):
    """A straight line between two places (2,)."""

    def draw(self, start: Any, end: Any) -> None:
        """Lie between two other places."""
        self._through(np.array([start, end], dtype=float))

    def extent(self, axis: int) -> np.ndarray:
        """Both of its ends."""
        ends = [_fixed(value) for value in self.values]
        return np.array([end[axis] for end in ends if len(end) == 2])

    def table(self) -> Table | None:
        """Its two ends."""
        ends = np.array([now(value) for value in self.values], dtype=float)
        return table({"x": ends[:, 0], "y": ends[:, 1]})


class Ray(Curve):
    """The straight line of a slope through a point, across the whole area."""

    def draw(self, through: Any, slope: Any) -> None:
        """Lie through another point, at another slope."""
        x, y = np.asarray(through, dtype=float)
        left, right = self.frame.x.value(np.array([0.0, 1.0]))
        if self.frame.x.log or self.frame.y.log:
            raise ValueError("A straight line of a slope is straight on linear axes only.")
        ends = [[float(a), y + float(slope) * (float(a) - x)] for a in (left, right)]
        self._through(np.array(ends))

    def extent(self, axis: int) -> np.ndarray:
        """The point."""
        through = _fixed(self.values[0])
        return through[axis : axis + 1] if len(through) == 2 else np.zeros(0)

    def table(self) -> Table | None:
        """The point and the slope."""
        (x, y), slope = (now(value) for value in self.values)
        return table({"x": x, "y": y, "slope": slope})


class Guide(Curve):
    """A line straight across the area at a value of x or of y."""

    def draw(self, x: Any, y: Any) -> None:
        """Stand at another value."""
        low, high = self._ends(y is None)
        points = [[x, low], [x, high]] if y is None else [[low, y], [high, y]]
        self._through(np.array(points, dtype=float))

    def _ends(self, upright: bool) -> tuple[float, float]:
        scale = self.frame.scales[int(upright)]
        low, high = scale.value(np.array([0.0, 1.0]))
        return float(low), float(high)

    def extent(self, axis: int) -> np.ndarray:
        """The value that it stands at."""
        return (
            np.atleast_1d(_fixed(self.values[axis]))
            if self.values[axis] is not None
            else np.zeros(0)
        )

    def name_room(self) -> float:
        """The name lies within the area."""
        return 0.0

    def table(self) -> Table | None:
        """The value."""
        x, y = (now(value) for value in self.values)
        return table({"x": x} if y is None else {"y": y})

    def _name_at(self, point: np.ndarray) -> None:
        """Over the line's right end, or beside its top."""
        if self.label is None:
            return
        area = self.frame.area
        if self.values[1] is None:
            fits = point[0] + BESIDE + self.label.advance < area.right
            at, align = (point[0] + 0.1, "left") if fits else (point[0] - 0.1, "right")
            self.label.baseline_at([at, area.top - body_height("small") * 1.1, 0], align)  # type: ignore[arg-type]
        else:
            self.label.baseline_at([area.right - 0.08, point[1] + 0.08, 0], "right")


class Points(Mark):
    """Discs at places (N, 2)."""

    def __init__(
        self, frame: Frame, places: Any, role: str | Sequence[str], radius: float, ring: bool
    ):
        roles = [role] if isinstance(role, str) else list(role)
        super().__init__(frame, (places,), roles[0] if roles else "text")
        self.roles, self.is_one_role = roles, isinstance(role, str)
        self.cloud = PointCloud(np.zeros((0, 2)), np.zeros((0, 4)), radius, 0.015 if ring else 0.0)
        self.add(self.cloud)

    def draw(self, places: Any) -> None:
        """Stand at other places."""
        places = np.asarray(places, dtype=float).reshape(-1, 2)
        if not self.is_one_role and len(self.roles) != len(places):
            raise ValueError(
                f"There are {len(self.roles)} roles for {len(places)} points; give one for each, "
                "or one for all."
            )
        colors = np.array([[*theme.rgb(role), 1.0] for role in self.roles])
        paints = np.repeat(colors, len(places), axis=0) if self.is_one_role else colors
        placed = self.frame.place(places)
        inside = np.isfinite(placed).all(axis=1) & _within(placed, self.frame)
        self.cloud.points, self.cloud.rgbas = placed[inside], paints[inside]
        if self.label is not None and inside.any():
            self._name_at(placed[inside][np.argmax(placed[inside][:, 0])])

    def extent(self, axis: int) -> np.ndarray:
        """All places."""
        places = _fixed(self.values[0])
        return places.reshape(-1, 2)[:, axis] if places.size else np.zeros(0)

    def table(self) -> Table | None:
        """All places."""
        places = np.asarray(now(self.values[0]), dtype=float).reshape(-1, 2)
        return table({"x": places[:, 0], "y": places[:, 1]})


class Spot(Mark):
    """One disc with a rim, its name beside it."""

    def __init__(self, frame: Frame, place: Any, role: str, radius: float):
        super().__init__(frame, (place,), role)
        self.disc = Dot(np.zeros(2), role, radius, rim=True)
        self.add(self.disc)

    def draw(self, place: Any) -> None:
        """Stand at another place (2,); beyond the area nothing is seen."""
        at = self.frame.place(np.asarray(place, dtype=float))
        seen = np.isfinite(at).all() and bool(_within(at[None], self.frame)[0])
        if seen:
            self.disc.move_to(at)
            self._name_at(at + np.array([self.disc.width / 2 - 0.04, 0, 0]))
        for part in self.submobjects:
            if (part.get_fill_opacity() > 0) != seen:
                part.set_opacity(float(seen))

    def extent(self, axis: int) -> np.ndarray:
        """The place."""
        place = _fixed(self.values[0])
        return place[axis : axis + 1] if len(place) == 2 else np.zeros(0)

    def table(self) -> Table | None:
        """The place."""
        x, y = np.asarray(now(self.values[0]), dtype=float)
        return table({"x": x, "y": y})


class Arrow(Mark):
    """An arrow between two places, its name beyond its tip."""

    name_size = "title"

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], role: str, side: int = 0, bold: bool = False
    ):
        super().__init__(frame, values, role)
        width, head = (0.11, 0.38) if bold else (0.06, 0.28)
        self.shape = ArrowShape(np.zeros(2), np.zeros(2), role, width, head)
        self.side = side
        self.add(self.shape)

    def draw(self, start: Any, end: Any) -> None:
        """Point elsewhere."""
        ends = self.frame.place(np.array([start, end], dtype=float))
        self.shape.set_ends(*ends)
        if self.label is not None:
            along = ends[1] - ends[0]
            along = along / max(float(np.linalg.norm(along)), 1e-9)
            aside = self.side * np.array([-along[1], along[0], 0.0])
            off = along * np.cos(ASIDE) + aside * np.sin(ASIDE) if self.side else along
            self.label.move_to(ends[1] + NAME_AWAY * off)

    def extent(self, axis: int) -> np.ndarray:
        """Both ends."""
        return Segment.extent(self, axis)

    def table(self) -> Table | None:
        """Both ends."""
        return Segment.table(self)


class Area(Mark):
    """A filled polygon (N, 2), cut off at the area's edges."""

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], role: str, opacity: float,
        rim: str | None = None, corners: Callable[..., np.ndarray] = np.asarray,
    ):  # fmt: skip
        super().__init__(frame, values, role)
        self.corners = corners
        self.shape = VMobject(stroke_width=0, fill_color=theme.color(role), fill_opacity=opacity)
        if rim is not None:
            self.shape.set_stroke(theme.color(rim), theme.STROKES["thin"], 1.0)
        self.add(self.shape)

    def draw(self, *values: Any) -> None:
        """Fill another polygon."""
        placed = self.frame.place(np.asarray(self.corners(*values), dtype=float))
        placed = _cut(placed[np.isfinite(placed).all(axis=1)], self.frame)
        closed = np.concatenate([placed, placed[:1]])
        self.shape.points = polygon_curves(closed) if len(placed) > 2 else np.zeros((0, 3))
        if self.label is not None and len(placed):
            self.label.move_to(placed.mean(axis=0))

    def extent(self, axis: int) -> np.ndarray:
        """All corners, where they stand."""
        fixed = [_fixed(value) for value in self.values]
        if not all(len(value) for value in fixed):
            return np.zeros(0)
        return np.asarray(self.corners(*fixed))[:, axis]


def band(frame: Frame, values: tuple[Any, ...], role: str, opacity: float) -> Area:
    """The area between two lines over xs."""

    def corners(xs: Any, low: Any, high: Any) -> np.ndarray:
        xs, low, high = (np.asarray(value, dtype=float) for value in (xs, low, high))
        there = np.column_stack([xs, low])
        return np.concatenate([there, np.column_stack([xs, high])[::-1]])

    return Area(frame, values, role, opacity, None, corners)


class Columns(Mark):
    """A histogram's columns."""

    def __init__(self, frame: Frame, values: tuple[Any, ...], role: str, opacity: float):
        super().__init__(frame, values, role)
        self.opacity = opacity
        self.shape = VMobject(stroke_width=0, fill_color=theme.color(role), fill_opacity=opacity)
        self.shape.set_stroke(theme.color("background"), theme.STROKES["hair"], 1.0)
        self.add(self.shape)

    def draw(self, edges: Any, heights: Any) -> None:
        """Show other heights."""
        edges, heights = np.asarray(edges, dtype=float), np.asarray(heights, dtype=float)
        if len(edges) != len(heights) + 1:
            raise ValueError(
                f"{len(heights)} columns have {len(heights) + 1} edges, not {len(edges)}."
            )
        base = 0.0 if not self.frame.y.log else self.frame.y.low
        x, y = np.stack([edges[:-1], edges[1:]]), np.stack([np.full(len(heights), base), heights])
        corners = np.stack([x[[0, 1, 1, 0, 0]], y[[0, 0, 1, 1, 0]]], axis=-1)  # (5, N, 2)
        placed = self.frame.place(corners).transpose(1, 0, 2)
        curves = [polygon_curves(_clamped(column, self.frame)) for column in placed]
        self.shape.points = np.concatenate([np.zeros((0, 3)), *curves])

    def extent(self, axis: int) -> np.ndarray:
        """The edges; 0 and the heights."""
        fixed = _fixed(self.values[axis])
        return np.append(fixed, 0.0) if axis and len(fixed) else fixed

    def table(self) -> Table | None:
        """Each column's edges and height."""
        edges, heights = (np.asarray(now(value)) for value in self.values)
        return table({"from": edges[:-1], "to": edges[1:], "height": heights})


class Field(Mark):
    """Colours of a grid of values, behind everything."""

    is_behind = True

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], palette: Palette,
        ranges: tuple[Range | None, Range | None], opacity: float,
    ):  # fmt: skip
        super().__init__(frame, values, "text")
        self.palette, self.ranges, self.opacity = palette, ranges, opacity
        self.mesh: Mesh | None = None

    def draw(self, values: Any) -> None:
        """Show other values (R, C)."""
        values = np.asarray(values, dtype=float)
        corners = self.frame.place(self._corners(*values.shape))[..., :2].reshape(-1, 2)
        paints = np.column_stack([self.palette(values.ravel()), np.full(values.size, self.opacity)])
        if self.mesh is None:
            rows, columns = values.shape
            first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
            faces = np.stack([first, first + 1, first + columns + 2, first + columns + 1], axis=1)
            self.mesh = Mesh(corners, faces, paints, SEAM if self.opacity == 1 else 0.0)
            self.add(self.mesh)
        else:
            self.mesh.set_vertices(corners)
            self.mesh.set_rgbas(paints)

    def extent(self, axis: int) -> np.ndarray:
        """The range that it lies over."""
        return np.array(self.ranges[axis] or [])

    def _corners(self, rows: int, columns: int) -> np.ndarray:
        """Corners of the cells (R + 1, C + 1, 2), the top row first."""
        (left, right), (bottom, top) = (
            given or (scale.low, scale.high)
            for given, scale in zip(self.ranges, self.frame.scales, strict=True)
        )
        xs, ys = np.linspace(left, right, columns + 1), np.linspace(top, bottom, rows + 1)
        return np.stack(np.meshgrid(xs, ys), axis=-1)


class Level(Mark):
    """The lines on which a grid of values equals each of some levels."""

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], levels: np.ndarray, role: str, width: str,
        opacity: float,
    ):  # fmt: skip
        super().__init__(frame, values, role)
        self.levels = levels
        self.path = Polyline(np.zeros((0, 2)), role, width, opacity)
        self.add(self.path)

    def draw(self, xs: Any, ys: Any, values: Any) -> None:
        """Trace other values."""
        generator = contour_generator(
            np.asarray(xs, float), np.asarray(ys, float), np.asarray(values, float),
            line_type=LineType.Separate,
        )  # fmt: skip
        lines = [line for level in self.levels for line in generator.lines(float(level))]
        pieces = [piece for line in lines for piece in self.frame.clipped(self.frame.place(line))]
        self.path.points = np.concatenate([np.zeros((0, 3)), *(_joined(p) for p in pieces)])
        if self.label is not None and pieces:
            ends = np.concatenate([piece[[0, -1]] for piece in pieces])
            self._name_at(ends[np.argmax(ends[:, 0])])

    def extent(self, axis: int) -> np.ndarray:
        """The grid's ends."""
        return _fixed(self.values[axis])


class Note(Mark):
    """Words at a place."""

    def __init__(
        self, frame: Frame, place: Any, words: Content, role: str, align: str, lift: float
    ):
        super().__init__(frame, (place,), role)
        self.align, self.lift = align, lift
        self.words = Text(words, size="small", role=role)
        self.add(self.words)

    def draw(self, place: Any) -> None:
        """Stand at another place (2,)."""
        at = self.frame.place(np.asarray(place, dtype=float)) + np.array([0, self.lift, 0])
        self.words.baseline_at(at, self.align)  # type: ignore[arg-type]


def spread(marks: Sequence[Mark]) -> None:
    """Move the names beside curves that stand apart, where they would lie over each other."""
    curves = [m for m in marks if isinstance(m, Curve) and not isinstance(m, Guide)]
    labels = [mark.label for mark in curves if mark.label is not None]
    line = body_height("small") * 1.15
    columns: dict[float, list[Text]] = {}
    for label in labels:
        columns.setdefault(round(float(label.origin[0]), 1), []).append(label)
    for column in columns.values():
        column.sort(key=lambda label: float(label.origin[1]))
        heights = np.array([float(label.origin[1]) for label in column])
        for label, height in zip(column, _apart(heights, line), strict=True):
            label.shift([0, height - float(label.origin[1]), 0])


def _apart(heights: np.ndarray, least: float) -> np.ndarray:
    """Ascending heights (N,) moved as little as it takes to lie `least` apart.

    Isotonic regression of what they are beyond their rank (pool adjacent violators).
    """
    blocks: list[list[float]] = []
    for value in heights - least * np.arange(len(heights)):
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    flat = [float(np.mean(block)) for block in blocks for _ in block]
    return np.array(flat) + least * np.arange(len(heights))


def dashed(line: np.ndarray, drawn: float, left_out: float) -> np.ndarray:
    """A line (N, 3) in dashes, as straight cubic curves (4 M, 3)."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    period = drawn + left_out
    starts = np.arange(0.0, lengths[-1], period)
    cuts = np.unique(np.concatenate([lengths, starts, np.minimum(starts + drawn, lengths[-1])]))
    points = np.column_stack([np.interp(cuts, lengths, line[:, k]) for k in range(3)])
    middles = (cuts[:-1] + cuts[1:]) / 2
    kept = np.mod(middles, period) < drawn
    return straight_curves(points[:-1][kept], points[1:][kept])


def _joined(line: np.ndarray) -> np.ndarray:
    return straight_curves(line[:-1], line[1:])


def _line(values: Any, name: str) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1:
        raise ValueError(f"The {name} values of a curve are one row of numbers, not {array.shape}.")
    return array


def _within(placed: np.ndarray, frame: Frame) -> np.ndarray:
    """Which places (N, 3) lie within the area, or on its edge."""
    area, air = frame.area, 1e-6
    x, y = placed[:, 0], placed[:, 1]
    inside = (x >= area.left - air) & (x <= area.right + air)
    return np.asarray(inside & (y >= area.bottom - air) & (y <= area.top + air))


def _clamped(points: np.ndarray, frame: Frame) -> np.ndarray:
    area = frame.area
    low, high = [area.left, area.bottom, 0], [area.right, area.top, 0]
    return np.clip(np.nan_to_num(points, neginf=area.bottom), low, high)


def _cut(polygon: np.ndarray, frame: Frame) -> np.ndarray:
    """A polygon (N, 3) cut off at the area's four edges (Sutherland and Hodgman)."""
    area = frame.area
    edges = ((0, 1, area.left), (0, -1, -area.right), (1, 1, area.bottom), (1, -1, -area.top))
    for axis, sign, limit in edges:
        if not len(polygon):
            break
        beyond = sign * polygon[:, axis] - limit
        following, after = np.roll(polygon, -1, axis=0), np.roll(beyond, -1)
        kept: list[np.ndarray] = []
        for here, there, a, b in zip(polygon, following, beyond, after, strict=True):
            if a >= 0:
                kept.append(here)
            if (a >= 0) != (b >= 0):
                kept.append(here + a / (a - b) * (there - here))
        polygon = np.array(kept).reshape(-1, 3)
    return polygon
