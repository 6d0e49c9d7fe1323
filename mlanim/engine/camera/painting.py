"""Fills and strokes of one mobject on a Cairo context, without those that leave no mark."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import cairo
import numpy as np
from manim import VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP

from mlanim.engine.camera.outlines import Matrix, Outline
from mlanim.stage.arrays.batch import Extent

MITER = 10.0
"""Cairo's limit: the tip of a sharp corner is at most that many half line widths away."""

SQUARE = 1.5  # half line widths to the corner of a square cap, and a little more

SOFT = 2.0
"""Pixels by which antialiasing and rounding may reach beyond a shape."""

Colors = list[list[float]]
Stroke = tuple[Colors, float, cairo.LineJoin, cairo.LineCap]
Look = tuple[Stroke | None, Colors | None, Stroke | None]
"""The stroke behind, the fill, and the stroke in front; None for what leaves no mark."""

GradientLine = Callable[[Outline], tuple[float, float, float, float]]


@dataclass(frozen=True)
class Canvas:
    """A context, and what is asked of it for every mobject."""

    ctx: cairo.Context
    matrix: Matrix
    line_width: float  # manim units for each unit of a mobject's stroke width
    frame: Extent  # what is on the canvas, and as much around it as antialiasing may reach

    @classmethod
    def on(cls, ctx: cairo.Context, size: tuple[int, int], line_width: float) -> Canvas:
        """The canvas of a context as it stands, `size` pixels large."""
        m = ctx.get_matrix()
        inverse = cairo.Matrix(m.xx, m.yx, m.xy, m.yy, m.x0, m.y0)
        inverse.invert()
        across, down = (-SOFT, size[0] + SOFT), (-SOFT, size[1] + SOFT)
        corners = [inverse.transform_point(x, y) for x in across for y in down]
        xs, ys = zip(*corners, strict=True)
        frame = min(xs), min(ys), max(xs), max(ys)
        return cls(ctx, (m.xx, m.yx, m.xy, m.yy, m.x0, m.y0), line_width, frame)

    def shows(self, box: Extent, reach: float) -> bool:
        """Whether something within `reach` manim units around a box may be on the canvas."""
        left, bottom, right, top = self.frame
        return (
            box[0] - reach < right
            and box[2] + reach > left
            and box[1] - reach < top
            and box[3] + reach > bottom
        )


def said_by(vmobject: VMobject) -> tuple[object, ...]:
    """All of a mobject that its look comes from; as long as it is equal, so is the look."""
    fill, front = vmobject.fill_rgbas, vmobject.stroke_rgbas
    behind = vmobject.background_stroke_rgbas
    return (
        len(fill),
        fill.tobytes(),
        len(front),
        front.tobytes(),
        float(vmobject.stroke_width),
        len(behind),
        behind.tobytes(),
        float(vmobject.background_stroke_width),
        vmobject.joint_type,
        vmobject.cap_style,
    )


def look_of(vmobject: VMobject) -> Look:
    """What a mobject says that it is painted with."""
    width = vmobject.background_stroke_width
    behind = None if width == 0 else _stroke(vmobject, width, vmobject.background_stroke_rgbas)
    width = vmobject.stroke_width
    front = None if width == 0 else _stroke(vmobject, width, vmobject.stroke_rgbas)
    colors = vmobject.fill_rgbas.tolist()
    return behind, colors if marks(colors) else None, front


def _stroke(vmobject: VMobject, width: float, rgbas: np.ndarray) -> Stroke | None:
    colors = rgbas.tolist()
    if float(width) <= 0 or not marks(colors):  # manim lets a width be a string
        return None
    joint, cap = LINE_JOIN_MAP[vmobject.joint_type], CAP_STYLE_MAP[vmobject.cap_style]
    return colors, float(width), joint, cap


def marks(colors: Colors) -> bool:
    """Whether any of the colours (n, 4) is not clear."""
    return colors[0][3] > 0 if len(colors) == 1 else any(color[3] > 0 for color in colors)


def reach_of(look: Look) -> float:
    """How far the strokes go beyond the outline, in units of stroke width."""
    return max(_reach(look[0]), _reach(look[2]))


def _reach(stroke: Stroke | None) -> float:
    if stroke is None:
        return 0.0
    return stroke[1] / 2 * (MITER if stroke[2] == cairo.LineJoin.MITER else SQUARE)


def paint(canvas: Canvas, outline: Outline, look: Look, line: GradientLine) -> None:
    """Paint a mobject's outline; `line` tells from where to where its gradients go."""
    behind, fill, front = look
    if behind is None and fill is None and front is None:
        return
    if not canvas.shows(outline.box, reach_of(look) * canvas.line_width):
        return
    ctx = canvas.ctx
    outline.trace(ctx, canvas.matrix)
    if behind is not None:
        _draw_stroke(canvas, outline, behind, line)
    if fill is not None:
        _set_source(ctx, outline, fill, line)
        ctx.fill_preserve()
    if front is not None:
        _draw_stroke(canvas, outline, front, line)


def _draw_stroke(canvas: Canvas, outline: Outline, stroke: Stroke, line: GradientLine) -> None:
    colors, width, joint, cap = stroke
    ctx = canvas.ctx
    _set_source(ctx, outline, colors, line)
    ctx.set_line_width(width * canvas.line_width)
    ctx.set_line_join(joint)
    ctx.set_line_cap(cap)
    ctx.stroke_preserve()


def _set_source(ctx: cairo.Context, outline: Outline, colors: Colors, line: GradientLine) -> None:
    """Blue first: manim's pixel arrays are red first, Cairo's the other way round."""
    if len(colors) == 1:
        red, green, blue, alpha = colors[0]
        ctx.set_source_rgba(blue, green, red, alpha)
        return
    gradient = cairo.LinearGradient(*line(outline))
    offsets = _offsets(len(colors))
    for offset, (red, green, blue, alpha) in zip(offsets, colors, strict=True):
        gradient.add_color_stop_rgba(offset, blue, green, red, alpha)
    ctx.set_source(gradient)


def merged(colors: Colors) -> Colors:
    """One colour in place of several opaque ones that are the same in eight bits.

    A solid colour is painted several times as fast as a gradient.
    """
    if len({tuple(map(_byte, color)) for color in colors}) > 1 or colors[0][3] < 1:
        return colors
    return [[_byte(part) / 255 for part in colors[0]]]


def _byte(part: float) -> int:
    """A part of a colour as it comes out of Cairo's gradients, which keep it in 16 bits."""
    return int(min(int(max(part, 0.0) * 65536), 65535) / 257 + 0.5)


@functools.cache
def _offsets(count: int) -> list[float]:
    """Where the colours of a gradient lie between its ends."""
    return np.linspace(0, 1, count).tolist()
