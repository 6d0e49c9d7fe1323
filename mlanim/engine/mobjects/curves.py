"""Curves of mobjects compared and cut at once, as where one mobject is made to become another."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from manim import VMobject

from mlanim.engine.mobjects.methods import answered

RELATIVE = 1e-5
"""`numpy.allclose`'s tolerance: a share of the second number."""

_CUTS = (
    "consider_points_equals",
    "_gen_subpaths_from_points",
    "get_subpath_split_indices_from_points",
)
_CURVES = ("get_cubic_bezier_tuples_from_points", "gen_cubic_bezier_tuples_from_points")


@contextmanager
def quick_curves() -> Iterator[None]:
    """Have mobjects' curves compared so; a class with a way of its own keeps it."""
    with (
        answered(VMobject, "consider_points_equals", _are_equal),
        answered(VMobject, "get_subpaths_from_points", _subpaths),
        answered(VMobject, "insert_n_curves_to_point_list", _as_many),
    ):
        yield


def _are_equal(mobject: VMobject, first: Any, second: Any) -> bool | None:
    """Whether a point, or each of several, is within the mobject's tolerance of a second."""
    if not (_are_points(first) and _are_points(second)) or second.ndim != 1:
        return None
    slack, place = mobject.tolerance_for_point_equality, second.tolist()
    points = [first.tolist()] if first.ndim == 1 else first.tolist()
    return all(
        a == b or (abs(a - b) <= slack + RELATIVE * abs(b) and math.isfinite(b))
        for point in points
        for a, b in zip(point, place, strict=True)
    )


def _subpaths(mobject: VMobject, points: Any) -> list[np.ndarray] | None:
    """The pieces of a path, (n, 3) each, as manim's camera finds them with arrays."""
    if not (_are_points(points) and points.ndim == 2 and _is_plain(mobject.__class__, _CUTS)):
        return None
    size = mobject.n_points_per_cubic_curve
    ends = mobject.get_subpath_split_indices_from_points(points).tolist()
    return [points[start:end] for start, end in ends if end - start >= size]


def _as_many(mobject: VMobject, n: int, points: Any) -> np.ndarray | None:
    """A path (n, 3) that gets no further curves: what stands of it in whole ones."""
    size = mobject.n_points_per_cubic_curve
    if n != 0 or not _are_points(points) or points.ndim != 2 or len(points) < size:
        return None
    if not _is_plain(mobject.__class__, _CURVES):
        return None
    whole = len(points) - len(points) % size
    return np.array(points[:whole])


def _are_points(points: Any) -> bool:
    return (
        points.__class__ is np.ndarray
        and points.dtype == np.float64
        and points.ndim in (1, 2)
        and points.shape[-1] == 3
    )


@functools.cache
def _is_plain(kind: type, names: tuple[str, ...]) -> bool:
    return all(getattr(kind, name) is getattr(VMobject, name) for name in names)
