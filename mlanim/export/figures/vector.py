"""Manim's mobjects as true vectors on Cairo's SVG, PDF and PostScript surfaces.

Any camera of manim serves: it says where points are seen and how they are shaded, and this file
puts the paths on the page. Only an image that is in the scene becomes an image.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cairo
import numpy as np
from manim import Camera, Mobject, PMobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject, ImageMobjectFromCamera
from PIL import Image

from mlanim.stage.arrays.batch import Batch
from mlanim.stage.extent import leaves_a_mark
from mlanim.stage.layout import Box

PIXEL = 0.24
"""Points that stand for a pixel where a batch asks for one: its overlaps are as wide as that."""

SAMPLES = 8
"""Places between two corners of a path at which the ground under it is read."""

SHARP_SIDE = 2048
"""Pixels of an image's longer side up to which its pixels are multiplied to stay sharp."""


class _PageContext(cairo.Context):  # type: ignore[type-arg,misc,unused-ignore]
    """Takes colours as manim's camera gives them, blue first, and hands on red first."""

    def set_source_rgba(self, red: float, green: float, blue: float, alpha: float = 1.0) -> None:
        super().set_source_rgba(blue, green, red, alpha)

    def set_source(self, source: cairo.Pattern) -> None:
        if isinstance(source, cairo.LinearGradient):
            swapped = cairo.LinearGradient(*source.get_linear_points())
            for offset, blue, green, red, alpha in source.get_color_stops_rgba():
                swapped.add_color_stop_rgba(offset, red, green, blue, alpha)
            source = swapped
        super().set_source(source)

    def stroke(self) -> None:
        with self._in_points():
            super().stroke()

    def stroke_preserve(self) -> None:
        with self._in_points():
            super().stroke_preserve()

    @contextmanager
    def _in_points(self) -> Iterator[None]:
        """Stroke in the page's own units: in others, an SVG would repeat the matrix each time."""
        matrix = self.get_matrix()
        if abs(matrix.xx) == abs(matrix.yy) and matrix.xy == matrix.yx == 0:
            width = self.get_line_width()
            self.identity_matrix()
            self.set_line_width(width * abs(matrix.xx))
            yield
            self.set_matrix(matrix)
            self.set_line_width(width)
        else:
            yield


class _FlatContext(_PageContext):
    """PostScript knows no transparency: a clear colour is mixed with what lies under it instead.

    Cairo would otherwise turn the whole neighbourhood into an image. What lies under is read from
    pixels in which the same is painted; over a ground of several colours it is their mean.
    """

    def begin(self, size: tuple[float, float], background: np.ndarray) -> None:
        """Take a page of that size, points, whose ground is sRGB in 0..1, (3,)."""
        width, height = (max(1, math.ceil(side)) for side in size)
        self.pixels = np.zeros((height, width, 4), np.uint8)
        stride = 4 * width
        surface = cairo.ImageSurface.create_for_data(
            self.pixels.data, cairo.FORMAT_RGB24, width, height, stride
        )
        self.under = _PageContext(surface)
        self.under.set_source_rgba(*background[::-1])
        self.under.paint()
        self.clear: tuple[float, ...] | None = None

    def set_source_rgba(self, red: float, green: float, blue: float, alpha: float = 1.0) -> None:
        self.under.set_source_rgba(red, green, blue, alpha)
        self.clear = (red, green, blue, alpha) if alpha < 1 else None
        super().set_source_rgba(red, green, blue)

    def set_source(self, source: cairo.Pattern) -> None:
        self.under.set_source(source)
        self.clear = None
        if isinstance(source, cairo.LinearGradient):
            opaque = cairo.LinearGradient(*source.get_linear_points())
            for offset, blue, green, red, alpha in source.get_color_stops_rgba():
                opaque.add_color_stop_rgba(offset, *self._mixed((blue, green, red, alpha)), 1.0)
            source = opaque
        super().set_source(source)

    def stroke(self) -> None:
        self.stroke_preserve()
        self.new_path()

    def stroke_preserve(self) -> None:
        self._mix()
        self._also_under().stroke()
        super().stroke_preserve()

    def fill(self) -> None:
        self.fill_preserve()
        self.new_path()

    def fill_preserve(self) -> None:
        self._mix()
        self._also_under().fill()
        super().fill_preserve()

    def _mix(self) -> None:
        if self.clear is not None:
            super().set_source_rgba(*self._mixed(self.clear))

    def _mixed(self, color: tuple[float, ...]) -> tuple[float, float, float]:
        """A clear colour on the ground along the path, both blue first."""
        *tint, alpha = color
        mixed = alpha * np.array(tint) + (1 - alpha) * self._ground()
        return float(mixed[0]), float(mixed[1]), float(mixed[2])

    def _ground(self) -> np.ndarray:
        """The mean colour under the path, blue first as the pixels have it."""
        points = [self.user_to_device(*step[-2:]) for _, step in self.copy_path_flat() if step]
        corners = np.array(points or [(0.0, 0.0)])
        shares = (np.arange(SAMPLES) + 0.5)[:, None, None] / SAMPLES
        places = (corners + shares * (np.roll(corners, -1, axis=0) - corners)).reshape(-1, 2)
        rows, columns = self.pixels.shape[:2]
        x = np.clip(places[:, 0], 0, columns - 1).astype(int)
        y = np.clip(places[:, 1], 0, rows - 1).astype(int)
        return np.asarray(self.pixels[y, x, :3].mean(axis=0) / 255)

    def _also_under(self) -> cairo.Context:  # type: ignore[type-arg,unused-ignore]
        """The pixels' context with the same path and pen."""
        under = self.under
        under.set_matrix(self.get_matrix())
        under.new_path()
        under.append_path(self.copy_path())
        under.set_line_width(self.get_line_width())
        under.set_line_cap(self.get_line_cap())
        under.set_line_join(self.get_line_join())
        under.set_dash(*self.get_dash())
        return under


