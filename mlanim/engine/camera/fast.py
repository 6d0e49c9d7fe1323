"""Which of the fast cameras draws for a camera class of Manim's or of a user's."""

from __future__ import annotations

import functools
from typing import Any

from manim import Camera, MovingCamera, MultiCamera, ThreeDCamera
from manim.mobject.types.image_mobject import ImageMobjectFromCamera

from mlanim.engine.camera.camera import BatchCamera, FastCamera
from mlanim.engine.camera.space import FastSpaceCamera
from mlanim.stage.arrays.camera import StageCamera

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

_WHOLE = (
    "capture_mobjects",
    "display_multiple_vectorized_mobjects",
    "get_cairo_context",
    "reset",
    "set_frame_to_background",
    "set_pixel_array",
)
"""What is gone around where a frame is painted in parts; a class with its own paints it whole."""


class FastMultiCamera(FastCamera, MultiCamera):
    """Has the cameras whose pictures it shows draw fast as well."""

    def add_image_mobject_from_camera(
        self, image_mobject_from_camera: ImageMobjectFromCamera
    ) -> None:
        """Show the picture of another camera."""
        other: Any = image_mobject_from_camera.camera
        plain: Any = type(other)
        kind = fast(plain)
        if issubclass(kind, FastCamera) and not isinstance(other, FastCamera):
            other.__class__ = kind
            other.forget()
        super().add_image_mobject_from_camera(image_mobject_from_camera)


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
        mixin = FastSpaceCamera
    elif issubclass(camera_class, MultiCamera):
        mixin = FastMultiCamera
    in_parts = mixin is FastCamera and all(
        _definer(camera_class, name) in (Camera, MovingCamera) for name in _WHOLE
    )
    own = {"__module__": __name__, "paints_parts": in_parts}
    return type(camera_class.__name__, (mixin, camera_class), own)


def _definer(camera_class: type[Camera], name: str) -> type | None:
    return next((kind for kind in camera_class.__mro__ if name in vars(kind)), None)
