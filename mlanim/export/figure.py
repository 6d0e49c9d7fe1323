"""Stills: a scene's figure as PNG pixels, or as true vectors in SVG and PDF."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cairo
import numpy as np
from manim import BLACK, Mobject, VMobject

from mlanim.render.draw import configured, run_figure
from mlanim.render.job import Job
from mlanim.render.pixels import png_bytes
from mlanim.render.worker import Emit, Made
from mlanim.stage import theme
from mlanim.stage.camera import StageCamera
from mlanim.stage.check import bounding_box, leaves_a_mark, visible_members
from mlanim.stage.layout import Box

PAGE_WIDTH = 504.0
"""Points (7 inches) that the frame's width takes on a page: small text is 7.7 pt there."""

POINTS_PER_UNIT = PAGE_WIDTH / theme.FRAME_WIDTH
CROP = 0.25  # manim units left around the content


class _VectorContext(cairo.Context):  # type: ignore[type-arg,misc,unused-ignore]
    """Manim's camera hands Cairo blue first, for its pixel arrays; a page wants red first."""

    def set_source_rgba(self, red: float, green: float, blue: float, alpha: float = 1.0) -> None:
        super().set_source_rgba(blue, green, red, alpha)


class _VectorCamera(StageCamera):
    """Paints onto a page: without strokes and fills that nobody would see."""

    def display_vectorized(self, vmobject: VMobject, ctx: cairo.Context) -> _VectorCamera:
        """Draw one mobject if it leaves a mark."""
        if leaves_a_mark(vmobject):
            ctx.new_path()
            super().display_vectorized(vmobject, ctx)
            ctx.new_path()
        return self

    def apply_fill(self, ctx: cairo.Context, vmobject: VMobject) -> _VectorCamera:
        """Fill, unless the fill is clear."""
        if np.any(self.get_fill_rgbas(vmobject)[:, 3] > 0):
            super().apply_fill(ctx, vmobject)
        return self


def crop_box(mobjects: Iterable[Mobject]) -> Box:
    """The smallest box around what can be seen, with a margin, manim units."""
    shown = [member for mobject in mobjects for member in visible_members(mobject)]
    return bounding_box(shown).inset(-CROP, -CROP, -CROP, -CROP)


def as_png(mobjects: list[Mobject], box: Box, width: int, transparent: bool) -> bytes:
    """The box as a PNG, the frame's whole width taking `width` pixels; no date, no surprises."""
    scale = width / theme.FRAME_WIDTH
    columns, rows = round(box.width * scale), round(box.height * scale)
    camera = StageCamera(
        pixel_width=columns,
        pixel_height=rows,
        frame_width=columns / scale,
        frame_height=rows / scale,
        frame_center=box.centre,
        background_color=BLACK if transparent else theme.color("background"),
        background_opacity=0.0 if transparent else 1.0,
    )
    camera.capture_mobjects(mobjects)
    return png_bytes(camera.pixel_array, transparent)


def as_vector(mobjects: list[Mobject], box: Box, format: str, transparent: bool) -> bytes:
    """The box as an SVG or a PDF page with every shape a path, the same bytes each time."""
    buffer = io.BytesIO()
    size = box.width * POINTS_PER_UNIT, box.height * POINTS_PER_UNIT
    surface = cairo.SVGSurface(buffer, *size) if format == "svg" else _pdf_surface(buffer, size)
    ctx = _VectorContext(surface)
    if not transparent:
        red, green, blue = theme.rgb("background")
        super(_VectorContext, ctx).set_source_rgba(red, green, blue)
        ctx.paint()
    unit = POINTS_PER_UNIT
    ctx.set_matrix(cairo.Matrix(unit, 0, 0, -unit, -box.left * unit, box.top * unit))
    camera = _VectorCamera(pixel_width=1920, pixel_height=1080)
    for vmobject in camera.get_mobjects_to_display(mobjects):
        if isinstance(vmobject, VMobject):
            camera.display_vectorized(vmobject, ctx)
    surface.finish()
    return _repeatable(buffer.getvalue(), format)


def _pdf_surface(buffer: io.BytesIO, size: tuple[float, float]) -> cairo.PDFSurface:
    surface = cairo.PDFSurface(buffer, *size)
    surface.set_metadata(cairo.PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
    return surface


def _repeatable(payload: bytes, format: str) -> bytes:
    """Cairo numbers its SVG surfaces through the life of a process; start each file afresh."""
    if format != "svg":
        return payload
    seen: dict[bytes, bytes] = {}

    def renumber(match: re.Match[bytes]) -> bytes:
        name = match.group(0)
        return seen.setdefault(name, b"surface%d" % len(seen))

    return re.sub(rb"surface\d+", renumber, payload)


def make_figure(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> Made:
    """Compose the scene's figure and write it to `temporary` in the job's format."""
    with configured(job):
        scene = run_figure(scene_class, params, data)
        box = crop_box(scene.mobjects)
        if job.format == "png":
            payload = as_png(scene.mobjects, box, job.width, job.transparent)
        else:
            payload = as_vector(scene.mobjects, box, job.format, job.transparent)
    temporary.write_bytes(payload)
    return Made(None, {"panels": tuple(scene.panels)})
