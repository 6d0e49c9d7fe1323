"""Lines, arrows, angles and curves that follow data cheaply: each is one path, reset in place."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import CapStyleType, LineJointType, VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import as_3d
from mlanim.stage.text.texts import polygon_curves, straight_curves

SMALL = 0.5  # manim units: a disc that needs no more corners than 32


class Polyline(VMobject):
    """A line through `points` (N, 2 or 3) in a role's colour."""

    def __init__(
        self,
        points: np.ndarray,
        role: str = "text",
        width: str = "line",
        opacity: float = 1.0,
        closed: bool = False,
    ):
        super().__init__(
            stroke_color=theme.color(role),
            stroke_width=theme.STROKES[width],
            stroke_opacity=opacity,
            joint_type=LineJointType.ROUND,
            cap_style=CapStyleType.ROUND,
        )
        self.closed = closed
        self.set_path(points)

    def set_path(self, points: np.ndarray) -> Self:
        """Lead the line through other points (N, 2 or 3); fewer than two draw nothing."""
        corners = as_3d(points) if len(points) else np.zeros((0, 3))
        if self.closed and len(corners):
            corners = np.concatenate([corners, corners[:1]])
        self.points = polygon_curves(corners) if len(corners) > 1 else np.zeros((0, 3))
        return self


class Segments(VMobject):
    """Separate straight segments (N, 2, 2 or 3) as one path: grid lines, ticks, dashes."""

    def __init__(
        self, segments: np.ndarray, role: str = "rule", width: str = "hair", opacity: float = 1.0
    ):
        super().__init__(
            stroke_color=theme.color(role),
            stroke_width=theme.STROKES[width],
            stroke_opacity=opacity,
        )
        self.set_segments(segments)

    def set_segments(self, segments: np.ndarray) -> Self:
        """Draw other segments (N, 2, 2 or 3)."""
        segments = np.asarray(segments, dtype=float)
        if not len(segments):
            self.points = np.zeros((0, 3))
            return self
        self.points = as_3d(straight_curves(segments[:, 0], segments[:, 1]))
        return self


def dashes(start: np.ndarray, end: np.ndarray, dash: float = 0.09) -> np.ndarray:
    """The straight line from `start` to `end` (2,) cut into dashes, (N, 2, 2)."""
    start, end = np.asarray(start, dtype=float)[:2], np.asarray(end, dtype=float)[:2]
    length = float(np.linalg.norm(end - start))
    if length < 1e-9:
        return np.zeros((0, 2, 2))
    count = max(1, round(length / dash / 2))
    at = np.linspace(0, 1, 2 * count)[:, None]
    return (start + at * (end - start)).reshape(count, 2, 2)


class Arrow(VMobject):
    """A straight arrow as one filled outline; its head keeps its size until the arrow is short."""

    def __init__(
        self, start: np.ndarray, end: np.ndarray, role: str, width: float = 0.06, head: float = 0.3
    ):
        super().__init__(stroke_width=0, fill_color=theme.color(role), fill_opacity=1)
        self.shaft, self.head = width, head
        self.set_ends(start, end)

    def set_ends(self, start: np.ndarray, end: np.ndarray, has_head: bool = True) -> Self:
        """Point from `start` to `end` (2 or 3,), manim units; without its head, run there."""
        start, end = (np.asarray(p, dtype=float)[:2] for p in (start, end))
        head = self.head if has_head else 0.0
        self.points = as_3d(polygon_curves(_arrow_outline(start, end, self.shaft, head)))
        return self


def _arrow_outline(start: np.ndarray, end: np.ndarray, width: float, head: float) -> np.ndarray:
    """Corners (8, 2) of an arrow, closed."""
    length = float(np.linalg.norm(end - start))
    along = (end - start) / length if length > 1e-9 else np.array([1.0, 0.0])
    across = np.array([-along[1], along[0]])
    head = min(head, 0.6 * length)
    neck = end - along * head
    half, wide = across * min(width, length) / 2, across * head * 0.42
    left = [start + half, neck + half, neck + wide]
    right = [neck - wide, neck - half, start - half]
    return np.array([*left, end, *right, start + half])


class AngleArc(VMobject):
    """The arc between two directions around `centre`, with its fill as a faint wedge."""

    def __init__(
        self, centre: np.ndarray, start: float, end: float, radius: float = 0.7, role: str = "text"
    ):
        super().__init__(
            stroke_color=theme.color(role),
            stroke_width=theme.STROKES["thin"],
            fill_opacity=0,
        )
        self.centre, self.radius = np.asarray(centre, dtype=float), radius
        self.set_angles(start, end)

    def set_angles(self, start: float, end: float) -> Self:
        """Sweep from `start` to `end`, radians, anticlockwise from the x axis."""
        at = np.linspace(start, end, 33)
        rim = self.centre[:2] + self.radius * np.column_stack([np.cos(at), np.sin(at)])
        self.points = as_3d(polygon_curves(rim))
        return self


class Dot(VMobject):
    """A filled disc that marks a place; a rim keeps it off whatever colour lies below."""

    def __init__(
        self, place: np.ndarray, role: str = "highlight", radius: float = 0.08, rim: bool = False
    ):
        super().__init__(
            stroke_width=theme.STROKES["hair"] if rim else 0,
            stroke_color=theme.color("background"),
            fill_color=theme.color(role),
            fill_opacity=1,
        )
        self.points = disc(place, radius)


def disc(place: np.ndarray, radius: float) -> np.ndarray:
    """The outline of a disc around `place` (2 or 3,), as cubic curves (4 n, 3)."""
    at = np.linspace(0, 2 * np.pi, 33 if radius < SMALL else 129)
    circle = radius * np.column_stack([np.cos(at), np.sin(at)]) + np.asarray(place)[:2]
    return as_3d(polygon_curves(circle))


class Bar(VMobject):
    """An axis-parallel filled rectangle given by two opposite corners."""

    def __init__(self, low: np.ndarray, high: np.ndarray, role: str, opacity: float = 1.0):
        super().__init__(stroke_width=0, fill_color=theme.color(role), fill_opacity=opacity)
        self.set_corners(low, high)

    def set_corners(self, low: np.ndarray, high: np.ndarray) -> Self:
        """Span from `low` to `high` (2 or 3,), manim units."""
        (a, b), (c, d) = np.asarray(low)[:2], np.asarray(high)[:2]
        corners = np.array([[a, b], [c, b], [c, d], [a, d], [a, b]], dtype=float)
        self.points = as_3d(polygon_curves(corners))
        return self


class Polygons(VGroup):
    """Filled polygons of one role with a rim, each (N, 2): cells, regions, decision areas."""

    def __init__(
        self,
        polygons: list[np.ndarray],
        role: str,
        opacity: float = 0.15,
        rim: str | None = None,
        width: str = "hair",
    ):
        super().__init__()
        area = VMobject(stroke_width=0, fill_color=theme.color(role), fill_opacity=opacity)
        if rim is not None:
            area.set_stroke(theme.color(rim), theme.STROKES[width], 1.0)
        closed = [polygon_curves(np.concatenate([p, p[:1]])) for p in polygons if len(p) > 2]
        area.points = as_3d(np.concatenate(closed)) if closed else np.zeros((0, 3))
        self.add(area)
