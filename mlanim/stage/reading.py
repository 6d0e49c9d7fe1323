"""A line that names a quantity and shows its value while it changes."""

from __future__ import annotations

from typing import Self

from manim import VGroup

from mlanim.stage.number import Number
from mlanim.stage.text import Content, Text


class Reading(VGroup):
    """`name` from `left` on, and its number with the point at `point`, on one baseline.

    Args:
        name: text, mathematics and coloured runs.
        left, point, baseline: manim units.
        suffix: a unit that follows the number.
    """

    def __init__(
        self,
        *name: Content,
        left: float,
        point: float,
        baseline: float,
        places: int = 2,
        suffix: str = "",
        role: str = "text",
    ):
        super().__init__()
        self.name_text = Text(*name).baseline_at([left, baseline, 0])
        self.number = Number(0.0, places, suffix=suffix, role=role, weight="semibold")
        self.number.baseline_at([point, baseline, 0])
        self.add(self.name_text, self.number)

    def set_value(self, value: float) -> Self:
        """Show another value."""
        self.number.set_value(value)
        return self
