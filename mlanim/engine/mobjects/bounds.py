"""Families and bounding boxes of mobjects, which every `move_to` asks for, from whole arrays."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from manim import Mobject, VMobject

from mlanim.engine.camera.display_list import collect
from mlanim.engine.mobjects.methods import answered
from mlanim.stage.arrays.batch import Batch

_ANCHORS = ("get_anchors", "get_start_anchors", "get_end_anchors")


@contextmanager
def quick_bounds() -> Iterator[None]:
    """Have mobjects answer so; a class with an answer of its own keeps it."""
    with (
        answered(Mobject, "get_family", _family),
        answered(Mobject, "get_critical_point", _critical_point),
        answered(VMobject, "get_points_defining_boundary", _boundary),
    ):
        yield


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


def _are_curves(member: Any, points: Any) -> bool:
    return (
        points.__class__ is np.ndarray
        and points.ndim == 2
        and points.shape[1] == 3
        and (len(points) == 1 or len(points) % 4 == 0 or isinstance(member, Batch))
        and member.n_points_per_cubic_curve == 4
        and not any(name in vars(member) for name in _ANCHORS)
    )
