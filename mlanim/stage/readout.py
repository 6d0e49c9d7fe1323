"""What is measured while something changes: a heading, a formula and meters under them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from manim import VGroup

from mlanim.stage import layout
from mlanim.stage.layout import Box
from mlanim.stage.meter import Meter
from mlanim.stage.text import Content, Formula

FORMULA, FIRST, PITCH = 1.3, 2.5, 0.82  # manim units below the top: formula, first meter, next


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