@dataclass(frozen=True)
class Viewport:
    """A page: what part of the scene it shows, and how large.

    Args:
        box: the part, manim units.
        unit: points that a manim unit takes.
        background: sRGB in 0..1, (3,), or None for a clear page.
    """

    box: Box
    unit: float
    background: np.ndarray | None

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, points."""
        return self.box.width * self.unit, self.box.height * self.unit


def as_vector(
    camera: Camera, mobjects: Iterable[Mobject], viewport: Viewport, format: str
) -> bytes:
    """A page in "svg", "pdf" or "eps" as Cairo writes it, with its dates and counters in it."""
    buffer = io.BytesIO()
    surface = _surface(buffer, viewport.size, format)
    ctx = _FlatContext(surface) if format == "eps" else _PageContext(surface)
    if isinstance(ctx, _FlatContext):
        ctx.begin(viewport.size, np.ones(3) if viewport.background is None else viewport.background)
    if viewport.background is not None:
        ctx.set_source_rgba(*viewport.background[::-1])
        ctx.rectangle(0, 0, *viewport.size)
        ctx.fill()
    unit, box = viewport.unit, viewport.box
    ctx.set_matrix(cairo.Matrix(unit, 0, 0, -unit, -box.left * unit, box.top * unit))
    paint(camera, mobjects, ctx)
    surface.finish()
    payload = buffer.getvalue()
    return _with_exact_size(payload, viewport.size) if format == "eps" else payload


def _with_exact_size(eps: bytes, size: tuple[float, float]) -> bytes:
    """The page as the bounding box, to the thousandth too: Cairo gives whole points of the ink."""
    width, height = (math.ceil(side) for side in size)
    whole = b"%%%%BoundingBox: 0 0 %d %d" % (width, height)
    # Cairo hangs the page from a whole point: what is over lies below.
    exact = b"%%%%HiResBoundingBox: 0 %.3f %.3f %d" % (height - size[1], size[0], height)
    return re.sub(rb"%%BoundingBox:[^\n]*", whole + b"\n" + exact, eps, count=1)


def _surface(
    buffer: io.BytesIO, size: tuple[float, float], format: str
) -> cairo.SVGSurface | cairo.PDFSurface | cairo.PSSurface:
    if format == "svg":
        return cairo.SVGSurface(buffer, *size)
    if format == "pdf":
        return cairo.PDFSurface(buffer, *size)
    surface = cairo.PSSurface(buffer, *size)
    surface.set_eps(True)
    return surface


def paint(camera: Camera, mobjects: Iterable[Mobject], ctx: cairo.Context) -> None:
    """Paint what the camera would show of the mobjects, in the camera's order."""
    mobjects = list(mobjects)
    if hasattr(camera, "reset_rotation_matrix"):
        camera.reset_rotation_matrix()
    for mobject in camera.get_mobjects_to_display(mobjects):
        ctx.new_path()
        if isinstance(mobject, Batch):
            _paint_batch(mobject, ctx)
        elif isinstance(mobject, VMobject):
            if leaves_a_mark(mobject):
                _paint_shape(camera, mobject, ctx)
        elif isinstance(mobject, PMobject):
            _paint_points(camera, mobject, ctx)
        elif isinstance(mobject, ImageMobjectFromCamera):
            _paint_inset(camera, mobject, mobjects, ctx)
        elif isinstance(mobject, AbstractImageMobject):
            _paint_image(camera, mobject, ctx)


