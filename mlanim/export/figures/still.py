"""Any scene's state as a picture: vectors in SVG, PDF and EPS, or pixels in PNG."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from manim import BLACK, Camera, Mobject, Scene, VMobject
from manim.utils.iterables import list_update

from mlanim.engine.encoding.pixels import png_bytes
from mlanim.export.figures.repeatable import repeatable
from mlanim.export.figures.vector import Viewport, as_vector
from mlanim.export.figures.words import Words, words_on
from mlanim.stage.arrays.batch import Batch
from mlanim.stage.extent import leaves_a_mark
from mlanim.stage.layout import Box

PAGE_WIDTH = 17.8 / 2.54 * 72
"""Points: both columns of a journal's page."""


def still(
    scene: Scene, format: str, width: float = PAGE_WIDTH, transparent: bool = False,
    crop: bool = False,
) -> bytes:  # fmt: skip
    """What the scene's camera sees now, in "svg", "pdf", "eps" or "png".

    Args:
        width: of the page in points; a PNG has the pixels that manim is configured for.
        crop: down to what can be seen, instead of the whole frame.
    """
    camera, mobjects, box = _shown(scene, crop)
    if format == "png":
        return _pixels(camera, mobjects, frame_box(camera), box, transparent)
    background = None if transparent else np.array(camera.background_color.to_rgb())
    viewport = Viewport(box, width / box.width, background)
    return repeatable(as_vector(camera, mobjects, viewport, format), format)


def words_of(scene: Scene, width: float, crop: bool = False) -> list[Words]:
    """What stands on such a page as text."""
    camera, mobjects, box = _shown(scene, crop)
    return words_on(camera, mobjects, Viewport(box, width / box.width, None))


def _shown(scene: Scene, crop: bool) -> tuple[Any, list[Mobject], Box]:
    """The camera, what it is shown, and the part of it that goes on the page."""
    camera: Any = scene.renderer.camera
    mobjects = list_update(scene.mobjects, scene.foreground_mobjects)
    frame = frame_box(camera)
    return camera, mobjects, _within(frame, seen_box(camera, mobjects)) if crop else frame


def frame_box(camera: Camera) -> Box:
    """The part of the scene that the camera shows, manim units."""
    x, y = camera.frame_center[:2]
    half = camera.frame_width / 2, camera.frame_height / 2
    return Box(float(x - half[0]), float(y - half[1]), float(x + half[0]), float(y + half[1]))


def seen_box(camera: Camera, mobjects: Iterable[Mobject]) -> Box:
    """The smallest box around what leaves a mark where the camera sees it."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    if hasattr(camera, "reset_rotation_matrix"):
        camera.reset_rotation_matrix()
    for mobject in camera.get_mobjects_to_display(mobjects):
        if isinstance(mobject, VMobject) and not leaves_a_mark(mobject):
            continue
        points = camera.transform_points_pre_display(mobject, mobject.points)[:, :2]
        low = np.minimum(low, points.min(axis=0) - _reach(mobject))
        high = np.maximum(high, points.max(axis=0) + _reach(mobject))
    if not np.all(low < high):
        return frame_box(camera)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _reach(mobject: Mobject) -> float:
    """How far the paint goes beyond the points, manim units."""
    if isinstance(mobject, Batch):
        return mobject.reach
    return mobject.get_stroke_width() / 200 if isinstance(mobject, VMobject) else 0.0


def _within(frame: Box, box: Box) -> Box:
    left, bottom = max(frame.left, box.left), max(frame.bottom, box.bottom)
    right, top = min(frame.right, box.right), min(frame.top, box.top)
    return Box(left, bottom, right, top) if left < right and bottom < top else frame


def _pixels(camera: Any, mobjects: list[Mobject], frame: Box, box: Box, transparent: bool) -> bytes:
    if transparent:
        camera.background_color = BLACK  # pixels are premultiplied: colour would shine through
        camera.background_opacity = 0.0
    camera.reset()
    camera.capture_mobjects(mobjects)
    scale = camera.pixel_width / frame.width
    left, right = (round((x - frame.left) * scale) for x in (box.left, box.right))
    top, bottom = (round((frame.top - y) * scale) for y in (box.top, box.bottom))
    shown = camera.pixel_array[top : max(bottom, top + 1), left : max(right, left + 1)]
    return png_bytes(np.ascontiguousarray(shown), transparent)
