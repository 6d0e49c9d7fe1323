"""The dot product written out, every number under its symbol and following what is shown."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VGroup

from mlanim.stage.text.number import Number
from mlanim.stage.text.texts import Formula
from mlanim.words.numbers import format_number

FIRST_POINT, COLUMN = 1.9, 1.45  # manim units to the first factor's point, and to the next one's
DIGIT = 0.215  # manim units that a digit of a result takes


class DotProductEquation(VGroup):
    """w · x = |w| |x| cos θ with the numbers under their symbols; parts may enter one by one.

    Args:
        left, baseline: where the first row starts, manim units.
        limit: the largest product that will be shown; the column of results leaves room for it.
    """

    def __init__(self, left: float, baseline: float, limit: float):
        super().__init__()
        rows = baseline - np.array([0.0, 0.72, 1.56])
        name = Formula("weight(bold(w)) dot input(bold(x))").baseline_at([left, rows[0], 0])
        equals = left + name.advance + 0.15
        points = left + FIRST_POINT + COLUMN * np.arange(3)
        heads = "|weight(bold(w))|", "|input(bold(x))|", "cos theta"
        self.factors = [
            VGroup(_centred(Formula(head), x + 0.15, rows[0]), _number(role, x, rows[1]))
            for head, role, x in zip(heads, ("weight", "input", "text"), points, strict=True)
        ]
        times = [
            _centred(Formula("times", role="muted"), x + COLUMN / 2 + 0.05, rows[1])
            for x in points[:2]
        ]
        signs = [Formula("=").baseline_at([equals, row, 0]) for row in rows]
        before_point = DIGIT * len(format_number(-limit, 0))
        point = max(points[0], equals + 0.5 + before_point)
        self.result = _number("highlight", point, rows[2], "semibold")
        self.product = VGroup(name, *signs, *times, self.result)
        self.add(*self.factors, self.product)

    def show(self, alignment: Any) -> None:
        """Put in the numbers of an alignment."""
        values = alignment.w_norm, alignment.x_norm, alignment.cosine
        for factor, value in zip(self.factors, values, strict=True):
            factor[1].set_value(float(value))
        self.result.set_value(float(alignment.dot))


def _number(role: str, point: float, baseline: float, weight: str = "regular") -> Number:
    number = Number(0.0, size="display", role=role, weight=weight)
    return number.baseline_at([point, baseline, 0])


def _centred(formula: Formula, x: float, baseline: float) -> Formula:
    return formula.baseline_at([x - formula.advance / 2, baseline, 0])
