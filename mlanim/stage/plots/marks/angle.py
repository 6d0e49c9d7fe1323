"""The angle between two directions: an arc, and its name where the opening has room for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage.marks.shapes import AngleArc
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.mark import Mark, within
from mlanim.stage.plots.values import number, place

BEYOND = 0.26  # manim units from the arc to its name
CLEAR = 0.32  # that the name keeps off both sides
OF_ARM = 0.45  # the most that the arc's radius is of the shorter arm
FADES = np.radians([16, 26])  # where a narrowing opening loses its name


class Angle(Mark):
    """An arc of a radius in manim units, from one direction to another, radians."""

    word = "angle"
    name_size = "body"
    shapes = (
        ("the centre", place), ("the start", number), ("the end", number), ("the arm", number),
    )  # fmt: skip

    def __init__(self, frame: Frame, values: tuple[Any, ...], role: str, radius: float):
        super().__init__(frame, values, role)
        self.radius = radius
        self.arc = AngleArc(np.zeros(2), 0, 0, radius, role)
        self.add(self.arc)

    def draw(self, centre: Any, start: Any, end: Any, arm: Any) -> None:
        """Lie between two other directions, at arms the shorter of which is `arm` long.

        Around a centre beyond the area nothing is seen.
        """
        at = self.frame.place(np.asarray(centre, dtype=float))
        unit = self.frame.area.width / (self.frame.x.high - self.frame.x.low)
        self.arc.centre, self.arc.radius = at, min(self.radius, OF_ARM * float(arm) * unit)
        self.arc.set_angles(float(start), float(end))
        inside = bool(within(at[None], self.frame)[0])
        if not inside:
            self.arc.points = np.zeros((0, 3))
        if self.label is None:
            return
        opening, middle = max(abs(float(end - start)), 1e-6), float(start + end) / 2
        away = max(self.arc.radius + BEYOND, CLEAR / np.sin(min(opening, np.pi) / 2))
        room = float(np.interp(opening, FADES, [0, 1])) * inside
        # Where the opening cannot hold it, the name waits, unseen, at the centre.
        way = np.array([np.cos(middle), np.sin(middle), 0.0]) * away * (room > 0)
        self.label.move_to(at + way)
        if self.label[0].get_fill_opacity() != room:
            self.label.set_opacity(room)
