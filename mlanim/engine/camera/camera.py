"""Manim's Cairo cameras, drawing the same picture in a fraction of the time.

`fast` adds this to any camera class. What it does not know (a class with a drawing method of its
own, a mobject that answers the camera in its own way) goes through manim's code as ever.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import cairo
import numpy as np
from manim import (
    Camera,
    Mobject,
    PMobject,
    VMobject,
)
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.utils.family import extract_mobject_family_members
from manim.utils.iterables import list_difference_update

from mlanim.engine.camera.damage import MANY, Painted, PaintedFrame, blocks_of, grid_of, parts_of
from mlanim.engine.camera.display_list import shown
from mlanim.engine.camera.images import ImageCamera
from mlanim.engine.camera.outlines import Outline, Outlines, renew
from mlanim.engine.camera.painting import Canvas, Colors, Look, look_of, paint, reach_of
from mlanim.engine.encoding.planes import Rectangle
from mlanim.stage.arrays.batch import Batch


class BatchCamera(Camera):
    """Lets batches paint themselves, whatever the camera."""

    paints_parts = False
    """Whether there is `redraw`."""

    def display_vectorized(self, vmobject: VMobject, ctx: cairo.Context) -> Any:
        """Draw one mobject onto a Cairo context whose units are manim's."""
        if isinstance(vmobject, Batch):
            vmobject.draw(ctx, self.frame_height / self.pixel_height)
            return self
        return super().display_vectorized(vmobject, ctx)


