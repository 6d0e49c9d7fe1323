"""Lines in a chart: curves, straight lines, guides, levels; whole, dashed or dotted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np
from contourpy import LineType, contour_generator

from mlanim.stage import theme
from mlanim.stage.marks.shapes import Dot, Polyline
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.mark import BESIDE, Mark, all_along, all_of
from mlanim.stage.plots.values import Shapes, grid, number, place, row, stands
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Text, advance_of, body_height, straight_curves
from mlanim.stage.track import now
from mlanim.words.nearest import unknown

Dash = Literal["", "dash", "dot"]
PATTERNS: dict[str, tuple[float, float]] = {"dash": (0.16, 0.11), "dot": (0.035, 0.09)}
"""Manim units drawn and left out in turn."""
RIM = 3.0  # hundredths of a manim unit, by which a rim is wider than its line


class Curve(Mark):
    """A line through (xs, ys)."""

    word = "curve"
    shapes: Shapes = (("x values", row), ("y values", row))
    are_matched = True

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], role: str, width: str = "line",
        dash: Dash = "", opacity: float = 1.0, tip: bool = False, rim: bool = False,
    ):  # fmt: skip
        super().__init__(frame, values, role, opacity)
        if dash not in ("", *PATTERNS):
            raise ValueError(unknown("dash", dash, ['""', *PATTERNS]))
        self.dash = dash
        self.path = Polyline(np.zeros((0, 2)), role, width, opacity)
        self.rim = Polyline(np.zeros((0, 2)), "background", width, opacity) if rim else None
        self.tip = Dot(np.zeros(2), role, 0.09, rim=True) if tip else None
        self.add(*(part for part in (self.rim, self.path, self.tip) if part is not None))
        if self.rim is not None:
            self.rim.set_stroke(width=theme.STROKES[width] + RIM)

    def draw(self, xs: Any, ys: Any) -> None:
        """Go through other points."""
        self._through(np.column_stack([xs, ys]).astype(float))

    def extent(self, axis: int) -> np.ndarray:
        """All of its points."""
        return all_of(self.values[axis]).ravel()

    def name_room(self) -> float:
        """The name stands behind the last point."""
        if self.name is None:
            return 0.0
        return BESIDE + advance_of(self.name, size="small") + (0.06 if self.tip else 0.0)

    def table(self) -> Table | None:
        """Its points."""
        xs, ys = (np.asarray(now(value)) for value in self.values)
        return table({"x": xs, "y": ys}) if xs.shape == ys.shape else None

    def _through(self, points: np.ndarray) -> None:
        line = self.frame.place(points)
        pieces = self.frame.clipped(line)
        drawn = [self._stroke(piece) for piece in pieces]
        self.path.points = np.concatenate([np.zeros((0, 3)), *drawn])
        if self.rim is not None:
            self.rim.points = np.concatenate([np.zeros((0, 3)), *map(joined, pieces)])
        if pieces:
            if self.tip is not None:
                self.tip.move_to(pieces[-1][-1])
            self._name_at(max((pieces[0][0], pieces[-1][-1]), key=lambda end: float(end[0])))
        self._see(bool(pieces), self.tip)

    def _stroke(self, line: np.ndarray) -> np.ndarray:
        return dashed(line, *PATTERNS[self.dash]) if self.dash else joined(line)


class Segment(Curve):
    """A straight line between two places (2,)."""

    word = "segment"
    shapes: Shapes = (("the start", place), ("the end", place))

    def draw(self, start: Any, end: Any) -> None:
        """Lie between two other places."""
        self._through(np.array([start, end], dtype=float))

    def extent(self, axis: int) -> np.ndarray:
        """Both of its ends."""
        return np.concatenate([all_along(value, axis) for value in self.values])

    def table(self) -> Table | None:
        """Its two ends."""
        ends = np.array([now(value) for value in self.values], dtype=float)
        return table({"x": ends[:, 0], "y": ends[:, 1]})


class Ray(Curve):
    """The straight line of a slope through a point, across the whole area."""

    word = "ray"
    shapes: Shapes = (("the point", place), ("the slope", number))
    are_matched = False

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
        return all_along(self.values[0], axis)

    def reach(self, axis: int) -> np.ndarray:
        """It has no end."""
        return np.zeros(0)

    def table(self) -> Table | None:
        """The point and the slope."""
        (x, y), slope = (now(value) for value in self.values)
        return table({"x": x, "y": y, "slope": slope})


class Guide(Curve):
    """A line straight across the area at a value of x or of y."""

    word = "guide"
    shapes: Shapes = (("x", number), ("y", number))
    are_matched = False

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
        """The values that it stands at."""
        value = self.values[axis]
        return np.zeros(0) if value is None else np.atleast_1d(all_of(value))

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


class Level(Mark):
    """The lines on which a grid of values equals each of some levels."""

    word = "level"
    shapes: Shapes = (("x values", row), ("y values", row), ("the values", grid))

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], levels: np.ndarray, role: str, width: str,
        opacity: float,
    ):  # fmt: skip
        super().__init__(frame, values, role, opacity)
        self.levels = levels
        self.path = Polyline(np.zeros((0, 2)), role, width, opacity)
        self.add(self.path)

    def check(self, *values: Any) -> None:
        """Let a grid pass that has a row for each of ys and a column for each of xs.

        Raises:
            TypeError, ValueError: for others.
        """
        super().check(*values)
        if stands(values) and np.shape(values[2]) != (len(values[1]), len(values[0])):
            wanted = len(values[1]), len(values[0])
            raise ValueError(
                f"The values must be of the shape {wanted}, a row for each y and a column for "
                f"each x, not {np.shape(values[2])}."
            )

    def draw(self, xs: Any, ys: Any, values: Any) -> None:
        """Trace other values."""
        generator = contour_generator(
            np.asarray(xs, float), np.asarray(ys, float), np.asarray(values, float),
            line_type=LineType.Separate,
        )  # fmt: skip
        lines = [line for level in self.levels for line in generator.lines(float(level))]
        pieces = [piece for line in lines for piece in self.frame.clipped(self.frame.place(line))]
        self.path.points = np.concatenate([np.zeros((0, 3)), *(joined(p) for p in pieces)])
        if self.label is not None and pieces:
            ends = np.concatenate([piece[[0, -1]] for piece in pieces])
            self._name_at(ends[np.argmax(ends[:, 0])])
        self._see(bool(pieces))

    def extent(self, axis: int) -> np.ndarray:
        """The grid's ends."""
        return all_of(self.values[axis]).ravel()


