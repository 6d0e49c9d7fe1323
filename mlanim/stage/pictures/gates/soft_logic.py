"""Soft NOT, AND and OR side by side: a surface each over the unit square, and a value on it."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, Mobject

from mlanim.stage import layout
from mlanim.stage.arrays.surface import View
from mlanim.stage.layout import Box
from mlanim.stage.pictures.gates.unit_square import UnitSquareSurface
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Colored, Math, Text
from mlanim.words.numbers import format_number

TURNS, ELEVATION = (0.25, 0.75), 0.62  # of the views, radians
OPERATIONS = (
    ("NOT", "1 - a", "negation", "NOT {a}"),
    ("AND", "a b", "conjunction", "{a} AND {b}"),
    ("OR", "a + b - a b", "disjunction", "{a} OR {b}"),
)
"""Name, formula, the field that holds its values, and how it is written with numbers."""


class SoftLogic:
    """The three operations of `logic`, for a film or for a page.

    Args:
        logic: a record with `negation`, `conjunction` and `disjunction`, (N, N) over a and b;
            `truth_table` (4, 5) and `chosen` (5,): a, b and what each operation makes of them.
    """

    def __init__(self, logic: Any):
        self.logic = logic

    def on_stage(self, boxes: list[Box]) -> tuple[list[View], list[UnitSquareSurface]]:
        """A surface in each of three boxes, and the views that turn them."""
        views = [View(TURNS[0], ELEVATION, 1.27, box.centre + 0.3 * DOWN) for box in boxes]
        return views, [self._surface(index, view) for index, view in enumerate(views)]

    def names(self, boxes: list[Box]) -> list[Text]:
        """A heading with the formula over each box."""
        texts = []
        for (name, formula, *_), box in zip(OPERATIONS, boxes, strict=True):
            texts.append(layout.heading(box, name))
            texts.append(layout.subheading(texts[-1], Math(formula)))
        return texts

    def values(self, boxes: list[Box]) -> list[Text]:
        """What each operation gives for the chosen a and b, at the foot of its box."""
        a, b = (format_number(value) for value in self.logic.chosen[:2])
        texts = []
        for (*_, written), result, box in zip(
            OPERATIONS, self.logic.chosen[2:], boxes, strict=True
        ):
            shown = Colored(format_number(result), "highlight", weight="semibold")
            text = Text(f"{written.format(a=a, b=b)} = ", shown)
            left = box.centre[0] - text.advance / 2
            texts.append(text.baseline_at([left, box.bottom + 0.1, 0]))
        return texts

    def on_page(self, boxes: list[Box]) -> list[Mobject]:
        """Surfaces and values in three boxes of a figure."""
        parts: list[Mobject] = []
        for index, (place, value) in enumerate(zip(boxes, self.values(boxes), strict=True)):
            room = place.inset(bottom=0.4)
            centre = room.centre - [0, 0.04 * room.width, 0]
            view = View(TURNS[1], ELEVATION, 0.215 * room.width, centre)
            parts += [self._surface(index, view, "small"), value]
        return parts

    def table(self) -> Table:
        """Every operation over all a and b."""
        shares = np.linspace(0, 1, len(self.logic.negation))
        columns = {name: getattr(self.logic, field).ravel() for name, _, field, _ in OPERATIONS}
        a, b = np.repeat(shares, len(shares)), np.tile(shares, len(shares))
        return table({"a": a, "b": b, **columns})

    def _surface(self, index: int, view: View, size: str = "body") -> UnitSquareSurface:
        column = 2 + index
        heights = getattr(self.logic, OPERATIONS[index][2])[::2, ::2]
        corners, chosen = self.logic.truth_table[:, column], self.logic.chosen[[0, 1, column]]
        return UnitSquareSurface(heights, corners, chosen, view, size)
