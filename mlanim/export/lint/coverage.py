"""How much of the stage is used: the share that content covers, without title and caption."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from manim import CoordinateSystem, Mobject, VMobject

from mlanim.export.lint.finding import Finding
from mlanim.export.lint.view import View
from mlanim.stage.arrays.batch import Batch
from mlanim.stage.extent import is_filled, reach_of
from mlanim.stage.layout import STAGE, Box
from mlanim.stage.plots.chart import Chart

LEAST = 1 / 3
CELL = 0.1  # manim units: the side of a cell of the grid on which the stage is measured
PLOTS = (Chart, CoordinateSystem)
AROUND = 0.15
"""Manim units around everything that count as taken: nothing else would be put there."""


def nearly_empty(view: View, line: int) -> Iterator[Finding]:
    """A stage of which content covers less than a third."""
    share = covered_share(view)
    if share < LEAST:
        says = f"Content covers {share:.0%} of the stage; let it fill at least {LEAST:.0%}."
        yield Finding("stage nearly empty", (), says, share, LEAST, "share", line=line)


def covered_share(view: View, stage: Box = STAGE) -> float:
    """The share of the stage within the boxes of plots, texts and marks, 0 to 1.

    An open line covers what it runs through and not its bounding box; what crosses the whole
    stage from edge to edge is a background and covers nothing.
    """
    rows, columns = round(stage.height / CELL), round(stage.width / CELL)
    taken = np.zeros((rows, columns), dtype=bool)
    for box in _boxes(view):
        if not _is_around(box, stage):
            left, right = _cells(box.left - AROUND - stage.left, box.right + AROUND - stage.left)
            below, above = _cells(
                box.bottom - AROUND - stage.bottom, box.top + AROUND - stage.bottom
            )
            taken[below:above, left:right] = True
    return float(taken.mean())


def _cells(low: float, high: float) -> tuple[int, int]:
    return max(round(low / CELL), 0), max(round(high / CELL), 0)


def _is_around(box: Box, stage: Box) -> bool:
    across = box.left <= stage.left and box.right >= stage.right
    return across and box.bottom <= stage.bottom and box.top >= stage.top


def _boxes(view: View) -> Iterator[Box]:
    yield from (label.box for label in view.labels)
    for mobject in view.mobjects:
        for member in mobject.get_family():
            if isinstance(member, PLOTS) and (box := view.box(member)):
                yield box
    for mark in view.marks:
        yield from _boxes_of_mark(view, mark)


def _boxes_of_mark(view: View, mark: Mobject) -> Iterator[Box]:
    if _has_area(mark):
        yield view.box_of_one(mark)
        return
    points, reach = _along(view.project(mark)[:, :2]), reach_of(mark)
    for place in np.unique(np.round(points / CELL), axis=0) * CELL:
        x, y = place.tolist()
        yield Box(x - reach, y - reach, x + reach, y + reach)


def _has_area(mark: Mobject) -> bool:
    if isinstance(mark, Batch) or not isinstance(mark, VMobject):
        return True
    return is_filled(mark) or bool(np.allclose(mark.points[0], mark.points[-1]))


def _along(points: np.ndarray) -> np.ndarray:
    """Points (N, 2) on straight lines between the ends of curves, no further apart than a cell."""
    starts, ends = points[:-3:4], points[3::4]
    longest = float(np.max(np.linalg.norm(ends - starts, axis=1), initial=0.0))
    steps = np.linspace(0, 1, int(longest / CELL) + 2)[:, None, None]
    return (starts + steps * (ends - starts)).reshape(-1, 2)
