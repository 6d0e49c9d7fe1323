"""Outlines in SVG pictures, which every text is read from: each distinct one is read once.

A text that is set again has the same glyphs, mostly, at other places.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from types import NoneType
from typing import Any

import numpy as np
import svgelements
from manim import RendererType, VMobjectFromSVGPath, config
from svgelements import Close, CubicBezier, Line, Matrix, Move, Point, QuadraticBezier

from mlanim.engine.mobjects.methods import answered, patched

Flat = tuple[float, float, float]

READ, LONGEST = 4096, 4096
"""How many outlines are remembered, and of how many characters at most; a glyph has hundreds."""

NEAR = 1e-4
"""A path that ends so close to its start needs no line to close it, as Manim has it."""

_PLAIN = frozenset({NoneType, bool, int, float, str})


Segment = tuple[Any, dict[str, Any], list[tuple[str, float, float]]]
"""The class of a segment of a path, what it has beside its points, and those."""


@contextmanager
def quick_pictures() -> Iterator[None]:
    """Have pictures read so; a class with a way of its own keeps it."""
    parse, move = svgelements.Path.parse, Point.__imul__

    def parsed(path: Any, outline: str) -> None:
        is_new = not path._segments and len(outline) <= LONGEST
        segments = _read(outline) if is_new else None
        if segments is None:
            parse(path, outline)
        else:
            path._segments += map(_made, segments)

    def moved(point: Any, by: Any) -> Any:
        if by.__class__ is not Matrix:
            return move(point, by)
        x, y = point.x, point.y
        point.x, point.y = x * by.a + y * by.c + 1 * by.e, x * by.b + y * by.d + 1 * by.f
        return point

    with (
        patched(svgelements.Path, "parse", parsed),
        patched(Point, "__imul__", moved),
        answered(VMobjectFromSVGPath, "handle_commands", _pointed),
    ):
        yield


@functools.lru_cache(READ)
def _read(outline: str) -> list[Segment] | None:
    """The segments of an outline; None for one that is at fault, or has more than numbers."""
    path = svgelements.Path()
    try:
        svgelements.SVGLexicalParser().parse(path, outline)
    except Exception:  # Manim's own reading says so
        return None
    found: list[Segment] = []
    seen: set[int] = set()
    count = 0
    for segment in path:
        points = {name: v for name, v in vars(segment).items() if v.__class__ is Point}
        others = {name: v for name, v in vars(segment).items() if name not in points}
        places = [(name, point.x, point.y) for name, point in points.items()]
        numbers = [*others.values(), *(number for place in places for number in place)]
        seen.update(map(id, points.values()))
        count += len(points)
        if len(seen) < count or not all(number.__class__ in _PLAIN for number in numbers):
            return None
        found.append((segment.__class__, others, places))
    return found


def _made(segment: Segment) -> Any:
    """A segment with points of its own, since pictures move what they use in place."""
    kind, others, places = segment
    made = kind.__new__(kind)
    own = vars(made)
    own.update(others)
    for name, x, y in places:
        own[name] = Point(x, y)
    return made


def _pointed(mobject: Any) -> Any:
    """Give a mobject the points (4 n, 3) of its path's curves."""
    if config.renderer != RendererType.CAIRO or mobject.n_points_per_cubic_curve != 4:
        return None
    curves = _curves(mobject.path_obj)
    if curves is None:
        return None
    mobject.points = np.array(curves) if curves else np.zeros((0, 3))
    return mobject


def _curves(path: Any) -> list[Flat] | None:
    """The points of a path, four a curve; None for a path that Manim's own code has to read."""
    found: list[Flat] = []
    here = begun = None
    for segment in path:
        kind = segment.__class__
        if kind is Move:
            here = begun = _flat(segment.end)
            continue
        if here is None or begun is None:
            return None
        if kind is Close:
            if _is_near(here, begun):
                continue
            end = begun
        else:
            end = _flat(segment.end)
        if kind is CubicBezier:
            found += (here, _flat(segment.control1), _flat(segment.control2), end)
        elif kind is QuadraticBezier:
            handle = _flat(segment.control)
            found += (here, _third(here, handle, handle), _third(handle, handle, end), end)
        elif kind is Line or kind is Close:
            found += (here, _third(here, here, end), _third(here, end, end), end)
        else:
            return None
        here = end
    return found


def _flat(point: Any) -> Flat:
    return (point.x, point.y, 0.0)


def _third(a: Flat, b: Flat, c: Flat) -> Flat:
    return ((a[0] + b[0] + c[0]) / 3, (a[1] + b[1] + c[1]) / 3, 0.0)


def _is_near(here: Flat, begun: Flat) -> bool:
    return here == begun or bool(np.linalg.norm(np.subtract(here, begun)) <= NEAR)
