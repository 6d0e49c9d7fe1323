"""Mobjects that hold arrays: thousands of points, cells or faces as one object.

A batch keeps one colour an item and animates by interpolating arrays, so `.animate`, `FadeIn`,
`Transform` between equal kinds, updaters and copies all work, and drawing is one pass.
"""

from __future__ import annotations

import functools
from typing import Any, ClassVar, Self

import cairo
import numpy as np
from manim import VMobject

from mlanim.stage import theme

Extent = tuple[float, float, float, float]
"""Left, bottom, right and top, manim units."""


class Batch(VMobject):
    """Items with a colour each. `points` (N, 3) holds their geometry, `rgbas` (M, 4) their paint.

    A subclass names in `mixed` whatever other arrays a transform has to interpolate.
    """

    mixed: ClassVar[tuple[str, ...]] = ("rgbas",)

    def __init__(self, points: np.ndarray, rgbas: np.ndarray):
        super().__init__(stroke_width=0)
        self.points = as_3d(points)
        self.rgbas = as_rgba(rgbas)

    def draw(self, ctx: cairo.Context, pixel: float) -> None:
        """Paint the batch; `pixel` is a pixel's side in manim units.

        A batch that is faded as a whole is painted opaque first and then laid down thinner:
        otherwise every overlap of its items would show.
        """
        if not self.visible:
            return
        veil = float(self.rgbas[0, 3])
        if veil >= 1 or not np.all(self.rgbas[:, 3] == veil):
            self.paint(ctx, pixel, self.rgbas)
            return
        ctx.save()
        if isinstance(ctx.get_target(), cairo.ImageSurface) and self.says_what_it_paints:
            _clip(ctx, self.extent(pixel))  # else a picture as large as the frame is laid down
        ctx.push_group()
        self.paint(ctx, pixel, as_rgba(self.rgbas[:, :3]))
        ctx.pop_group_to_source()
        ctx.paint_with_alpha(veil)
        ctx.restore()

    def paint(self, ctx: cairo.Context, pixel: float, rgbas: np.ndarray) -> None:
        """Paint all items in the colours given (M, 4). Cairo gets the channels as BGR."""
        raise NotImplementedError

    def get_anchors(self) -> list[np.ndarray]:
        """The points themselves: a batch has no curves whose handles would have to be left out."""
        return list(self.points)

    def get_points_defining_boundary(self) -> np.ndarray:
        """What the bounding box is taken from, (N, 3)."""
        return self.points

    def set_rgbas(self, rgbas: np.ndarray) -> Self:
        """Give each item a colour: (M, 3) or (M, 4), floats in 0..1."""
        self.rgbas = as_rgba(rgbas)
        return self

    def set_opacity(self, opacity: float, family: bool = True) -> Self:
        """Give every item the same opacity."""
        self.rgbas = self.rgbas.copy()
        self.rgbas[:, 3] = opacity
        return self

    def fade(self, darkness: float = 0.5, family: bool = True) -> Self:
        """Multiply every item's opacity by 1 - `darkness`."""
        self.rgbas = self.rgbas * np.array([1, 1, 1, 1 - darkness])
        return self

    def interpolate_color(self, mobject1: VMobject, mobject2: VMobject, alpha: float) -> Self:
        """Mix the paint, and all else in `mixed`, of two batches of the same length."""
        for name in self.mixed:
            first, second = getattr(_batch(mobject1), name), getattr(_batch(mobject2), name)
            setattr(self, name, (1 - alpha) * first + alpha * second)
        return self

    def align_points(self, vmobject: VMobject) -> Self:
        """Check that a transform's two ends have as many items.

        Raises:
            ValueError: if they do not; items have no natural way to split.
        """
        if len(self.points) != len(vmobject.points):
            raise ValueError(
                f"A batch of {len(self.points)} points cannot become one of "
                f"{len(vmobject.points)}; fade one out and the other in."
            )
        if len(self.rgbas) != len(_batch(vmobject).rgbas):
            raise ValueError(
                f"A batch of {len(self.rgbas)} colours cannot become one of "
                f"{len(_batch(vmobject).rgbas)}; fade one out and the other in."
            )
        return self

    def pointwise_become_partial(self, vmobject: VMobject, a: float, b: float) -> Self:
        """Show the items between fractions `a` and `b`: what `Create` asks for."""
        source = _batch(vmobject)
        order = np.arange(len(source.rgbas)) / max(len(source.rgbas), 1)
        shown = (order >= a) & (order < b)
        self.points = source.points.copy()
        self.rgbas = source.rgbas * np.column_stack([np.ones((len(shown), 3)), shown])
        return self

    @property
    def reach(self) -> float:
        """How far the paint goes beyond the points, manim units."""
        return 0.0

    def extent(self, pixel: float) -> Extent:
        """What it is painted within; `pixel` is a pixel's side in manim units."""
        return extent_of(self.points[:, :2], self.reach + pixel)

    def seen(self) -> tuple[Any, ...]:
        """All that `paint` reads: equal to what it was if the picture is.

        A class that paints in a way of its own says this anew; else it is painted in every frame.
        """
        return self.points.tobytes(), self.rgbas.tobytes()

    @property
    def says_what_it_paints(self) -> bool:
        """Whether what is seen of it, and where, was said for the way in which it is painted."""
        kind: Any = type(self)  # which mypy takes for unhashable
        return _says_what_it_paints(kind)

    @property
    def visible(self) -> bool:
        """Whether any item would leave a mark."""
        return bool(len(self.rgbas)) and bool((self.rgbas[:, 3] > 0).any())


