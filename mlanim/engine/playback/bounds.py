"""Families, bounding boxes and closed pieces of mobjects, from whole arrays.

Every `move_to` asks for the first two, every transform for the last.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from manim import Mobject, VMobject

from mlanim.engine.camera.display_list import collect
from mlanim.engine.playback.copying import patched
from mlanim.stage.arrays.batch import Batch

CLOSE = 1e-5
"""By which share of where it is a point may lie off another to count as the same, as in manim."""

_ANCHORS = ("get_anchors", "get_start_anchors", "get_end_anchors")


@contextmanager
def quick_bounds() -> Iterator[None]:
    """Have mobjects answer so; a class with an answer of its own keeps it."""
    with ExitStack() as stack:
        for kind, name, quick in (
            (Mobject, "get_family", _family),
            (Mobject, "get_critical_point", _critical_point),
            (VMobject, "get_points_defining_boundary", _boundary),
            (VMobject, "consider_points_equals", _are_equal),
            (VMobject, "get_subpaths_from_points", _subpaths),
        ):
            stack.enter_context(patched(kind, name, _in_place_of(getattr(kind, name), quick)))
        yield


def _in_place_of(theirs: Any, quick: Any) -> Any:
    """A method that asks `quick`, and where that returns None, does as before."""

    @functools.wraps(theirs)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        answer = quick(self, *args, **kwargs)
        return theirs(self, *args, **kwargs) if answer is None else answer

    return method


def _family(mobject: Mobject, recurse: bool = True) -> list[Mobject] | None:
    """A mobject and all below it, each once, where it occurs last."""
    found: list[Mobject] = []
    if not collect(mobject, set(), found, _has_plain_family):
        return None
    found.reverse()
    return found


def _boundary(mobject: VMobject) -> np.ndarray | None:
    """The ends of all curves of a family, (N, 3)."""
    pieces = []
    for member in mobject.get_family():
        points = member.points
        if not (_has_plain_anchors(member.__class__) and _are_curves(member, points)):
            return None
        if len(points) > 1 and not isinstance(member, Batch):
            points = points.reshape(-1, 4, 3)[:, ::3].reshape(-1, 3)
        if len(points):
            pieces.append(points)
    return np.concatenate(pieces) if pieces else None


def _are_equal(mobject: VMobject, first: Any, second: Any) -> bool | None:
    """Whether points (3,) or (N, 3) lie where others do."""
    if not (_is_finite(first) and _is_finite(second)):
        return None
    near = mobject.tolerance_for_point_equality + CLOSE * np.abs(second)
    return bool((np.abs(first - second) <= near).all())


def _subpaths(mobject: VMobject, points: Any) -> list[np.ndarray] | None:
    """The stretches (4 n, 3) of curves of which each begins where the one before it ends."""
    if not (_has_plain_pieces(mobject.__class__) and _is_finite(points)):
        return None
    if mobject.n_points_per_cubic_curve != 4:
        return None
    ends, starts = points[3:-1:4], points[4::4]
    far = np.abs(ends - starts) > mobject.tolerance_for_point_equality + CLOSE * np.abs(starts)
    cuts = [0, *(4 * np.flatnonzero(far.any(axis=1)) + 4).tolist(), len(points)]
    return [points[a:b] for a, b in itertools.pairwise(cuts) if b - a >= 4]


def _critical_point(mobject: Mobject, direction: Any) -> np.ndarray | None:
    """A corner, the middle of an edge, or the centre of the box around a mobject, (3,)."""
    if mobject.__class__.get_extremum_along_dim is not Mobject.get_extremum_along_dim:
        return None
    points = mobject.get_points_defining_boundary()
    if not (isinstance(points, np.ndarray) and points.ndim == 2 and len(points)):
        return None
    place = np.zeros(mobject.dim)
    for dim in range(mobject.dim):
        values, side = points[:, dim], direction[dim]
        if side < 0:
            place[dim] = np.minimum.reduce(values)
        elif side == 0:
            place[dim] = (np.minimum.reduce(values) + np.maximum.reduce(values)) / 2
        else:
            place[dim] = np.maximum.reduce(values)
    return place


@functools.cache
def _has_plain_family(kind: type[Mobject]) -> bool:
    return kind._iter_family is Mobject._iter_family


@functools.cache
def _has_plain_anchors(kind: type) -> bool:
    return issubclass(kind, VMobject) and all(
        getattr(kind, name) in (getattr(VMobject, name), getattr(Batch, name)) for name in _ANCHORS
    )


@functools.cache
def _has_plain_pieces(kind: type) -> bool:
    names = ("consider_points_equals", "_gen_subpaths_from_points")
    return all(getattr(kind, name) is getattr(VMobject, name) for name in names)


def _is_finite(points: Any) -> bool:
    return (
        points.__class__ is np.ndarray
        and points.dtype == np.float64
        and bool(np.isfinite(points).all())
    )


def _are_curves(member: Any, points: Any) -> bool:
    return (
        points.__class__ is np.ndarray
        and points.ndim == 2
        and points.shape[1] == 3
        and (len(points) == 1 or len(points) % 4 == 0 or isinstance(member, Batch))
        and member.n_points_per_cubic_curve == 4
        and not any(name in vars(member) for name in _ANCHORS)
    )
