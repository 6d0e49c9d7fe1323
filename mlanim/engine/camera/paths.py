"""Points of many mobjects to Cairo paths: split and closed with arrays, traced in one loop."""

from __future__ import annotations

from collections.abc import Sequence

import cairo
import numpy as np

Subpath = tuple[float, float, list[float], bool]
"""Where it starts, its curves (six numbers each: two handles and an end), whether it closes.

The numbers are one flat list: lists within lists would keep the garbage collector busy.
"""

RELATIVE = 1e-5
"""Manim's tolerance for points that count as one, a share of the second's coordinate."""


def subpaths_of(
    points: np.ndarray, counts: np.ndarray, tolerances: np.ndarray
) -> list[list[Subpath]]:
    """The subpaths of several cubic splines at once.

    A new subpath starts where a curve does not begin at the end of the one before, and closes
    where its ends meet: what manim's camera asks of each mobject by itself.

    Args:
        points: finite coordinates (4 n, 2) of all splines in a row, four points a curve.
        counts: how many curves each spline has (N,), one at least.
        tolerances: within which points are one, a spline each (N,).
    """
    curves = points.reshape(-1, 4, 2)
    owner = np.repeat(np.arange(len(counts)), counts)
    slack = tolerances[owner]
    opens = np.ones(len(curves), dtype=bool)
    opens[1:] = ~_meet(curves[:-1, 3], curves[1:, 0], slack[1:]) | (owner[1:] != owner[:-1])
    begins = np.flatnonzero(opens)
    ends = np.append(begins[1:], len(curves))
    closed = _meet(curves[begins, 0], curves[ends - 1, 3], slack[begins])
    numbers = curves[:, 1:].ravel().tolist()
    found: list[list[Subpath]] = [[] for _ in counts]
    for mine, (x, y), begin, end, closes in zip(
        owner[begins].tolist(),
        curves[begins, 0].tolist(),
        (6 * begins).tolist(),
        (6 * ends).tolist(),
        closed.tolist(),
        strict=True,
    ):
        found[mine].append((x, y, numbers[begin:end], closes))
    return found


def _meet(first: np.ndarray, second: np.ndarray, slack: np.ndarray) -> np.ndarray:
    """Which pairs of points (N, 2) count as one."""
    near = np.abs(first - second) <= slack[:, None] + RELATIVE * np.abs(second)
    return np.asarray(near[:, 0] & near[:, 1])


def trace(ctx: cairo.Context, subpaths: Sequence[Subpath]) -> None:
    """Make `subpaths` the context's path."""
    ctx.new_path()
    move_to, curve_to = ctx.move_to, ctx.curve_to
    for x, y, numbers, closes in subpaths:
        move_to(x, y)
        number = iter(numbers)
        for curve in zip(number, number, number, number, number, number, strict=True):
            curve_to(*curve)
        if closes:
            ctx.close_path()


def boxes_of(points: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Left, bottom, right and top of each spline of `subpaths_of`, (N, 4)."""
    starts = 4 * (np.cumsum(counts) - counts)
    lows, highs = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    return np.hstack([lows, highs])