@functools.cache
def _says_what_it_paints(kind: type[Batch]) -> bool:
    return kind.draw is Batch.draw and _rank(kind, "seen") <= _rank(kind, "paint")


def _rank(kind: type, name: str) -> int:
    return next(rank for rank, base in enumerate(kind.__mro__) if name in vars(base))


def _clip(ctx: cairo.Context, box: Extent) -> None:
    """Leave out what is beyond a box, along the edges of pixels, where no antialiasing shows it."""
    left, bottom, right, top = box
    corners = np.array([ctx.user_to_device(x, y) for x in (left, right) for y in (bottom, top)])
    if not np.isfinite(corners).all():
        return
    low, high = np.floor(corners.min(axis=0)) - 1, np.ceil(corners.max(axis=0)) + 1
    matrix = ctx.get_matrix()
    ctx.identity_matrix()
    ctx.new_path()
    ctx.rectangle(*low.tolist(), *(high - low).tolist())
    ctx.clip()
    ctx.set_matrix(matrix)


def _batch(mobject: Any) -> Batch:
    if not isinstance(mobject, Batch):
        raise TypeError(f"A batch becomes another batch, not a {type(mobject).__name__}.")
    return mobject


def extent_of(places: np.ndarray, by: float) -> Extent:
    """The box around places (N, 2), and `by` further out on each side."""
    (left, bottom), (right, top) = places.min(axis=0).tolist(), places.max(axis=0).tolist()
    return left - by, bottom - by, right + by, top + by


def as_3d(points: np.ndarray) -> np.ndarray:
    """Points (N, 2) or (N, 3) as float64 (N, 3)."""
    points = np.asarray(points, dtype=float)
    if points.shape[-1] == 3:
        return points.copy()
    padded = np.zeros((len(points), 3))
    padded[:, :2] = points
    return padded


def as_rgba(colors: np.ndarray) -> np.ndarray:
    """Colours (M, 3) or (M, 4) as float64 (M, 4)."""
    colors = np.asarray(colors, dtype=float)
    if colors.shape[-1] == 4:
        return colors.copy()
    return np.column_stack([colors, np.ones(len(colors))])


def role_rgbas(role: str, count: int, opacity: float = 1.0) -> np.ndarray:
    """`count` times the colour of a role, (count, 4)."""
    return np.tile([*theme.rgb(role), opacity], (count, 1))
