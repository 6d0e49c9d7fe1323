"""Three probabilities as a place in a triangle: each corner is one outcome for certain.

simplex = Simplex(("cat", "dog", "owl"))
simplex.path(shares, "input", name="softmax")
simplex.dot(track["softmax"], "input")
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Polyline, Segments
from mlanim.stage.picture import Picture
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.lines import Curve, Dash
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.plots.marks.points import Points, Spot
from mlanim.stage.plots.scale import Scale
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Content, Text, body_height
from mlanim.stage.track import combined, now

CORNERS = np.array([[-0.5, 0.0], [0.5, 0.0], [0.0, np.sqrt(3) / 2]])
SLACK = 1e-6  # by how much three shares may miss a sum of 1
AIR = 0.14  # manim units between a corner and its name
M = TypeVar("M", bound=Mark)


class Simplex(Picture):
    """The triangle of three probabilities, filling its box.

    Args:
        names: of the outcomes: at the left, at the right and at the upper corner.
        roles: of the names.
        parts: into how many each side is divided by faint lines; 1 for none.

    Raises:
        ValueError: for other than three names or roles.
    """

    def __init__(
        self, names: Sequence[Content | int], roles: Sequence[str] = ("text", "text", "text"), *,
        parts: int = 4, least: float = 2.5, aspect: float = 1.05,
    ):  # fmt: skip
        super().__init__(least, aspect)
        if len(names) != 3 or len(roles) != 3:
            raise ValueError(f"A triangle has three corners; got {len(names)} names and "
                             f"{len(roles)} roles.")  # fmt: skip
        self.names = [str(name) if isinstance(name, int) else name for name in names]
        self.roles, self.divided = list(roles), parts
        self.frame = Frame()
        self.marks: list[Mark] = []
        self.shares: list[Any] = []

    def path(
        self, shares: Any, role: str = "text", *, name: Content | None = None,
        width: str = "line", dash: Dash = "", opacity: float = 1.0, later: bool = False,
    ) -> Curve:  # fmt: skip
        """The line through shares (N, 3)."""
        xs, ys = (_coordinate(shares, axis) for axis in (0, 1))
        return self._with(
            Curve(self.frame, (xs, ys), role, width, dash, opacity), shares, name, later
        )

    def dot(
        self, shares: Any, role: str = "highlight", *, name: Content | None = None,
        radius: float = 0.11, later: bool = False,
    ) -> Spot:  # fmt: skip
        """A disc at shares (3,)."""
        return self._with(
            Spot(self.frame, combined(places_of, shares), role, radius), shares, name, later
        )

    def scatter(
        self, shares: Any, role: str | Sequence[str] = "text", *, name: Content | None = None,
        radius: float = 0.05, later: bool = False,
    ) -> Points:  # fmt: skip
        """Discs at shares (N, 3), in one role or one each."""
        places = combined(places_of, shares)
        return self._with(Points(self.frame, places, role, radius, False), shares, name, later)

    def compose(self, box: Box) -> None:
        """The triangle as large as its corners' names allow, and the marks in it."""
        em = body_height()
        texts = [Text(n, role=r) for n, r in zip(self.names, self.roles, strict=True)]
        room = box.inset(
            top=0.75 * em + AIR, bottom=0.95 * em + AIR, left=texts[0].advance / 2,
            right=texts[1].advance / 2,
        )  # fmt: skip
        side = min(room.width, room.height / CORNERS[2, 1])
        x, y = room.centre[:2] - [side / 2, side * CORNERS[2, 1] / 2]
        area = Box(x, y, x + side, y + side * CORNERS[2, 1])
        self.frame.settle(area, Scale(-0.5, 0.5), Scale(0.0, float(CORNERS[2, 1])))
        corners = self.frame.place(CORNERS)
        self.add(
            Segments(self._lines(corners[:, :2])), Polyline(corners, "muted", "thin", closed=True)
        )
        drop = AIR + 0.75 * em
        for text, corner, down in zip(texts, corners, (drop, drop, -AIR), strict=True):
            text.baseline_at(corner - [0, down, 0], "center")
        self.add(VGroup(*texts))
        for mark in self.marks:
            mark.settle(True)
        self.add(*(mark for mark in self.marks if not mark.is_later))

    def place(self, shares: Any) -> np.ndarray:
        """Shares (..., 3) to the stage, (..., 3) in manim units; known once it is composed."""
        return self.frame.place(places_of(shares))

    def parts(self) -> list[Any]:
        """Its marks."""
        return list(self.marks)

    def tables(self) -> dict[str, Table]:
        """The shares of each mark, by its name or its number."""
        pairs = enumerate(zip(self.marks, self.shares, strict=True), 1)
        return {
            f"mark {i}" if mark.name is None else str(mark.name): self._table(now(shares))
            for i, (mark, shares) in pairs
        }

    def _with(self, mark: M, shares: Any, name: Content | None, later: bool) -> M:
        places_of(now(shares))
        mark.name, mark.is_later = name, later
        self.marks.append(mark)
        self.shares.append(shares)
        if self.frame.is_placed:
            mark.settle(True)
        return mark

    def _table(self, shares: Any) -> Table:
        columns = np.atleast_2d(np.asarray(shares, dtype=float)).T
        return table(dict(zip(map(str, self.names), columns, strict=True)))

    def _lines(self, corners: np.ndarray) -> np.ndarray:
        """Where one of the three shares is the same all along, (n, 2, 2)."""
        steps = np.arange(1, self.divided) / self.divided
        lines = []
        for a, b, c in (corners, np.roll(corners, 1, axis=0), np.roll(corners, 2, axis=0)):
            lines += [[a + s * (b - a), c + s * (b - c)] for s in steps]
        return np.array(lines)


def places_of(shares: Any) -> np.ndarray:
    """Where shares (..., 3) lie in a triangle of side 1, (..., 2).

    Raises:
        ValueError: for shares that are not three, are below 0, or do not add up to 1.
    """
    shares = np.asarray(shares, dtype=float)
    if not shares.shape or shares.shape[-1] != 3:
        raise ValueError(f"A place in the triangle is three shares, not an array {shares.shape}.")
    if not (shares.min() >= -SLACK and np.abs(shares.sum(axis=-1) - 1).max() <= SLACK):
        raise ValueError(
            f"Three shares are at least 0 and add up to 1; got a least of {shares.min():g} and "
            f"sums from {shares.sum(axis=-1).min():g} to {shares.sum(axis=-1).max():g}."
        )
    return shares @ CORNERS


def _coordinate(shares: Any, axis: int) -> Any:
    return combined(lambda given: places_of(given)[..., axis], shares)
