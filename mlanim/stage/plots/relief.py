"""Values over a rectangle as a surface with axes: a floor, heights with ticks, named directions."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import VGroup

from mlanim.stage.arrays.surface import Surface, View, floor_rectangle, in_pieces
from mlanim.stage.marks.shapes import Dot
from mlanim.stage.path_independent import path_independent
from mlanim.stage.plots.fixed_chart import nice_ticks, tick_texts
from mlanim.stage.text.texts import Content, Text

RISE = 1.1  # world units between the lowest and the highest point; the floor's side takes 2
HEIGHT_AXIS = np.array([-1.0, 1.0])  # the corner at the left of the view, for turns of 0 to 90°


class Relief(VGroup):
    """A surface that says where it stands and how high it is.

    `surface` and `labels` follow the view each by itself, so that a scene can show one first.

    Args:
        values: (R, C), over `x` (C,) and `y` (R,), both evenly spaced.
        view: how it is seen, with a turn of 0 to 90 degrees.
        powers: whether the values are powers of ten, which the ticks then spell out.
        names: of the directions x and y, and of the height.
    """

    def __init__(
        self,
        values: np.ndarray,
        x: np.ndarray,
        y: np.ndarray,
        view: View,
        powers: bool = False,
        names: tuple[Content, Content, Content] | None = None,
    ):
        super().__init__()
        self.x, self.y, self.view = x, y, view
        self.low, self.high = float(values.min()), float(values.max())
        self.surface = Surface(self._rise(values), view)
        self.surface.set_line("floor", floor_rectangle(-0.03), "muted", "thin", bias=-0.12)
        edge = np.array([[*HEIGHT_AXIS, 0.0], [*HEIGHT_AXIS, RISE]])
        self.surface.set_line("height axis", in_pieces(edge), "muted", "thin")
        self.labels = VGroup(*self._ticks(powers), *self._names(names))
        self.labels.add_updater(path_independent(lambda labels: self._place_labels()))
        self._place_labels()
        self.add(self.surface, self.labels)

    def world(self, xy: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Where places (N, 2) with values (N,) lie, in world units (N, 3)."""
        across = [_centred(at, axis) for at, axis in zip(xy.T, (self.x, self.y), strict=True)]
        return np.column_stack([*across, self._rise(values)])

    def trace(self, name: str, world: np.ndarray, role: str) -> Self:
        """Draw a line with a rim through `world` (N, 3), in place of the one of that name."""
        self.surface.set_line(f"{name} rim", world, "background", "bold", bias=0.12)
        self.surface.set_line(name, world, role, "line", bias=0.18)
        return self

    def marker(self, world: np.ndarray, role: str) -> Dot:
        """A dot at a place in space (3,) that follows the view."""
        dot = Dot(np.zeros(2), role, rim=True)
        dot.add_updater(path_independent(lambda m: m.move_to([*self.view.project(world)[:2], 0])))
        dot.update(0)
        return dot

    def _rise(self, values: np.ndarray) -> np.ndarray:
        return RISE * (np.asarray(values) - self.low) / ((self.high - self.low) or 1.0)

    def _ticks(self, powers: bool) -> list[Text]:
        if powers:
            values = np.arange(np.ceil(self.low), np.floor(self.high) + 1)
            texts = [f"{10**value:g}" for value in values]
        else:
            values = nice_ticks(self.low, self.high, 3)
            texts = tick_texts(values)
        self.heights = self._rise(values)
        return [Text(text, size="small", role="muted") for text in texts]

    def _names(self, names: tuple[Content, Content, Content] | None) -> list[Text]:
        return [Text(name, size="small", role="muted") for name in names or ()]

    def _place_labels(self) -> None:
        count = len(self.heights)
        for label, height in zip(self.labels[:count], self.heights, strict=True):
            x, y, _ = self.view.project(np.array([*HEIGHT_AXIS, height]))
            label.baseline_at([x - 0.15, y - 0.08, 0], "right")
        if len(self.labels) == count:
            return
        along_x, along_y, height = self.labels[count:]
        x, y, _ = self.view.project(np.array([0.0, -1.0, -0.03]))
        along_x.baseline_at([x + 0.15, y - 0.3, 0])
        x, y, _ = self.view.project(np.array([-1.0, 0.0, -0.03]))
        along_y.baseline_at([x - 0.15, y - 0.3, 0], "right")
        x, y, _ = self.view.project(np.array([*HEIGHT_AXIS, RISE]))
        height.baseline_at([x + 0.05, y + 0.2, 0], "right")


def _centred(values: np.ndarray, axis: np.ndarray) -> np.ndarray:
    """Coordinates on an axis as -1 to 1 over its extent."""
    return np.asarray(2 * (values - axis[0]) / (axis[-1] - axis[0]) - 1)
