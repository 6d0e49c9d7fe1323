"""Where data lies on the stage: an area and a scale for each of its sides."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from mlanim.stage.layout import Box
from mlanim.stage.plots.scale import Scale


class Frame:
    """The coordinates that all marks of a chart share; settled once the chart has its box.

    Attributes:
        keeps_names: whether names beside marks stay within the area.
        part_names: moves names apart that would lie over each other; called after each drawing.
    """

    def __init__(self) -> None:
        self.is_placed = self.keeps_names = False
        self.part_names: Callable[[], None] = lambda: None

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # a copy of a mark lies in the same chart

    def settle(self, area: Box, x: Scale, y: Scale) -> None:
        """Lie in `area` from now on."""
        self.area, self.x, self.y = area, x, y
        self.is_placed = True

    @property
    def scales(self) -> tuple[Scale, Scale]:
        """That of x and that of y."""
        return self.x, self.y

    def place(self, places: Any) -> np.ndarray:
        """Data (..., 2) to the stage, (..., 3) in manim units.

        Raises:
            ValueError: before the chart is composed, and for places that are not pairs.
        """
        if not self.is_placed:
            raise ValueError("A chart knows where data lies once it has been given its box.")
        places = np.asarray(places, dtype=float)
        if not places.shape or places.shape[-1] != 2:
            raise ValueError(f"A place in a chart is an (x, y); got an array {places.shape}.")
        x = self.area.left + self.x.share(places[..., 0]) * self.area.width
        y = self.area.bottom + self.y.share(places[..., 1]) * self.area.height
        return np.stack([x, y, np.zeros_like(x)], axis=-1)

    def at(self, point: np.ndarray) -> np.ndarray:
        """The reverse of `place`: manim units (..., 2 or 3) to data (..., 2)."""
        point = np.asarray(point, dtype=float)
        x = self.x.value((point[..., 0] - self.area.left) / self.area.width)
        y = self.y.value((point[..., 1] - self.area.bottom) / self.area.height)
        return np.stack([x, y], axis=-1)

    def clipped(self, line: np.ndarray) -> list[np.ndarray]:
        """The stretches (n, 3) of a line (N, 3), manim units, that lie within the area.

        Where the line leaves the area, or is not a number, it is cut.
        """
        return _stretches(line, self.area) if len(line) > 1 else []


def _stretches(line: np.ndarray, area: Box) -> list[np.ndarray]:
    start, end = line[:-1, :2], line[1:, :2]
    finite = np.isfinite(line).all(axis=1)
    whole = finite[:-1] & finite[1:]
    start, end = (np.where(whole[:, None], points, 0.0) for points in (start, end))
    enter, leave = _crossings(start, end, area)
    kept = np.flatnonzero(whole & (enter <= leave))
    if not len(kept):
        return []
    enter, leave, step = enter[kept], leave[kept], line[kept + 1] - line[kept]
    first, last = (line[kept] + share[:, None] * step for share in (enter, leave))
    parted = (leave[:-1] < 1) | (np.diff(kept) > 1) | (enter[1:] > 0)
    cuts = [0, *(np.flatnonzero(parted) + 1).tolist(), len(kept)]
    return [np.concatenate([first[a : a + 1], last[a:b]]) for a, b in itertools.pairwise(cuts)]


def _crossings(start: np.ndarray, end: np.ndarray, area: Box) -> tuple[np.ndarray, np.ndarray]:
    """Liang and Barsky's shares (N,) at which segments (N, 2) enter and leave an area."""
    enter, leave = np.zeros(len(start)), np.ones(len(start))
    step, low, high = end - start, (area.left, area.bottom), (area.right, area.top)
    for axis in (0, 1):
        for towards, room in (
            (-step[:, axis], start[:, axis] - low[axis]),
            (step[:, axis], high[axis] - start[:, axis]),
        ):
            with np.errstate(divide="ignore", invalid="ignore"):
                share = room / towards
            enter = np.where(towards < 0, np.maximum(enter, share), enter)
            leave = np.where(towards > 0, np.minimum(leave, share), leave)
            outside = (towards == 0) & (room < -1e-9)
            enter = np.where(outside, 2.0, enter)
    return enter, leave
