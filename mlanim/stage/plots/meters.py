"""Numbers that are read off while something runs: a name, the number, and a bar for how much.

Meters(
    Meter("length $abs(bold(y))$", gate["norm"], 2, "output"),
    Meter("energy kept", gate["energy"], 1, "output", shown="%"),
    Meter("angle", gate["degrees"], None, shown="0", suffix="°"),
)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Bar
from mlanim.stage.picture import Picture
from mlanim.stage.plots.values import beyond
from mlanim.stage.plots.values import number as one_number
from mlanim.stage.table import Table, table
from mlanim.stage.text.number import Number, number_curves
from mlanim.stage.text.texts import Text, body_height
from mlanim.stage.track import follow, now
from mlanim.words.sentence import Sentence, as_sentence, shown_as

PITCH, LOOSEST = 2.7, 4.2  # ems from one name to the next: as a meter asks for, and at most
CAPITALS = 0.75  # ems from the top of the box to the first baseline
BAR_DROP, BAR_HEIGHT = 0.75, 0.45  # ems from a baseline down to its bar, and of the bar


@dataclass(frozen=True)
class Meter:
    """One quantity.

    Args:
        name: what is measured, a template as for `sentence`, or a sentence.
        value: a number or a reading of one.
        full: where the bar is full; two values for a bar that lies between them and starts at 0;
            None for a number without a bar.
        role: the colour of number and bar.
        shown: how the number is shown, as in a sentence's places: "2", "+2", "%", "g".
        suffix: what stands behind the number.
    """

    name: str | Sentence
    value: Any
    full: float | tuple[float, float] | None = 1.0
    role: str = "text"
    shown: str = "2"
    suffix: str = ""

    def ends(self) -> tuple[float, float] | None:
        """What the ends of the bar stand for.

        Raises:
            ValueError: if 0 does not lie between them, or they are one.
        """
        if self.full is None:
            return None
        low, high = self.full if isinstance(self.full, tuple) else (0.0, self.full)
        if not (low <= 0 <= high and low < high):
            raise ValueError(
                f"The bar of “{as_sentence(self.name)}” starts at 0 and cannot lie between {low:g} "
                f"and {high:g}; give one end at 0 or below it and the other at 0 or above it."
            )
        return low, high

    def checked(self, value: Any) -> float:
        """A value that the meter can show.

        Raises:
            TypeError, ValueError: for what is no finite number, or lies beyond the bar's ends.
        """
        found, ends = float(one_number(value, f"“{as_sentence(self.name)}”")), self.ends()
        if not np.isfinite(found):
            raise ValueError(f"“{as_sentence(self.name)}” shows finite numbers, not {found:g}.")
        if ends is not None and beyond(np.array([found]), ends) is not None:
            raise ValueError(
                f"{found:g} of “{as_sentence(self.name)}” goes beyond its bar from {ends[0]:g} to "
                f"{ends[1]:g}; give full=… another end, or full=None for a number without a bar."
            )
        return found


class Meters(Picture):
    """Meters one under another, from the top of the box, spread where there is room."""

    def __init__(self, *meters: Meter, size: str = "body", least: float = 3.0):
        super().__init__(least)
        self.meters, self.size = meters, size
        strange = [meter for meter in meters if not isinstance(meter, Meter)]
        if strange:
            raise TypeError(f'Meters show Meter("name", value), not {strange[0]!r:.60}.')
        for meter in meters:
            meter.checked(now(meter.value))

    def compose(self, box: Box) -> None:
        """A name on the left, its number on the right, and the bar below across the box."""
        em = body_height(self.size)
        pitch = min(max(box.height / max(len(self.meters), 1) / em, PITCH), LOOSEST)
        for row, meter in enumerate(self.meters):
            y = box.top - em * (CAPITALS + pitch * row)
            self.add(_Row(meter, box.left, box.right, y, self.size))

    def height_at(self, width: float) -> float:
        """As many meters as there are."""
        return body_height(self.size) * PITCH * len(self.meters)

    def least_height(self, width: float) -> float:
        """The same: no meter is pressed."""
        return self.height_at(width)

    def tables(self) -> dict[str, Table]:
        """Each quantity with its value."""
        names = [str(as_sentence(meter.name)) for meter in self.meters]
        values = [float(now(meter.value)) for meter in self.meters]
        return {"readings": table({"quantity": names, "value": values})} if names else {}


class _Row(VGroup):
    """A meter in its place: the ends of its bar at `left` and `right`."""

    def __init__(self, meter: Meter, left: float, right: float, baseline: float, size: str):
        super().__init__()
        em = body_height(size)
        self.meter, self.left, self.right, self.baseline = meter, left, right, baseline
        self.bottom = baseline - em * (BAR_DROP + BAR_HEIGHT)
        self.top = baseline - em * BAR_DROP
        self.number = Number(0.0, size=size, role=meter.role, weight="semibold")
        self.add(Text(as_sentence(meter.name), size=size).baseline_at([left, baseline, 0]))
        self.add(self.number)
        if ends := meter.ends():
            self.bar = Bar(*self._corners(0, 0), meter.role)
            self.add(Bar(*self._corners(*ends), "rule"), self.bar)
        follow(self, _Row.show, meter.value)

    def show(self, value: Any) -> None:
        """Show a value.

        Raises:
            TypeError, ValueError: for one that is no finite number, or lies beyond the bar's ends.
        """
        value = self.meter.checked(value)
        text = shown_as(value, self.meter.shown) + self.meter.suffix
        self.number.set_text(text)
        _, point, width = number_curves(text, self.number.weight)
        behind = (width - point) / width * self.number.advance
        self.number.baseline_at([self.right - behind, self.baseline, 0])
        if ends := self.meter.ends():
            self.bar.set_corners(*self._corners(0, float(np.clip(value, *ends))))

    def _corners(self, start: float, end: float) -> tuple[np.ndarray, np.ndarray]:
        low, high = self.meter.ends() or (0.0, 1.0)
        at = self.left + (np.array([start, end]) - low) / (high - low) * (self.right - self.left)
        return np.array([at[0], self.bottom]), np.array([at[1], self.top])
