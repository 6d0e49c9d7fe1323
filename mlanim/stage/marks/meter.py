"""Numbers that are read off while something changes, each with a name and a bar under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from manim import VGroup

from mlanim.stage import layout
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Bar
from mlanim.stage.text.number import Number, number_curves
from mlanim.stage.text.texts import EM_PER_FONT_UNIT, Content, Formula, Text
from mlanim.stage.theme import SIZES
from mlanim.words.numbers import format_number

FORMULA, FIRST, PITCH = 1.3, 2.5, 0.82  # manim units below the top: formula, first meter, next
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


@dataclass(frozen=True)
class Reading:
    """One meter: its label, and values (S,) over the shares of the readout."""

    label: Content | tuple[Content, ...]
    values: np.ndarray
    full: float | None = 1.0
    role: str = "text"
    places: int = 2
    suffix: str = ""
    factor: float = 1.0


class Meters(VGroup):
    """A meter for each reading, the first with its baseline at the top of `box`.

    Args:
        shares: (S,), ascending: where the readings' values were taken.
    """

    def __init__(self, box: Box, shares: np.ndarray, readings: list[Reading]):
        rows = enumerate(readings)
        super().__init__(*(_meter(r, box, box.top - PITCH * row) for row, r in rows))
        self.shares, self.readings = shares, readings
        self.show(float(shares[0]))

    def show(self, share: float) -> Self:
        """Show every reading as it is at `share`."""
        for meter, reading in zip(self.submobjects, self.readings, strict=True):
            meter.set_value(float(np.interp(share, self.shares, reading.values)))
        return self


class Readout(VGroup):
    """A heading, a formula and meters, from the top of `box` down."""

    def __init__(
        self, box: Box, heading: str, formula: str, shares: np.ndarray, readings: list[Reading]
    ):
        self.formula = Formula(formula)
        self.formula.move_to([box.left + self.formula.width / 2, box.top - FORMULA, 0])
        self.meters = Meters(box.inset(top=FIRST), shares, readings)
        super().__init__(layout.heading(box, heading), self.formula, self.meters)

    def show(self, share: float) -> Self:
        """Show every reading as it is at `share`."""
        self.meters.show(share)
        return self


def _meter(r: Reading, box: Box, baseline: float) -> Meter:
    return Meter(
        r.label, r.full, box.left, box.right, baseline, r.role, r.places, r.suffix, r.factor
    )


def _width_behind_point(places: int, suffix: str) -> float:
    """Manim units that a number takes from its point to its right end."""
    _, point, width = number_curves(format_number(0, places, suffix=suffix), "semibold")
    return (width - point) * SIZES["body"] * EM_PER_FONT_UNIT
