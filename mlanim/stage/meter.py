"""A named number with a bar under it that fills with the value."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import VGroup

from mlanim.stage.number import Number, format_number, number_curves
from mlanim.stage.shapes import Bar
from mlanim.stage.text import EM_PER_FONT_UNIT, Content, Text
from mlanim.stage.theme import SIZES

BAR_DROP, BAR_HEIGHT = 0.26, 0.09  # manim units, from the baseline down to the bar


class Meter(VGroup):
    """A label on the left, a number on the right, and a bar across that shows value / full.

    Args:
        label: what is measured: one piece of content, or several in a tuple.
        full: the value at which the bar is full; None for a number without a bar.
        left, right: the meter's ends; baseline: of its text; manim units.
        factor: by which the number shown is greater than the value: 100 for per cent.
    """

    def __init__(
        self,
        label: Content | tuple[Content, ...],
        full: float | None,
        left: float,
        right: float,
        baseline: float,
        role: str = "text",
        places: int = 2,
        suffix: str = "",
        factor: float = 1.0,
    ):
        super().__init__()
        self.full, self.left, self.right, self.factor = full, left, right, factor
        self.top = baseline - BAR_DROP
        parts = label if isinstance(label, tuple) else (label,)
        self.label = Text(*parts).baseline_at([left, baseline, 0])
        self.number = Number(0, places, suffix=suffix, role=role, weight="semibold")
        behind = _width_behind_point(places, suffix)
        self.number.baseline_at([right - behind, baseline, 0])
        low, high = self._corners(0), self._corners(1)
        self.track = Bar(low[0], high[1], "rule")
        self.bar = Bar(*low, role)
        self.add(self.label, self.number)
        if full is not None:
            self.add(self.track, self.bar)

    def set_value(self, value: float) -> Self:
        """Show `value` as number and bar; the bar stops at both ends of its track."""
        self.number.set_value(self.factor * value)
        share = float(np.clip(value / (self.full or 1.0), 0, 1))
        self.bar.set_corners(*self._corners(share))
        return self

    def _corners(self, share: float) -> tuple[np.ndarray, np.ndarray]:
        tip = self.left + share * (self.right - self.left)
        return np.array([self.left, self.top - BAR_HEIGHT]), np.array([tip, self.top])


def _width_behind_point(places: int, suffix: str) -> float:
    """Manim units that a number takes from its point to its right end."""
    _, point, width = number_curves(format_number(0, places, suffix=suffix), "semibold")
    return (width - point) * SIZES["body"] * EM_PER_FONT_UNIT
