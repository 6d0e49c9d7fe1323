"""Points of many mobjects to Cairo paths: split and closed with arrays, traced in one loop."""

from __future__ import annotations

from collections.abc import Sequence

import cairo
import numpy as np

Subpath = tuple[float, float, list[list[float]], bool]
"""Where it starts, its curves (two handles and an end, six numbers each), whether it closes."""

RELATIVE = 1e-5
"""Manim's tolerance for points that count as one, a share of the second's coordinate."""


def subpaths_of(points: Sequence[np.ndarray], tolerances: np.ndarray) -> list[list[Subpath]]:
    """The subpaths of several cubic splines at once.

    A new subpath starts where a curve does not begin at the end of the one before, and closes
    where its ends meet: what manim's camera asks of each mobject by itself.

    Args:
        points: finite coordinates (4 n, 2 or more) of each spline, four points a curve.
        tolerances: within which points are one, a spline each (N,).
    """
    counts = np.array([len(spline) // 4 for spline in points])
    if not counts.sum():
        return [[] for _ in points]
    curves = np.concatenate([spline[:, :2] for spline in points]).reshape(-1, 4, 2)
    owner = np.repeat(np.arange(len(points)), counts)
    slack = tolerances[owner]
    opens = np.ones(len(curves), dtype=bool)
    opens[1:] = ~_meet(curves[:-1, 3], curves[1:, 0], slack[1:]) | (owner[1:] != owner[:-1])
    begins = np.flatnonzero(opens)
    ends = np.append(begins[1:], len(curves))
    closed = _meet(curves[begins, 0], curves[ends - 1, 3], slack[begins])
    rows = curves[:, 1:].reshape(-1, 6).tolist()
    found: list[list[Subpath]] = [[] for _ in points]
    for mine, (x, y), begin, end, closes in zip(
        owner[begins].tolist(),
        curves[begins, 0].tolist(),
        begins.tolist(),
        ends.tolist(),
        closed.tolist(),
        strict=True,
    ):
        found[mine].append((x, y, rows[begin:end], closes))
    return found


def _meet(first: np.ndarray, second: np.ndarray, slack: np.ndarray) -> np.ndarray:
    """Which pairs of points (N, 2) count as one."""
    near = np.abs(first - second) <= slack[:, None] + RELATIVE * np.abs(second)
    return np.asarray(near[:, 0] & near[:, 1])


def trace(ctx: cairo.Context, subpaths: Sequence[Subpath]) -> None:
    """Make `subpaths` the context's path."""
    ctx.new_path()
    move_to, curve_to = ctx.move_to, ctx.curve_to
    for x, y, rows, closes in subpaths:
        move_to(x, y)
        for row in rows:
            curve_to(*row)
        if closes:
            ctx.close_path()


def boxes_of(points: Sequence[np.ndarray]) -> np.ndarray:
    """Left, bottom, right and top of each of several point sets (n, 2 or more), (N, 4)."""
    flat = np.concatenate([spline[:, :2] for spline in points])
    starts = np.cumsum([0, *(len(spline) for spline in points[:-1])])
    return np.hstack([np.minimum.reduceat(flat, starts), np.maximum.reduceat(flat, starts)])
