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
    MovingCamera,
    MultiCamera,
    PMobject,
    ThreeDCamera,
    VMobject,
)
from manim.mobject.types.image_mobject import AbstractImageMobject
from manim.utils.family import extract_mobject_family_members
from manim.utils.iterables import list_difference_update

from mlanim.render.displaylist import shown
from mlanim.render.ink import Ink, Inks, renew
from mlanim.render.painting import Canvas, Look, look_of, paint
from mlanim.stage.batch import Batch
from mlanim.stage.camera import StageCamera

_KNOWN = (Camera, MovingCamera, MultiCamera, ThreeDCamera, StageCamera)

_DRAWING = (
    "apply_fill",
    "apply_stroke",
    "display_multiple_non_background_colored_vmobjects",
    "display_vectorized",
    "get_fill_rgbas",
    "get_mobjects_to_display",
    "get_stroke_rgbas",
    "modified_rgbas",
    "project_points",
    "set_cairo_context_color",
    "set_cairo_context_path",
    "transform_points_pre_display",
    "type_or_raise",
)
"""The methods that this file does without; a class with its own is left to them."""


@functools.cache
def fast(camera_class: type[Camera]) -> type[Camera]:
    """The camera class with fast drawing mixed in; one that draws its own way only gains batches.

    Args:
        camera_class: any of manim's Cairo cameras, or a class derived from one.
    """
    mixin: type[Camera] = FastCamera
    if any(_definer(camera_class, name) not in (*_KNOWN, None) for name in _DRAWING):
        mixin = BatchCamera
    elif issubclass(camera_class, ThreeDCamera):
        from mlanim.render.space import FastSpaceCamera  # built on this file

        mixin = FastSpaceCamera
    return type(camera_class.__name__, (mixin, camera_class), {"__module__": __name__})


def _definer(camera_class: type[Camera], name: str) -> type | None:
    return next((kind for kind in camera_class.__mro__ if name in vars(kind)), None)


class BatchCamera(Camera):
    """Lets batches paint themselves, whatever the camera."""

    def display_vectorized(self, vmobject: VMobject, ctx: cairo.Context) -> Any:
        """Draw one mobject onto a Cairo context whose units are manim's."""
        if isinstance(vmobject, Batch):
            vmobject.draw(ctx, self.frame_height / self.pixel_height)
            return self
        return super().display_vectorized(vmobject, ctx)


class FastCamera(BatchCamera):
    """Keeps outlines while points stay, and draws nothing that leaves no mark."""

    def __init__(self, *args: Any, **kwargs: Any):
        self._inks = Inks()
        super().__init__(*args, **kwargs)

    def get_mobjects_to_display(
        self,
        mobjects: Iterable[Mobject],
        include_submobjects: bool = True,
        excluded_mobjects: list[Mobject] | None = None,
    ) -> list[Mobject]:
        """Every mobject that is to be drawn, in order."""
        self._inks.next_frame()
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
        ctx = self.get_cairo_context(pixel_array)
        drawn = list(vmobjects)
        size = self.pixel_width, self.pixel_height
        canvas = Canvas.on(ctx, size, self.cairo_line_width_multiple)
        for vmobject, ink in zip(drawn, self._outlined(drawn), strict=True):
            if ink.usable:
                paint(canvas, ink, self._look(ink), self._gradient_line)
            else:
                self.display_vectorized(vmobject, ctx)

    def _outlined(self, vmobjects: Sequence[VMobject]) -> list[Ink]:
        """Each mobject's ink, up to date; one that manim's own code has to draw is not usable."""
        inks = [self._inks.of(vmobject) for vmobject in vmobjects]
        self._inspect(inks)
        stale = list({id(ink): ink for ink in inks if ink.stale and ink.usable}.values())
        if stale:
            renew(stale, self._placed(stale))
        return inks

    def _inspect(self, inks: Sequence[Ink]) -> None:
        """Have every ink see whether its mobject has changed."""
        for ink in inks:
            ink.look()

    def _placed(self, inks: Sequence[Ink]) -> np.ndarray:
        """The points of several mobjects in a row as they lie in the frame, (N, 2 or 3)."""
        return np.concatenate([ink.mobject.points for ink in inks])

    def _look(self, ink: Ink) -> Look:
        return look_of(ink.mobject)

    def _gradient_line(self, ink: Ink) -> tuple[float, float, float, float]:
        start, end = ink.mobject.get_gradient_start_and_end_points()
        return (*start[:2].tolist(), *end[:2].tolist())


@functools.cache
def _kind_of(kind: type) -> type[Mobject]:
    return next(
        known
        for known in (VMobject, PMobject, AbstractImageMobject, Mobject)
        if issubclass(kind, known)
    )
