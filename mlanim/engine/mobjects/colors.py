"""Colours of mobjects, which each is given seven times while it is made, without detours.

Manim makes lists of colours and opacities as long as each other, and from them an array, for one
colour with one opacity too. It also reads a new mobject's colour to set it again.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from types import NoneType
from typing import Any

import numpy as np
from manim import BLACK, OUT, ManimColor, VMobject
from manim.utils.space_ops import rotation_matrix

from mlanim.engine.mobjects.methods import answered

_NUMBERS = frozenset({NoneType, int, float, np.float64})

_ASKED = ("generate_rgbas_array", "get_sheen_factor", "__setattr__")

_SET = (
    *("fill_color", "get_fill_color", "get_fill_colors", "get_fill_rgbas", "set_fill"),
    *("stroke_color", "get_stroke_color", "get_stroke_colors", "get_stroke_rgbas", "set_stroke"),
    *("set_sheen", "update_rgbas_array"),
)

_OPACITIES = ("fill_opacity", "stroke_opacity")


@contextmanager
def quick_colors() -> Iterator[None]:
    """Have mobjects painted so; a class with a way of its own keeps it."""
    with (
        answered(VMobject, "init_colors", _begun),
        answered(VMobject, "update_rgbas_array", _updated),
        answered(VMobject, "get_fill_colors", _fill_colors),
        answered(VMobject, "get_stroke_colors", _stroke_colors),
        answered(VMobject, "rotate_sheen_direction", _turned),
    ):
        yield


def _begun(mobject: Any, propagate_colors: bool = True) -> Any:
    """Give a mobject that has its colours the opacities, the stroke behind it, and its sheen."""
    own, kind = vars(mobject), mobject.__class__
    arrays = own.get("fill_rgbas"), own.get("stroke_rgbas")
    opacities = [own.get(name) for name in _OPACITIES]
    if (
        mobject.submobjects
        or not (_mixes_plainly(kind) and _begins_plainly(kind))
        or mobject.sheen_factor != 0
        or not all(_are_colors(rgbas) and len(rgbas) == 1 for rgbas in arrays)
        or not all(opacity.__class__ in _NUMBERS for opacity in opacities)
    ):
        return None
    for rgbas, opacity in zip(arrays, opacities, strict=True):
        if rgbas is not None and opacity is not None:
            rgbas[:, 3] = opacity
    mobject.set_background_stroke(
        color=mobject.background_stroke_color,
        width=mobject.background_stroke_width,
        opacity=mobject.background_stroke_opacity,
        family=propagate_colors,
    )
    mobject.sheen_factor = mobject.sheen_factor  # a class's own becomes the mobject's
    if mobject.sheen_direction is not None:
        mobject.set_sheen_direction(mobject.sheen_direction, family=False)
    return mobject


def _updated(mobject: Any, array_name: str, color: Any = None, opacity: Any = None) -> Any:
    """Give a mobject one colour, one opacity, or both, in one of its arrays (n, 4)."""
    one = (color is None or color.__class__ is ManimColor) and opacity.__class__ in _NUMBERS
    if not one or not _mixes_plainly(mobject.__class__) or mobject.sheen_factor != 0:
        return None
    rgbas = vars(mobject).get(array_name)
    if rgbas is None:
        if hasattr(mobject.__class__, array_name):
            return None
        rgbas = vars(mobject)[array_name] = np.empty((1, 4))
        color = BLACK if color is None else color
        opacity = 0.0 if opacity is None else opacity
    elif not _are_colors(rgbas):
        return None
    if color is not None:
        rgbas[:, :3] = color._internal_value[:3]
    if opacity is not None:
        rgbas[:, 3] = opacity
    return mobject


def _turned(mobject: Any, angle: float, axis: Any = OUT, family: bool = True) -> Any:
    """Turn the sheens of a family by one matrix."""
    members = mobject.get_family() if family else [mobject]
    if not all(np.shape(member.sheen_direction) == (3,) for member in members):
        return None
    matrix = rotation_matrix(angle, axis)
    for member in members:
        member.sheen_direction = matrix @ member.sheen_direction
    return mobject


def _fill_colors(mobject: Any) -> list[ManimColor | None] | None:
    return _colors(mobject.get_fill_rgbas())


def _stroke_colors(mobject: Any, background: bool = False) -> list[ManimColor | None] | None:
    return _colors(mobject.get_stroke_rgbas(background))


def _colors(rgbas: Any) -> list[ManimColor | None] | None:
    """Rows of red, green, blue and alpha as colours without it; None for one that is all zero."""
    if not _are_colors(rgbas):
        return None
    return [_color(row) if any(row) else None for row in rgbas.tolist()]


def _color(row: list[float]) -> ManimColor:
    color = ManimColor.__new__(ManimColor)
    color._internal_value = np.array([*row[:3], 1.0])
    return color


def _are_colors(rgbas: Any) -> bool:
    return (
        rgbas.__class__ is np.ndarray
        and rgbas.dtype == np.float64
        and rgbas.ndim == 2
        and len(rgbas) > 0
        and rgbas.shape[1] == 4
    )


@functools.cache
def _mixes_plainly(kind: type) -> bool:
    return all(getattr(kind, name) is getattr(VMobject, name) for name in _ASKED)


@functools.cache
def _begins_plainly(kind: type) -> bool:
    return not any(hasattr(kind, name) for name in (*_OPACITIES, "stroke_width")) and all(
        getattr(kind, name) is getattr(VMobject, name) for name in _SET
    )
