"""Paths built for many mobjects at once are those that manim builds for each."""

from __future__ import annotations

from typing import Any

import cairo
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from manim import Camera, VMobject, tempconfig

from mlanim.engine.camera.paths import boxes_of, subpaths_of, trace

PIXELS = 64

coordinates = st.sampled_from([0.0, 1.0, -1.0, 1.0 + 5e-7, 1.0 + 5e-6, 1.0 + 5e-5, 0.3, 1e-7, -3.0])
corners = st.tuples(coordinates, coordinates, st.just(0.5))
curves = st.lists(st.tuples(corners, corners, corners, corners), min_size=1, max_size=6)
tolerances = st.sampled_from([1e-6, 1e-2])
splines = st.lists(st.tuples(curves, tolerances, st.booleans()), min_size=1, max_size=4)


def as_points(spline: list[Any], joined: bool) -> np.ndarray:
    """Points (4 n, 3); `joined` curves each begin where the one before ends."""
    points = np.array(spline, dtype=float)
    if joined:
        points[1:, 0] = points[:-1, 3]
    return points.reshape(-1, 3)


def context() -> cairo.Context[Any]:
    return cairo.Context(cairo.ImageSurface(cairo.FORMAT_ARGB32, PIXELS, PIXELS))


def manims(points: np.ndarray, tolerance: float) -> list[Any]:
    mobject = VMobject(tolerance_for_point_equality=tolerance)
    mobject.points = points
    ctx = context()
    with tempconfig({"pixel_width": PIXELS, "pixel_height": PIXELS}):
        Camera().set_cairo_context_path(ctx, mobject)
    return list(ctx.copy_path())


def in_a_row(points: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate(points)[:, :2], np.array([len(spline) // 4 for spline in points])


@given(splines)
def test_every_spline_is_split_and_closed_as_by_manim(drawn: list[Any]) -> None:
    points = [as_points(spline, joined) for spline, _, joined in drawn]
    slack = [tolerance for _, tolerance, _ in drawn]
    found = subpaths_of(*in_a_row(points), np.array(slack))
    assert len(found) == len(points)
    for spline, tolerance, subpaths in zip(points, slack, found, strict=True):
        ctx = context()
        trace(ctx, subpaths)
        assert list(ctx.copy_path()) == manims(spline, tolerance)


@given(splines)
def test_boxes_hold_every_point(drawn: list[Any]) -> None:
    points = [as_points(spline, joined) for spline, _, joined in drawn]
    for spline, box in zip(points, boxes_of(*in_a_row(points)), strict=True):
        expected = [*spline[:, :2].min(axis=0), *spline[:, :2].max(axis=0)]
        np.testing.assert_array_equal(box, expected)
