"""What has to be painted again of a frame that is nearly the one before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from mlanim.engine.camera.outlines import Outline
from mlanim.engine.camera.painting import SOFT, Canvas, Look
from mlanim.engine.encoding.planes import COLUMNS, ROWS, Rectangle, runs
from mlanim.stage.arrays.batch import Batch, Extent

MOST = 0.7
"""A share of the frame: if there is more to paint again, all of it is."""

MANY = 100
"""Mobjects: if more have another outline than before, asking each takes longer than painting."""


@dataclass(slots=True)
class Painted:
    """An outline or a batch in a frame: all that its picture comes from, and where that is.

    `blocks` are the rows and columns of blocks that it may leave a mark in.
    """

    thing: Outline | Batch | object  # held, so that nobody else gets its id
    seen: object
    look: Look | None
    blocks: Rectangle


@dataclass
class PaintedFrame:
    """What stands in an array of pixels: over which picture, through which matrix, in order."""

    base: np.ndarray
    pixels: np.ndarray
    canvas: Canvas
    painted: dict[int, Painted] = field(default_factory=dict)

    def add(self, one: Painted) -> None:
        """Paint one more on top."""
        self.painted[id(one.thing)] = one

    def differs(self, before: PaintedFrame | None) -> np.ndarray | None:
        """Which blocks (rows, columns) may differ from a frame before; None for nearly all."""
        if (
            before is None
            or before.base is not self.base
            or before.pixels is not self.pixels
            or before.canvas.matrix != self.canvas.matrix
        ):
            return None
        kept = [key for key in before.painted if key in self.painted]
        if kept != [key for key in self.painted if key in before.painted]:
            return None  # one has passed over another
        marks = np.zeros(grid_of(self.pixels), dtype=bool)
        for key in before.painted.keys() | self.painted.keys():
            was, now = before.painted.get(key), self.painted.get(key)
            if was is not now:
                for one in (was, now):
                    if one is not None:
                        marks[one.blocks] = True
        return marks if marks.mean() <= MOST else None


def grid_of(pixels: np.ndarray) -> tuple[int, int]:
    """How many rows and columns of blocks there are in pixels (height, width, 4)."""
    return -(-pixels.shape[0] // ROWS), -(-pixels.shape[1] // COLUMNS)


def blocks_of(canvas: Canvas, box: Extent, reach: float, grid: tuple[int, int]) -> Rectangle:
    """The blocks in which something within `reach` manim units around a box may leave a mark."""
    xx, yx, xy, yy, x0, y0 = canvas.matrix
    xs, ys = (box[0] - reach, box[2] + reach), (box[1] - reach, box[3] + reach)
    corners = [(x, y) for x in xs for y in ys]
    across = [xx * x + xy * y + x0 for x, y in corners]
    down = [yx * x + yy * y + y0 for x, y in corners]
    return _blocks(down, ROWS, grid[0]), _blocks(across, COLUMNS, grid[1])


def _blocks(places: Sequence[float], step: int, count: int) -> slice:
    low, high = min(places) - SOFT, max(places) + SOFT
    if not (math.isfinite(low) and math.isfinite(high)):
        return slice(0, count)
    first = min(max(0, math.floor(low / step)), count)
    return slice(first, min(max(first, math.floor(high / step) + 1), count))


def parts_of(marks: np.ndarray, height: int, width: int) -> Iterator[Rectangle]:
    """The marked blocks (rows, columns) of a picture as rows and columns of pixels."""
    for _, alike in groupby(range(len(marks)), lambda row: marks[row].tobytes()):
        numbers = list(alike)
        rows = slice(numbers[0] * ROWS, min((numbers[-1] + 1) * ROWS, height))
        for columns in runs(marks[numbers[0]].tolist(), COLUMNS, width):
            yield rows, columns