class FastCamera(ImageCamera, BatchCamera):
    """Keeps outlines while points stay, and draws nothing that leaves no mark."""

    def __init__(self, *args: Any, **kwargs: Any):
        self.forget()
        super().__init__(*args, **kwargs)

    def forget(self) -> None:
        """Have nothing kept of what was drawn."""
        self._outlines = Outlines()
        self._shown: PaintedFrame | None = None  # what the pixels show, where that is known
        self._sheet = np.zeros((0, 0, 4), np.uint8)

    def redraw(self, base: np.ndarray, mobjects: Iterable[Mobject]) -> list[Rectangle] | None:
        """Show mobjects over a picture, and paint only what differs from the frame before.

        Returns the parts outside of which the pixels are as they were; None for everywhere.
        """
        found = self.get_mobjects_to_display(mobjects)
        shown: list[Any] = [m for m in found if _kind_of(m.__class__) is not Mobject]  # unseen
        if not all(map(_is_painted_alone, shown)) or base.shape != self.pixel_array.shape:
            self.set_pixel_array(base)
            self.capture_mobjects(mobjects)
            return None
        if self._sheet.shape != base.shape:
            self._sheet = np.zeros(base.shape, base.dtype)
        before, self._shown = self._shown, None
        frame = PaintedFrame(base, self.pixel_array, self._canvas(self.pixel_array))
        outlines = [self._outlines.of(vmobject) for vmobject in shown]
        if self._bring_up_to_date(outlines) > MANY:
            self.set_pixel_array(base)
            self._paint_in_turn(frame.canvas, shown, outlines)
            return None
        for vmobject, outline in zip(shown, outlines, strict=True):
            frame.add(self._seen(vmobject, outline, frame, before))
        parts = self._paint(frame, frame.differs(before))
        self._shown = frame
        return parts

    def _paint(self, frame: PaintedFrame, marks: np.ndarray | None) -> list[Rectangle] | None:
        """Paint what stands in the marked blocks of a frame, or all of it.

        Nothing is clipped: Cairo's antialiasing of a shape is another one where a part of it is
        cut off. So blocks are painted on a sheet where what is around them does not matter.
        """
        if marks is None:
            frame.pixels[:] = frame.base
            self._paint_all(frame.canvas, frame.painted.values())
            return None
        parts = list(parts_of(marks, *frame.pixels.shape[:2]))
        for part in parts:
            self._sheet[part] = frame.base[part]
        there = [one for one in frame.painted.values() if marks[one.blocks].any()]
        self._paint_all(self._canvas(self._sheet), there)
        for part in parts:
            frame.pixels[part] = self._sheet[part]
        return parts

    def _paint_all(self, canvas: Canvas, painted: Iterable[Painted]) -> None:
        for one in painted:
            self._paint_one(canvas, one.thing, one.look)

    def _seen(
        self, vmobject: VMobject, outline: Outline, frame: PaintedFrame, before: PaintedFrame | None
    ) -> Painted:
        """A mobject as it is now: the very same as before, if it is so."""
        thing: Outline | VMobject = outline if outline.usable else vmobject
        look, seen = None, object()
        if outline.usable:
            look = self._look(outline)
            mixed = any(colors is not None and len(colors) > 1 for colors in _colors_of(look))
            seen = outline.version, look, self._gradient_line(outline) if mixed else None
        elif isinstance(vmobject, Batch) and vmobject.says_what_it_paints:
            seen = vmobject.seen()
        was = before.painted.get(id(thing)) if before is not None else None
        if was is not None and was.seen == seen:
            return was
        grid = grid_of(frame.pixels)
        blocks: Rectangle = slice(0, grid[0]), slice(0, grid[1])
        if look is not None:
            reach = reach_of(look) * self.cairo_line_width_multiple
            blocks = blocks_of(frame.canvas, outline.box, reach, grid)
        elif isinstance(vmobject, Batch) and isinstance(seen, tuple):
            box = vmobject.extent(self.frame_height / self.pixel_height)
            blocks = blocks_of(frame.canvas, box, 0, grid)
        return Painted(thing, seen, look, blocks)

    def set_pixel_array(self, pixel_array: Any, convert_from_floats: bool = False) -> None:
        """Have other pixels."""
        self._shown = None
        super().set_pixel_array(pixel_array, convert_from_floats)

    def capture_mobjects(self, mobjects: Iterable[Mobject], **options: Any) -> None:
        """Paint mobjects onto the pixels."""
        self._shown = None
        super().capture_mobjects(mobjects, **options)

    def get_mobjects_to_display(
        self,
        mobjects: Iterable[Mobject],
        include_submobjects: bool = True,
        excluded_mobjects: list[Mobject] | None = None,
    ) -> list[Mobject]:
        """Every mobject that is to be drawn, in order."""
        self._outlines.next_frame()
        if not include_submobjects:
            return list(mobjects)
        found = shown(mobjects, self.use_z_index)
        if not excluded_mobjects:
            return found
        return list_difference_update(found, extract_mobject_family_members(excluded_mobjects))

    def type_or_raise(self, mobject: Mobject) -> Any:
        """Which of the kinds that manim draws a mobject is."""
        if not hasattr(self, "display_funcs"):
            super().type_or_raise(mobject)
        return _kind_of(mobject.__class__)

    def display_multiple_non_background_colored_vmobjects(
        self, vmobjects: Iterable[VMobject], pixel_array: np.ndarray
    ) -> None:
        """Draw mobjects whose colours are their own."""
        drawn = list(vmobjects)
        outlines = [self._outlines.of(vmobject) for vmobject in drawn]
        self._bring_up_to_date(outlines)
        self._paint_in_turn(self._canvas(pixel_array), drawn, outlines)

    def _paint_in_turn(
        self, canvas: Canvas, vmobjects: Sequence[VMobject], outlines: Sequence[Outline]
    ) -> None:
        for vmobject, outline in zip(vmobjects, outlines, strict=True):
            look = self._look(outline) if outline.usable else None
            self._paint_one(canvas, outline if outline.usable else vmobject, look)

    def _paint_one(self, canvas: Canvas, thing: Any, look: Look | None) -> None:
        """Paint an outline as it looks, or by itself what has no look: a batch, or manim's own."""
        if look is not None:
            paint(canvas, thing, look, self._gradient_line)
        else:
            self.display_vectorized(thing, canvas.ctx)

    def _canvas(self, pixel_array: np.ndarray) -> Canvas:
        size = self.pixel_width, self.pixel_height
        ctx = self.get_cairo_context(pixel_array)
        if pixel_array is self._sheet:  # which came later, and cameras keep where they were then
            ctx.set_matrix(self.get_cairo_context(self.pixel_array).get_matrix())
        return Canvas.on(ctx, size, self.cairo_line_width_multiple)

    def _bring_up_to_date(self, outlines: Sequence[Outline]) -> int:
        """Have outlines the outlines of their mobjects; how many have another one than before.

        One that manim's own code has to draw is not usable afterwards.
        """
        self._inspect(outlines)
        stale = list(
            {
                id(outline): outline for outline in outlines if outline.stale and outline.usable
            }.values()
        )
        if stale:
            renew(stale, self._placed(stale))
        return len(stale)

    def _inspect(self, outlines: Sequence[Outline]) -> None:
        """Have every outline see whether its mobject has changed."""
        for outline in outlines:
            outline.look()

    def _placed(self, outlines: Sequence[Outline]) -> np.ndarray:
        """The points of several mobjects in a row as they lie in the frame, (N, 2 or 3)."""
        return np.concatenate([outline.mobject.points for outline in outlines])

    def _look(self, outline: Outline) -> Look:
        return look_of(outline.mobject)

    def _gradient_line(self, outline: Outline) -> tuple[float, float, float, float]:
        start, end = outline.mobject.get_gradient_start_and_end_points()
        return (*start[:2].tolist(), *end[:2].tolist())


@functools.cache
def _kind_of(kind: type) -> type[Mobject]:
    return next(
        known
        for known in (VMobject, PMobject, AbstractImageMobject, Mobject)
        if issubclass(kind, known)
    )


def _is_painted_alone(mobject: Mobject) -> bool:
    """Whether a mobject is painted by itself, in colours that are its own."""
    return isinstance(mobject, VMobject) and not mobject.get_background_image()


def _colors_of(look: Look) -> tuple[Colors | None, ...]:
    behind, fill, front = look
    return behind and behind[0], fill, front and front[0]
