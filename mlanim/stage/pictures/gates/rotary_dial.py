"""A query and a key that turn with their positions, each on a circle of its own length."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from manim import VGroup

from mlanim.stage.arrays.batch import role_rgbas
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Arrow, Polyline
from mlanim.stage.plots.plane import fitted_plane
from mlanim.stage.text.texts import Math, Text

ROLES = ("input", "weight")  # query and key, as in the rows and columns of their scores

NAME_BEYOND = 0.33  # manim units from a tip straight out, where no dot of its circle lies
RING_CLEAR = 0.22  # and from the other circle, or the name goes beyond that one


class RotaryDial(VGroup):
    """Two arrows over dots at every position they can have.

    Args:
        box: the area to fill.
        rotary: a record with `positions` (N,), `turned_query` and `turned_key`, both (N, 2).
    """

    def __init__(self, box: Box, rotary: Any):
        super().__init__()
        self.positions = rotary.positions
        self.turned = (rotary.turned_query, rotary.turned_key)
        reach = float(max(np.hypot(*turned[0]) for turned in self.turned))
        self.plane = fitted_plane(
            np.array([[-reach, -reach], [reach, reach]]), box, 0.4, numbered=False
        )
        self.origin = self.plane.place(np.zeros(2))
        self.arrows = VGroup(*(Arrow(self.origin, self.origin, role) for role in ROLES))
        self.names = VGroup(
            *(Text(Math(f"bold({n})"), role=r) for n, r in zip("qk", ROLES, strict=True))
        )
        self.add(self.plane, *self._circles(), *self._dots(), self.arrows, self.names)
        self.show(0, 0)

    def show(self, query_position: float, key_position: float) -> Self:
        """Turn the arrows to these positions; between two of them along the arc."""
        places = query_position, key_position
        for arrow, name, turned, place in zip(
            self.arrows, self.names, self.turned, places, strict=True
        ):
            tip = self.plane.place(self._at(turned, place))
            arrow.set_ends(self.origin, tip)
            name.move_to(self.origin + (tip - self.origin) * self._name_at(tip))
        return self

    def _name_at(self, tip: np.ndarray) -> float:
        """How far out a name stands, as a multiple of its arrow's length."""
        length = float(np.linalg.norm(tip - self.origin))
        radii = [self.plane.unit() * float(np.hypot(*turned[0])) for turned in self.turned]
        distance = length + NAME_BEYOND
        if abs(max(radii) - distance) < RING_CLEAR:
            distance = max(radii) + NAME_BEYOND
        return distance / length

    def _at(self, turned: np.ndarray, position: float) -> np.ndarray:
        """A turned vector at a position that may lie between two of those computed, (2,)."""
        angles = np.unwrap(np.arctan2(turned[:, 1], turned[:, 0]))
        angle = np.interp(position, self.positions, angles)
        return np.asarray(np.hypot(*turned[0]) * np.array([np.cos(angle), np.sin(angle)]))

    def _circles(self) -> list[Polyline]:
        at = np.linspace(0, 2 * np.pi, 97)[:-1]
        ring = np.column_stack([np.cos(at), np.sin(at)])
        rings = [self.plane.place(np.hypot(*turned[0]) * ring) for turned in self.turned]
        return [
            Polyline(ring, role, "hair", 0.45, closed=True)
            for ring, role in zip(rings, ROLES, strict=True)
        ]

    def _dots(self) -> list[PointCloud]:
        count = len(self.positions)
        return [
            PointCloud(self.plane.place(turned), role_rgbas(role, count), 0.06)
            for turned, role in zip(self.turned, ROLES, strict=True)
        ]
