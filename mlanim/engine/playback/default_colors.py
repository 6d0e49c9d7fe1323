"""The colours that mobjects are made in: set in less time, and of a theme for Manim's scenes."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import WHITE, ManimColor, Mobject, VMobject, config

from mlanim.engine.playback.copying import patched

_NUMBERS = frozenset({int, float, np.float64})


@contextlib.contextmanager
def quick_colors() -> Iterator[None]:
    """Have mobjects set one colour, which they do seven times as they are made, without lists."""
    theirs = VMobject.update_rgbas_array

    def update(
        mobject: VMobject, array_name: str, color: Any = None, opacity: Any = None
    ) -> VMobject:
        if _is_one(color, opacity) and _is_plain(mobject):
            _set_rgba(vars(mobject), array_name, color, opacity)
            return mobject
        return theirs(mobject, array_name, color, opacity)

    with patched(VMobject, "update_rgbas_array", update):
        yield


def _is_one(color: object, opacity: object) -> bool:
    return (color is None or color.__class__ is ManimColor) and (
        opacity is None or opacity.__class__ in _NUMBERS
    )


def _is_plain(mobject: VMobject) -> bool:
    """Whether a mobject has its colours as manim makes them, and without a gradient."""
    return mobject.sheen_factor == 0 and _has_plain_colors(mobject.__class__)


@functools.cache
def _has_plain_colors(kind: type[VMobject]) -> bool:
    own = ("generate_rgbas_array", "get_sheen_factor", "__setattr__", "__getattr__")
    names = (*own, "fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")
    return all(getattr(kind, name, None) is getattr(VMobject, name, None) for name in names)


def _set_rgba(own: dict[str, Any], name: str, color: Any, opacity: Any) -> None:
    """Set what is given in an array of colours; a new one is black and clear where nothing is."""
    rgbas = own.get(name)
    if rgbas is None:
        rgbas = own[name] = np.zeros((1, 4))
    if color is not None:
        rgbas[:, :3] = color._internal_value[:3]
    if opacity is not None:
        rgbas[:, 3] = opacity


@contextlib.contextmanager
def default_colors(background: str, ink: str) -> Iterator[None]:
    """Have Manim's scenes begin with these colours, "#rrggbb", while the block runs.

    Colours that a scene names itself stay as they are.
    """
    config.background_color = background
    white = {kind: names for kind in _classes(Mobject) if (names := _white(kind))}
    kept = {kind: kind.__init__ for kind in white}
    for kind, names in white.items():
        defaults = dict.fromkeys(names, ManimColor(ink))
        kind.__init__ = functools.partialmethod(kept[kind], **defaults)
    try:
        yield
    finally:
        for kind, plain in kept.items():
            kind.__init__ = plain


def _classes(base: type[Any]) -> list[type[Any]]:
    """A class of Manim's and all that come from it, those of a scene's file left out."""
    found = {base: None}
    for kind in base.__subclasses__():
        found |= dict.fromkeys(_classes(kind))
    return [kind for kind in found if kind.__module__.startswith("manim.")]


def _white(kind: type[Any]) -> list[str]:
    """The parameters of a class's own that are white by default."""
    if "__init__" not in vars(kind):
        return []
    given = inspect.signature(kind.__init__).parameters
    return [name for name, one in given.items() if _is_white(one.default)]


def _is_white(default: object) -> bool:
    return isinstance(default, ManimColor) and bool(default == WHITE)
