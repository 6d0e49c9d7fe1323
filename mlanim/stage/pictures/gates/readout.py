"""A gate's formula, and what is read off while it eases in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mlanim.stage.layout import Box
from mlanim.stage.picture import Composed, Rows
from mlanim.stage.plots.meters import Meter, Meters
from mlanim.stage.text.texts import Text
from mlanim.stage.track import Track
from mlanim.words.sentence import Sentence

AIR = 0.3  # manim units between the heading and the formula


@dataclass(frozen=True)
class Quantity:
    """What is read off: a name, a series of the track or a part of it, and how it is shown."""

    name: str
    series: str
    part: tuple[int, ...] = ()
    role: str = "text"
    shown: str = "2"
    suffix: str = ""

    def meter(self, track: Track) -> Meter:
        """Its bar is full at the most that it comes to, or at 1; an angle has none."""
        values = np.moveaxis(track.series[self.series], 0, -1)[self.part]
        reading = track[self.series].map(lambda value: value[self.part])
        full = None if self.suffix else max(1.0, float(values.max()))
        return Meter(self.name, reading, full, self.role, self.shown, self.suffix)


GATE = Quantity("gate $weight(g)$", "matrices", (0, 0), "weight")
AXES = tuple(Quantity(f"axis {i + 1}", "matrices", (i, i), "weight") for i in range(2))
HALF_AXES = tuple(Quantity(f"half-axis $sigma_{i + 1}$", "singular_values", (i,)) for i in range(2))
LENGTH = Quantity("length $abs(output(bold(y)))$", "norm", role="output")
RANK = Quantity("rank", "rank", shown="0")
ENERGY = Quantity("energy kept", "energy", role="output", shown="%")
AREA = Quantity("area $abs(det)$", "area_change")
ANGLE = Quantity("angle $weight(theta)$", "turn", role="weight", shown="0", suffix="°")

QUANTITIES = {
    "scalar": (GATE, LENGTH),
    "vector": (*AXES, LENGTH),
    "mask": (*AXES, RANK, ENERGY),
    "matrix": (*HALF_AXES, AREA),
    "projection": (RANK, ENERGY),
    "rotation": (ANGLE, LENGTH, AREA),
}
"""What is read off of each gate; the gates come in this order."""


class GateReadout(Rows):
    """A formula over meters.

    Args:
        name: which gate, one of `QUANTITIES`.
        track: how far it has eased in, with the series that those name.
    """

    def __init__(self, name: str, formula: Sentence, track: Track):
        meters = Meters(*(quantity.meter(track) for quantity in QUANTITIES[name]))
        super().__init__(Composed(Text(formula, size="display")), meters, shares=(1, 2.6), gap=0.3)

    def compose(self, box: Box) -> None:
        """Both, a little below the heading."""
        super().compose(box.inset(top=AIR))
