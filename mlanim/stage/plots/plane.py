"""A plane that fills a box of the frame and holds given points, whatever their size."""

from __future__ import annotations

import math

import numpy as np

from mlanim.stage.layout import Box
from mlanim.stage.plots.fixed_chart import Plane
from mlanim.stage.text.number import NumberGrid
from mlanim.words.numbers import format_number

EDGE_LEFT, EDGE_BELOW = 0.5, 0.35  # manim units that the numbers on the edges take


def fitted_plane(
    points: np.ndarray, box: Box, pad: float, square: float = 0.75, numbered: bool = True
) -> Plane:
    """A plane with equal scales over all of `box`.

    Args:
        points: what has to be inside, (N, 2) in the data's units, not all the same.
        box: what plane and numbers may take.
        pad: manim units kept free between the points and the plane's edge.
        square: the least side of a grid square, manim units.
        numbered: whether grid lines have their numbers along the left and the lower edge.
    """
    area = box.inset(left=EDGE_LEFT, bottom=EDGE_BELOW) if numbered else box
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.array([area.width, area.height])
    unit = float(np.min((size - 2 * pad) / np.maximum(high - low, 1e-9)))
    middle, half = (low + high) / 2, size / 2 / unit
    (left, bottom), (right, top) = middle - half, middle + half
    step = grid_step(square / unit)
    plane = Plane((left, right), (bottom, top), area.width, step=step)
    plane.shift(area.centre)
    if numbered:
        plane.tick_labels.add(_edge_numbers(plane, step))
    return plane


def fitted_height(points: np.ndarray, width: float, pad: float) -> float:
    """The height of a box of this `width` that `fitted_plane` would fill without waste."""
    extent = np.maximum(np.ptp(points, axis=0), 1e-9)
    unit = (width - EDGE_LEFT - 2 * pad) / extent[0]
    return float(extent[1] * unit + 2 * pad + EDGE_BELOW)


def grid_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is at least `least`, over 0."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(float(s * power) for s in (1, 2, 5, 10) if s * power >= least * (1 - 1e-9))


def _edge_numbers(plane: Plane, step: float) -> NumberGrid:
    """The grid lines' coordinates, under the plane and to its left."""
    xs, ys = (
        np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step
        for low, high in (plane.x_range, plane.y_range)
    )
    (left, bottom), _ = plane.box
    below = [[plane.place(np.array([x, 0.0]))[0], bottom - 0.22, 0] for x in xs]
    beside = [[left - 0.27, plane.place(np.array([0.0, y]))[1], 0] for y in ys]
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    texts = [format_number(value, places) for value in (*xs, *ys)]
    return NumberGrid(texts, np.array(below + beside), "muted")
