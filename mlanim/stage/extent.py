"""What of a mobject can be seen, and the box around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from manim import Mobject, PMobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject

from mlanim.stage.arrays.batch import Batch
from mlanim.stage.layout import Box

Project = Callable[[Mobject], np.ndarray]
"""From a mobject to where its points (N, 2 or 3) are seen, manim units."""


def leaves_a_mark(mobject: Mobject) -> bool:
    """Whether drawing a mobject, without its submobjects, would change a picture."""
    if isinstance(mobject, Batch):
        return mobject.visible
    if isinstance(mobject, VMobject):
        return bool(len(mobject.points)) and (is_filled(mobject) or is_stroked(mobject))
    if isinstance(mobject, PMobject):
        return bool(np.any(mobject.rgbas[:, 3] > 0))
    return isinstance(mobject, AbstractImageMobject)


def is_filled(vmobject: VMobject) -> bool:
    """Whether a mobject's area has a colour."""
    return bool(np.any(vmobject.get_fill_rgbas()[:, 3] > 0))


def is_stroked(vmobject: VMobject) -> bool:
    """Whether a mobject's outline has a width and a colour."""
    width = float(vmobject.get_stroke_width())
    return width > 0 and bool(np.any(vmobject.get_stroke_rgbas()[:, 3] > 0))


def visible_members(mobject: Mobject) -> list[Mobject]:
    """The members of a mobject's family that leave a mark."""
    return [member for member in mobject.get_family() if leaves_a_mark(member)]


def bounding_box(members: Iterable[Mobject], project: Project = lambda m: m.points) -> Box:
    """The smallest box around visible members: points, half a stroke's width, a disc's radius."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for member in members:
        points, reach = project(member)[:, :2], reach_of(member)
        low = np.minimum(low, points.min(axis=0) - reach)
        high = np.maximum(high, points.max(axis=0) + reach)
    return Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def reach_of(member: Mobject) -> float:
    """How far the paint goes beyond a mobject's points, manim units."""
    if isinstance(member, Batch):
        return member.reach
    return float(member.get_stroke_width()) / 200 if isinstance(member, VMobject) else 0.0
