"""A function of two shares as a surface over the unit square, with its four corner values."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import VGroup

from mlanim.stage.arrays.surface import Surface, View, floor_rectangle
from mlanim.stage.marks.shapes import Arrow, Dot
from mlanim.stage.text.texts import Math, Text, Typeset
from mlanim.words.numbers import format_number

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])  # a, b: as a truth table
HEIGHT = 0.8  # world units that a share of 1 rises; the square's side takes 2
BEYOND = {"body": 0.28, "small": 0.19}  # manim units from a corner to its number, by their size
AXIS = 1.22  # world units from the middle to the arrows of a and b


class UnitSquareSurface(VGroup):
    """Values in [0, 1] over [0, 1]², one edge of which is a and the other b.

    Args:
        values: (N, N), rows for a and columns for b, evenly spaced from 0 to 1.
        corners: the values at (0, 0), (0, 1), (1, 0) and (1, 1), written beside the corners.
        chosen: a, b and the value there, which get a mark.
        size: of the corners' numbers.
        view: how it is seen; everything follows it while `follow` is called.
    """

    def __init__(
        self, values: np.ndarray, corners: np.ndarray, chosen: np.ndarray, view: View,
        size: str = "body",
    ):  # fmt: skip
        super().__init__()
        self.view, self.beyond = view, BEYOND[size]
        wire = (len(values) - 1) // 4
        self.surface = Surface(np.asarray(values).T * HEIGHT, view, wire=wire)
        self.surface.set_line("floor", floor_rectangle(0.0), "muted", "thin", bias=-0.12)
        self.spots = np.column_stack([_world(CORNERS), np.asarray(corners) * HEIGHT])
        self.numbers = VGroup(*(Text(format_number(v, 0), size=size) for v in corners))
        self.mark = np.array([*_world(chosen[:2]), chosen[2] * HEIGHT])
        self.dot = Dot(np.zeros(2), "text", 0.09, rim=True)
        origin = np.zeros(2)
        self.arrows = VGroup(*(Arrow(origin, origin, "muted", 0.03, 0.16) for _ in "ab"))
        self.names = VGroup(*(Text(Math(name), role="muted") for name in "ab"))
        self.add(self.surface, self.dot, self.numbers, self.arrows, self.names)
        self.surface.clear_updaters()  # `follow` moves it, so that it is projected once a frame
        self.follow()

    def follow(self) -> Self:
        """Put everything where the view shows it now."""
        self.surface.follow()
        centre = self._seen([0, 0, HEIGHT / 2])
        for number, spot in zip(self.numbers, self.spots, strict=True):
            _beside(number, self._seen(spot), centre, self.beyond)
        self.dot.move_to([*self._seen(self.mark), 0])
        floor = self._seen([0, 0, 0])
        for arrow, name, axis in zip(self.arrows, self.names, (0, 1), strict=True):
            edge = np.array([[-AXIS] * 3] * 3) * [1, 1, 0]
            edge[:, axis] = -0.45, 0, 0.45
            start, middle, end = (self._seen(place) for place in edge)
            arrow.set_ends(start, end)
            _beside(name, middle, floor, 0.26)
        return self

    def _seen(self, world: np.ndarray | list[float]) -> np.ndarray:
        return np.asarray(self.view.project(np.asarray(world, dtype=float))[:2])


def _world(shares: np.ndarray) -> np.ndarray:
    """(..., a and b) in [0, 1] to x and y of a `Surface`, (..., 2)."""
    return np.asarray(2 * np.asarray(shares, dtype=float) - 1)


def _beside(text: Typeset, place: np.ndarray, away_from: np.ndarray, by: float) -> None:
    """Centre a text `by` further out than `place`, seen from `away_from`."""
    out = place - away_from
    text.move_to([*(place + by * out / np.linalg.norm(out)), 0])