def _paint_batch(batch: Batch, ctx: cairo.Context) -> None:
    pixel = PIXEL / abs(ctx.get_matrix().xx)
    if isinstance(ctx, _FlatContext):  # a group laid down thinner would be an image
        if batch.visible:
            batch.paint(ctx, pixel, batch.rgbas)
    else:
        batch.draw(ctx, pixel)


def _paint_shape(camera: Camera, shape: VMobject, ctx: cairo.Context) -> None:
    """Stroke and fill as manim does, without fills and strokes that nobody would see."""
    Camera.set_cairo_context_path(camera, ctx, shape)
    for background in (True, False):
        if not background and np.any(camera.get_fill_rgbas(shape)[:, 3] > 0):
            Camera.apply_fill(camera, ctx, shape)
        if np.any(camera.get_stroke_rgbas(shape, background)[:, 3] > 0):
            Camera.apply_stroke(camera, ctx, shape, background)
    ctx.new_path()


def _paint_points(camera: Camera, cloud: PMobject, ctx: cairo.Context) -> None:
    """Manim's point clouds: a square for each point, as many pixels wide as manim makes it."""
    places = camera.transform_points_pre_display(cloud, cloud.points)
    side = camera.adjusted_thickness(cloud.stroke_width) * camera.frame_width / camera.pixel_width
    for (x, y, _), (red, green, blue, alpha) in zip(places, cloud.rgbas, strict=True):
        ctx.set_source_rgba(blue, green, red, alpha)
        ctx.rectangle(x - side / 2, y - side / 2, side, side)
        ctx.fill()


def _paint_image(camera: Camera, image: AbstractImageMobject, ctx: cairo.Context) -> None:
    """An image on the parallelogram of its corners; Cairo takes premultiplied BGRA."""
    pixels = np.ascontiguousarray(image.get_pixel_array()[..., [2, 1, 0, 3]])
    alpha = pixels[..., 3:].astype(np.uint16)
    pixels[..., :3] = (pixels[..., :3] * alpha + 127) // 255
    nearest = image.resampling_algorithm == Image.Resampling.NEAREST
    if nearest:  # Cairo's SVG forgets that pixels are to stay sharp, so each becomes many
        times = max(1, min(16, SHARP_SIDE // max(pixels.shape[:2])))
        pixels = np.ascontiguousarray(pixels.repeat(times, axis=0).repeat(times, axis=1))
    rows, columns = pixels.shape[:2]
    surface = cairo.ImageSurface.create_for_data(
        pixels.data, cairo.FORMAT_ARGB32, columns, rows, columns * 4
    )
    across, down, corner = _corners(camera, image)
    ctx.save()
    ctx.transform(cairo.Matrix(*(across / columns), *(down / rows), *corner))
    ctx.set_source_surface(surface)
    ctx.get_source().set_filter(cairo.FILTER_NEAREST if nearest else cairo.FILTER_GOOD)
    ctx.rectangle(0, 0, columns, rows)
    ctx.fill()
    ctx.restore()


def _paint_inset(
    camera: Camera, inset: ImageMobjectFromCamera, mobjects: list[Mobject], ctx: cairo.Context
) -> None:
    """What a second camera shows, painted again as vectors within the inset's outline."""
    across, down, corner = _corners(camera, inset)
    seen = inset.camera
    left, top = seen.frame_center[:2] + np.array([-seen.frame_width, seen.frame_height]) / 2
    ctx.save()
    ctx.transform(cairo.Matrix(*across, *down, *corner))
    ctx.rectangle(0, 0, 1, 1)
    ctx.clip()
    ctx.scale(1 / seen.frame_width, -1 / seen.frame_height)
    ctx.translate(-left, -top)
    own = {id(member) for member in inset.get_family()}
    paint(seen, [mobject for mobject in mobjects if id(mobject) not in own], ctx)
    ctx.restore()


def _corners(
    camera: Camera, image: AbstractImageMobject
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An image's sides across and down and its upper left corner as they are seen, (2,) each."""
    seen = camera.transform_points_pre_display(image, image.points)[:, :2]
    return seen[1] - seen[0], seen[2] - seen[0], seen[0]
