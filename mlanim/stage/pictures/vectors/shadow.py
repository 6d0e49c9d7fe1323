"""Two vectors from one origin: the angle between them and the shadow of one on the other's line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from manim import VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import as_3d
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.lines import Curve
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.text.texts import Math, polygon_curves
from mlanim.stage.track import combined

BAND = 0.36  # manim units across the shadow: it shows on both sides of an arrow's head
CORNER = 0.2  # manim units along the right-angle mark

ORIGIN = np.zeros(2)


class ShadowPlane(Chart):
    """w and x on a plane, the angle between them, and the shadow that x casts on the line of w.

    Args:
        now: values or readings of `w`, `x`, `shadow` (2,) and of `angle`, in radians from w to x.
        side: 1 where x lies anticlockwise of w, -1 where clockwise; names keep out of the angle.
        reach: how far the plane goes from the origin, in the data's units.
        later: whether a lecture brings in x, the angle and the shadow one by one.
    """

    def __init__(
        self, now: Mapping[str, Any], side: int, reach: np.ndarray, *, later: bool = False,
        ticks: int = 5, least: float = 3.6,
    ):  # fmt: skip
        (left, bottom), (right, top) = reach
        super().__init__(
            (left, right), (bottom, top), equal=True, axes=True, ticks=ticks, least=least,
            aspect=(right - left) / (top - bottom),
        )  # fmt: skip
        w, x, shadow, angle = (now[name] for name in ("w", "x", "shadow", "angle"))
        shorter = combined(lambda w, x: min(np.hypot(*w), np.hypot(*x)), w, x)
        towards = combined(lambda w: float(np.arctan2(w[1], w[0])), w)
        self.span = self._with(SpanLine(self.frame, (w,), "weight", "thin", "", 0.4), None, False)
        self.shadow = self._with(Shadow(self.frame, (x, shadow), "highlight"), None, later)
        self.w = self.arrow(ORIGIN, w, "weight", name=Math("bold(w)"), side=-side, bold=True)
        self.x = self.arrow(ORIGIN, x, "input", name=Math("bold(x)"), side=side, later=later)
        self.angle_mark = self.angle(
            ORIGIN, towards, combined(lambda a, b: a + b, towards, angle), name=Math("theta"),
            arm=shorter, later=later,
        )  # fmt: skip


class SpanLine(Curve):
    """The line through the origin along w, across the whole area."""

    def draw(self, w: Any, ys: Any = None) -> None:
        """Lie along another vector."""
        far = np.asarray(w, dtype=float) / np.linalg.norm(w) * 1e3
        self._through(np.array([-far, far]))

    def extent(self, axis: int) -> np.ndarray:
        """It needs nothing."""
        return np.zeros(0)


class Shadow(Mark):
    """A band from the origin to the foot of x, and the perpendicular that x drops there."""

    def __init__(self, frame: Frame, values: tuple[Any, ...], role: str):
        super().__init__(frame, values, role)
        self.band = VMobject(stroke_width=0, fill_color=theme.color(role), fill_opacity=0.5)
        self.drop = Curve(frame, ((), ()), "muted", "thin", "dash")
        self.corner = Curve(frame, ((), ()), "muted", "thin")
        self.add(self.drop, self.band, self.corner)

    def draw(self, x: Any, shadow: Any) -> None:
        """Show another shadow (2,)."""
        x, foot = np.asarray(x, dtype=float), np.asarray(shadow, dtype=float)
        self.band.points = self._band(*self.frame.place(np.array([ORIGIN, foot])))
        self.drop.draw(*np.array([x, foot]).T)
        unit = self.frame.area.width / (self.frame.x.high - self.frame.x.low)  # manim units
        height = float(np.linalg.norm(x - foot))
        side = min(CORNER / unit, 0.35 * height)
        if height < 1e-9 or side * unit < 0.02:
            self.corner.path.points = np.zeros((0, 3))
            return
        up = (x - foot) / height
        along = np.array([up[1], -up[0]])
        along = along if along @ foot <= 0 else -along  # towards the origin
        self.corner.draw(*(foot + side * np.array([along, along + up, up])).T)

    def _band(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        length = float(np.linalg.norm(end - start))
        if length < 1e-6:
            return np.zeros((0, 3))
        along = (end - start) / length
        across = np.array([-along[1], along[0], 0.0]) * BAND / 2
        corners = [start + across, end + across, end - across, start - across, start + across]
        return as_3d(polygon_curves(np.array(corners)))
