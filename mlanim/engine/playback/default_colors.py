"""A theme on scenes of Manim's own: its background, and its ink where Manim's default is white."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Iterator
from typing import Any

from manim import WHITE, ManimColor, Mobject, config


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
