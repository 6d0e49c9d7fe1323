"""Images on a camera's pixels: brought into place once, and laid over no more than they cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import Camera, ImageMobject
from PIL import Image

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""


@dataclass(frozen=True)
class Placed:
    """An image as it was brought into place: from which pixels, for which place, and the result."""

    mobject: ImageMobject  # held, so that nobody else gets its id
    pixels: np.ndarray
    place: tuple[Any, ...]
    box: Box
    image: Image.Image


class ImageCamera(Camera):
    """Keeps images in place while neither they nor the camera move."""

    def display_image_mobject(self, image_mobject: Any, pixel_array: np.ndarray) -> None:
        """Lay an image over the pixels."""
        kept, corners = self._placed_images(), self._corners(image_mobject)
        if not self._shows(corners):
            return
        found = kept.get(id(image_mobject))
        size = self.pixel_width, self.pixel_height
        place = corners.tobytes(), size, image_mobject.resampling_algorithm
        pixels = image_mobject.get_pixel_array()
        if found and found.place == place and np.array_equal(found.pixels, pixels):
            _lay_over(pixel_array, found.image, found.box)
            return
        kept.pop(id(image_mobject), None)
        self._latest: tuple[Box, Image.Image] | None = None
        super().display_image_mobject(image_mobject, pixel_array)
        if self._latest is not None and isinstance(image_mobject, ImageMobject):
            box, image = self._latest
            kept[id(image_mobject)] = Placed(image_mobject, pixels.copy(), place, box, image)

    def overlay_PIL_image(self, pixel_array: np.ndarray, image: Image.Image) -> None:
        """Lay an image of the size of the pixels over them, where it is not clear."""
        box = image.getbbox()
        if box is not None:
            self._latest = box, image.crop(box)
            _lay_over(pixel_array, self._latest[1], box)

    def _placed_images(self) -> dict[int, Placed]:
        found: dict[int, Placed] = self.__dict__.setdefault("_images", {})
        if len(found) > 64:
            found.clear()
        return found

    def _corners(self, image_mobject: Any) -> np.ndarray:
        """Where the corners of an image lie, (4, 2) in pixels."""
        return self.points_to_subpixel_coords(image_mobject, image_mobject.points)

    def _shows(self, corners: np.ndarray) -> bool:
        """Whether something within these corners may be on the pixels."""
        size = (self.pixel_width, self.pixel_height)
        return bool((corners.max(axis=0) > 0).all() and (corners.min(axis=0) < size).all())


def _lay_over(pixel_array: np.ndarray, image: Image.Image, box: Box) -> None:
    left, top, right, bottom = box
    part = pixel_array[top:bottom, left:right]
    below = Image.fromarray(np.ascontiguousarray(part))
    part[:] = np.asarray(Image.alpha_composite(below, image))
