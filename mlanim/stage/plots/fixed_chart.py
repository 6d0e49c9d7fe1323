"""Coordinates: an area of the frame in which data has a place, with grid, axes and ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from manim import VGroup

from mlanim.stage.marks.shapes import Polyline, Segments
from mlanim.stage.text.texts import Content, Text
from mlanim.words.numbers import format_number

Range = tuple[float, float]


def nice_ticks(low: float, high: float, most: int = 5) -> np.ndarray:
    """At most `most` + 1 round numbers between `low` and `high`, in steps of 1, 2 or 5 · 10ⁿ."""
    low, high = min(low, high), max(low, high)
    if low == high:
        return np.zeros(0)
    raw = (high - low) / max(most, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 5, 10) if s * power >= raw * (1 - 1e-9))
    return np.arange(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1) * step


class Chart(VGroup):
    """An area with linear axes. `place` takes data to the frame; every drawer builds on it.

    Args:
        x_range, y_range: what the area spans, in the data's units.
        width, height: of the area, manim units; its centre starts at the origin.
        x_label, y_label: under and above the axes, text or mathematics.
        ticks: most ticks an axis; 0 for none.
        grid: whether ticks carry faint lines across the area.
    """

    def __init__(
        self,
        x_range: Range,
        y_range: Range,
        width: float,
        height: float,
        x_label: Content | None = None,
        y_label: Content | None = None,
        ticks: int = 4,
        grid: bool = True,
        frame: bool = True,
    ):
        super().__init__()
        self.x_range, self.y_range = x_range, y_range
        corners = np.array([[-width / 2, -height / 2], [width / 2, height / 2]])
        # The frame's path is what tells where the area is after any move or scaling.
        rim = corners[[0, 1, 1, 0], 0], corners[[0, 0, 1, 1], 1]
        self.area = Polyline(np.column_stack(rim), "rule", "thin", float(frame), closed=True)
        self.add(self.area)
        x_ticks = nice_ticks(*x_range, ticks) if ticks else np.zeros(0)
        y_ticks = nice_ticks(*y_range, ticks) if ticks else np.zeros(0)
        if grid:
            self.grid = Segments(self._grid_lines(x_ticks, y_ticks))
            self.add_to_back(self.grid)
        self.tick_labels = VGroup(*self._x_labels(x_ticks), *self._y_labels(y_ticks))
        self.add(self.tick_labels)
        self.labels = VGroup()
        self._name_axes(x_label, y_label)
        self.add(self.labels)

    @property
    def box(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower left and upper right corner of the area now, (2,) each."""
        points = self.area.points[:, :2]
        return points.min(axis=0), points.max(axis=0)

    def place(self, xy: np.ndarray) -> np.ndarray:
        """Data (..., 2) to the frame, (..., 3) in manim units."""
        xy = np.asarray(xy, dtype=float)
        low, high = self.box
        x = low[0] + (xy[..., 0] - self.x_range[0]) / _span(self.x_range) * (high[0] - low[0])
        y = low[1] + (xy[..., 1] - self.y_range[0]) / _span(self.y_range) * (high[1] - low[1])
        return np.stack([x, y, np.zeros_like(x)], axis=-1)

    def unit(self) -> float:
        """Manim units that one unit of x takes."""
        low, high = self.box
        return float((high[0] - low[0]) / _span(self.x_range))

    def curve(
        self, xs: Sequence[float] | np.ndarray, ys: Sequence[float] | np.ndarray, role: str,
        width: str = "line", opacity: float = 1.0,
    ) -> Polyline:  # fmt: skip
        """The line through (xs, ys), in data units."""
        return Polyline(self.place(np.column_stack([xs, ys])), role, width, opacity)

    def _grid_lines(self, x_ticks: np.ndarray, y_ticks: np.ndarray) -> np.ndarray:
        (left, right), (bottom, top) = self.x_range, self.y_range
        lines = [[[x, bottom], [x, top]] for x in x_ticks]
        lines += [[[left, y], [right, y]] for y in y_ticks]
        return self.place(np.array(lines)) if lines else np.zeros((0, 2, 3))

    def _x_labels(self, ticks: np.ndarray) -> list[Text]:
        low = self.box[0]
        labels = []
        for text, at in zip(tick_texts(ticks), ticks, strict=True):
            label = Text(text, size="small", role="muted")
            x = self.place(np.array([at, 0.0]))[0]
            labels.append(label.baseline_at([x - label.advance / 2, low[1] - 0.3, 0]))
        return labels

    def _y_labels(self, ticks: np.ndarray) -> list[Text]:
        low = self.box[0]
        labels = []
        for text, at in zip(tick_texts(ticks), ticks, strict=True):
            label = Text(text, size="small", role="muted")
            y = self.place(np.array([0.0, at]))[1]
            labels.append(label.baseline_at([low[0] - 0.12 - label.advance, y - 0.075, 0]))
        return labels

    def _name_axes(self, x_label: Content | None, y_label: Content | None) -> None:
        low, high = self.box
        below = 0.62 if len(self.tick_labels) else 0.34
        if x_label is not None:
            label = Text(x_label, size="small", role="muted")
            middle = (low[0] + high[0]) / 2 - label.advance / 2
            self.labels.add(label.baseline_at([middle, low[1] - below, 0]))
        if y_label is not None:
            label = Text(y_label, size="small", role="muted")
            self.labels.add(label.baseline_at([low[0], high[1] + 0.14, 0]))


class Plane(Chart):
    """A plane with equal scales: unit grid, axes through the origin, no tick numbers by default.

    Args:
        x_range, y_range: in data units.
        width: of the area in manim units; the height follows from equal scales.
    """

    def __init__(
        self, x_range: Range, y_range: Range, width: float, ticks: int = 0, step: float = 1.0
    ):
        height = width * _span(y_range) / _span(x_range)
        super().__init__(x_range, y_range, width, height, ticks=ticks, grid=False, frame=False)
        xs = np.arange(math.ceil(x_range[0] / step), math.floor(x_range[1] / step) + 1) * step
        ys = np.arange(math.ceil(y_range[0] / step), math.floor(y_range[1] / step) + 1) * step
        self.grid = Segments(self._grid_lines(xs, ys))
        axes = [[[x_range[0], 0], [x_range[1], 0]], [[0, y_range[0]], [0, y_range[1]]]]
        inside = [y_range[0] <= 0 <= y_range[1], x_range[0] <= 0 <= x_range[1]]
        kept = [axis for axis, shown in zip(axes, inside, strict=True) if shown]
        self.axes = Segments(self.place(np.array(kept).reshape(-1, 2, 2)), "muted", "hair", 0.8)
        self.add_to_back(self.grid, self.axes)


def _span(interval: Range) -> float:
    return (interval[1] - interval[0]) or 1.0


def tick_texts(ticks: np.ndarray) -> list[str]:
    """Evenly spaced numbers with as many decimals as they need."""
    if not len(ticks):
        return []
    fine = 1e-6 * (ticks[1] - ticks[0] if len(ticks) > 1 else 1.0)
    enough = (n for n in range(16) if np.all(np.abs(np.round(ticks, n) - ticks) <= fine))
    places = next(enough, 16)
    return [format_number(tick, places) for tick in ticks]