def spread(marks: Sequence[Mark]) -> None:
    """Move names beside curves up and down as far as it takes to lie apart."""
    curves = [m for m in marks if isinstance(m, Curve) and not isinstance(m, Guide)]
    part([mark for mark in curves if mark.label is not None])


class Named(Protocol):
    """What has a name, which stands at a height of its own unless others are in the way."""

    label: Text
    name_height: float

    def clear_behind_name(self) -> None:
        """Hide what lies behind the name."""


def part(named: Sequence[Any]) -> None:
    """Move names up and down from their own heights as far as it takes to lie apart.

    Args:
        named: each as `Named` says.
    """
    for column in _columns(named):
        column.sort(key=lambda mark: mark.name_height)
        heights = np.array([mark.name_height for mark in column])
        for mark, height in zip(column, _apart(heights, body_height("small") * 1.15), strict=True):
            if (lift := height - mark.label.origin[1]) != 0:
                mark.label.shift([0, lift, 0])
                mark.clear_behind_name()


def _columns(marks: Sequence[Named]) -> list[list[Named]]:
    """Those whose names lie over or under each other, together."""
    columns: list[list[Named]] = []
    reach = -np.inf
    for mark in sorted(marks, key=lambda mark: float(mark.label.origin[0])):
        start = float(mark.label.origin[0])
        if start > reach:
            columns.append([])
        columns[-1].append(mark)
        reach = max(reach, start + mark.label.advance)
    return columns


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


def dashed(line: np.ndarray, drawn: float, left_out: float, start: float = 0.0) -> np.ndarray:
    """A line (N, 3) in dashes, the first `start` along it, as straight cubic curves (4 M, 3)."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    period = drawn + left_out
    starts = np.arange(start % period - period, lengths[-1], period)
    ends = np.clip(np.concatenate([starts, starts + drawn]), 0, lengths[-1])
    cuts = np.unique(np.concatenate([lengths, ends]))
    points = np.column_stack([np.interp(cuts, lengths, line[:, k]) for k in range(3)])
    middles = (cuts[:-1] + cuts[1:]) / 2
    kept = np.mod(middles - start, period) < drawn
    return straight_curves(points[:-1][kept], points[1:][kept])


def joined(line: np.ndarray) -> np.ndarray:
    """A line (N, 3) as straight cubic curves."""
    return straight_curves(line[:-1], line[1:])
