"""Stills: a scene's figure as PNG pixels, or as true vectors in SVG and PDF."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from manim import BLACK, Mobject

from mlanim.export import vector
from mlanim.export.repeatable import repeatable
from mlanim.render.draw import configured, run_figure
from mlanim.render.job import Job
from mlanim.render.pixels import png_bytes
from mlanim.render.worker import Emit, Made
from mlanim.stage import theme
from mlanim.stage.camera import StageCamera
from mlanim.stage.check import bounding_box, visible_members
from mlanim.stage.layout import Box

PAGE_WIDTH = 504.0
"""Points (7 inches) that the frame's width takes on a page: small text is 7.7 pt there."""

POINTS_PER_UNIT = PAGE_WIDTH / theme.FRAME_WIDTH
CROP = 0.25  # manim units left around the content


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
    """The box as an SVG, PDF or EPS page with every shape a path, the same bytes each time."""
    background = None if transparent else theme.rgb("background")
    sheet = vector.Sheet(box, POINTS_PER_UNIT, background)
    return repeatable(vector.as_vector(StageCamera(), mobjects, sheet, format), format)


def make_figure(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> Made:
    """Compose the scene's figure and write it to `temporary` in the job's format."""
    with configured(job, scene_class):
        scene = run_figure(scene_class, params, data)
        box = crop_box(scene.mobjects)
        if job.format == "png":
            payload = as_png(scene.mobjects, box, job.width, job.transparent)
        else:
            payload = as_vector(scene.mobjects, box, job.format, job.transparent)
    temporary.write_bytes(payload)
    return Made(None, {"panels": tuple(getattr(scene, "panels", ()))})
