"""Fills and strokes of one mobject on a Cairo context, without those that leave no mark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cairo
import numpy as np
from manim import CapStyleType, LineJointType, VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP

from mlanim.render.ink import Ink, Matrix

MITER = 10.0
"""Cairo's limit: the tip of a sharp corner is at most that many half line widths away."""

SQUARE = 1.5  # half line widths to the corner of a square cap, and a little more

SOFT = 2.0
"""Pixels by which antialiasing and rounding may reach beyond a shape."""

Colors = list[list[float]]
Stroke = tuple[Colors, float, LineJointType, CapStyleType]
Look = tuple[Stroke | None, Colors | None, Stroke | None]
"""The stroke behind, the fill, and the stroke in front; None for what leaves no mark."""

GradientLine = Callable[[Ink], tuple[float, float, float, float]]


@dataclass(frozen=True)
class Canvas:
    """A context, and what is asked of it for every mobject."""

    ctx: cairo.Context
    matrix: Matrix
    size: tuple[int, int]  # pixels
    line_width: float  # manim units for each unit of a mobject's stroke width

    @classmethod
    def on(cls, ctx: cairo.Context, size: tuple[int, int], line_width: float) -> Canvas:
        """The canvas of a context as it stands."""
        m = ctx.get_matrix()
        return cls(ctx, (m.xx, m.yx, m.xy, m.yy, m.x0, m.y0), size, line_width)

    def misses(self, box: tuple[float, float, float, float], reach: float) -> bool:
        """Whether nothing within `reach` manim units around a box is on the canvas."""
        left, bottom, right, top = box
        xx, yx, xy, yy, x0, y0 = self.matrix
        x, y = (left + right) / 2, (bottom + top) / 2
        half_x, half_y = (right - left) / 2 + reach, (top - bottom) / 2 + reach
        across = abs(xx) * half_x + abs(xy) * half_y + SOFT
        upward = abs(yx) * half_x + abs(yy) * half_y + SOFT
        at_x, at_y = xx * x + xy * y + x0, yx * x + yy * y + y0
        width, height = self.size
        return (
            at_x + across < 0
            or at_x - across > width
            or at_y + upward < 0
            or at_y - upward > height
        )


def look_of(vmobject: VMobject, back: np.ndarray, fill: np.ndarray, front: np.ndarray) -> Look:
    """What a mobject will be painted with, given its three sets of colours (n, 4)."""
    behind = _stroke(vmobject, vmobject.get_stroke_width(True), back)
    paint = fill.tolist()
    return (
        behind,
        paint if _marks(paint) else None,
        _stroke(vmobject, vmobject.get_stroke_width(), front),
    )


def _stroke(vmobject: VMobject, width: float, rgbas: np.ndarray) -> Stroke | None:
    if width <= 0:
        return None
    colors = rgbas.tolist()
    if not _marks(colors):
        return None
    return colors, float(width), vmobject.joint_type, vmobject.cap_style


def _marks(colors: Colors) -> bool:
    return any(color[3] > 0 for color in colors)


def reach_of(look: Look) -> float:
    """How far a look's strokes go beyond the outline, in units of stroke width."""
    return max(_reach(look[0]), _reach(look[2]))


def _reach(stroke: Stroke | None) -> float:
    if stroke is None:
        return 0.0
    pointed = LINE_JOIN_MAP[stroke[2]] == cairo.LineJoin.MITER
    return stroke[1] / 2 * (MITER if pointed else SQUARE)


def paint(canvas: Canvas, ink: Ink, look: Look, line: GradientLine) -> None:
    """Paint a mobject's outline; `line` tells from where to where its gradients go."""
    behind, fill, front = look
    if behind is None and fill is None and front is None:
        return
    if canvas.misses(ink.box, reach_of(look) * canvas.line_width):
        return
    ctx = canvas.ctx
    ink.trace(ctx, canvas.matrix)
    if behind is not None:
        _draw_stroke(canvas, ink, behind, line)
    if fill is not None:
        _set_source(ctx, ink, fill, line)
        ctx.fill_preserve()
    if front is not None:
        _draw_stroke(canvas, ink, front, line)


def _draw_stroke(canvas: Canvas, ink: Ink, stroke: Stroke, line: GradientLine) -> None:
    colors, width, joint, cap = stroke
    ctx = canvas.ctx
    _set_source(ctx, ink, colors, line)
    ctx.set_line_width(width * canvas.line_width)
    ctx.set_line_join(LINE_JOIN_MAP[joint])
    ctx.set_line_cap(CAP_STYLE_MAP[cap])
    ctx.stroke_preserve()


def _set_source(ctx: cairo.Context, ink: Ink, colors: Colors, line: GradientLine) -> None:
    """Blue first: manim's pixel arrays are red first, Cairo's the other way round."""
    if len(colors) == 1:
        red, green, blue, alpha = colors[0]
        ctx.set_source_rgba(blue, green, red, alpha)
        return
    gradient = cairo.LinearGradient(*line(ink))
    for offset, (red, green, blue, alpha) in zip(
        np.linspace(0, 1, len(colors)).tolist(), colors, strict=True
    ):
        gradient.add_color_stop_rgba(offset, blue, green, red, alpha)
    ctx.set_source(gradient)
