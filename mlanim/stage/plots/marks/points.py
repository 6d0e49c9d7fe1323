"""Points in a chart: discs, places with a name, arrows, words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.marks.shapes import Arrow, Dot
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.lines import Segment
from mlanim.stage.plots.marks.mark import HALO, Mark, all_along, within
from mlanim.stage.plots.values import Shapes, number, place, places, stands
from mlanim.stage.table import Table, table
from mlanim.stage.text.texts import Content, Text, share_before
from mlanim.stage.track import now

NAME_AWAY, ASIDE = 0.4, np.radians(60)  # of an arrow's name from its tip, and off its direction


class Points(Mark):
    """Discs at places (N, 2)."""

    word = "scatter"
    shapes: Shapes = (("the places", places),)

    def __init__(
        self, frame: Frame, places: Any, role: str | Sequence[str], radius: float, ring: bool
    ):
        roles = list(role) if np.iterable(role) and not isinstance(role, str) else [role]
        super().__init__(frame, (places,), roles[0] if roles else "text")
        for one in roles:
            theme.color(one)
        self.roles, self.is_one_role = roles, isinstance(role, str)
        self.cloud = PointCloud(np.zeros((0, 2)), np.zeros((0, 4)), radius, 0.015 if ring else 0.0)
        self.add(self.cloud)

    def check(self, *values: Any) -> None:
        """Let places pass that have a role each.

        Raises:
            TypeError, ValueError: for others.
        """
        super().check(*values)
        count = len(values[0]) if stands(values[0]) else len(self.roles)
        if not self.is_one_role and len(self.roles) != count:
            raise ValueError(
                f"There are {len(self.roles)} roles for {count} points; give one for each, or one "
                "for all."
            )

    def draw(self, places: Any) -> None:
        """Stand at other places."""
        places = np.asarray(places, dtype=float).reshape(-1, 2)
        colors = np.array([[*theme.rgb(role), 1.0] for role in self.roles])
        paints = np.repeat(colors, len(places), axis=0) if self.is_one_role else colors
        placed = self.frame.place(places)
        inside = np.isfinite(placed).all(axis=1) & within(placed, self.frame)
        self.cloud.points, self.cloud.rgbas = placed[inside], paints[inside]
        if self.label is not None and inside.any():
            self._name_at(placed[inside][np.argmax(placed[inside][:, 0])])
        self._see(bool(inside.any()))

    def extent(self, axis: int) -> np.ndarray:
        """All places."""
        return all_along(self.values[0], axis)

    def table(self) -> Table | None:
        """All places."""
        places = np.asarray(now(self.values[0]), dtype=float).reshape(-1, 2)
        return table({"x": places[:, 0], "y": places[:, 1]})


class Spot(Mark):
    """One disc with a rim, its name beside it."""

    word = "dot"
    shapes: Shapes = (("the place", place),)

    def __init__(self, frame: Frame, place: Any, role: str, radius: float):
        super().__init__(frame, (place,), role)
        self.disc = Dot(np.zeros(2), role, radius, rim=True)
        self.add(self.disc)

    def draw(self, place: Any) -> None:
        """Stand at another place (2,); beyond the area nothing is seen."""
        at = self.frame.place(np.asarray(place, dtype=float))
        seen = np.isfinite(at).all() and bool(within(at[None], self.frame)[0])
        if seen:
            self.disc.move_to(at)
            self._name_at(at + np.array([self.disc.width / 2 - 0.04, 0, 0]))
        self._see(seen, self.disc)

    def extent(self, axis: int) -> np.ndarray:
        """The place."""
        return all_along(self.values[0], axis)

    def table(self) -> Table | None:
        """The place."""
        x, y = np.asarray(now(self.values[0]), dtype=float)
        return table({"x": x, "y": y})


class ArrowMark(Mark):
    """An arrow between two places, its name beyond its tip."""

    word = "arrow"
    name_size = "title"
    shapes: Shapes = (("the start", place), ("the end", place))

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], role: str, side: Any = 0, bold: bool = False
    ):
        super().__init__(frame, values, role)
        width, head = (0.11, 0.38) if bold else (0.06, 0.28)
        self.shape = Arrow(np.zeros(2), np.zeros(2), role, width, head)
        if stands(side):
            aside = float(number(side, "the side"))
            if not -1 <= aside <= 1:
                raise ValueError(
                    "The name of an arrow stands on the side 1 (left), 0 (ahead), -1 (right) or "
                    f"in between, not {side!r}."
                )
        self.side = side
        self.add(self.shape)

    def draw(self, start: Any, end: Any) -> None:
        """Point elsewhere; the tip, and the name with it, are seen within the area alone."""
        ends = self.frame.place(np.array([start, end], dtype=float))
        inside = within(ends, self.frame)
        pieces = [ends] if inside.all() else self.frame.clipped(ends)
        self.shape.points = np.zeros((0, 3))
        if pieces:
            start, tip = pieces[0]
            self.shape.set_ends(start, tip, has_head=bool(inside[1]))
        self._see(bool(inside[1]))
        if self.label is not None and inside[1]:
            along = ends[1] - ends[0]
            along = along / max(float(np.linalg.norm(along)), 1e-9)
            angle, aside = ASIDE * now(self.side), np.array([-along[1], along[0], 0.0])
            off = along * np.cos(angle) + aside * np.sin(angle)
            self.label.move_to(ends[1] + NAME_AWAY * off)

    def extent(self, axis: int) -> np.ndarray:
        """Both ends."""
        return Segment.extent(self, axis)

    def table(self) -> Table | None:
        """Both ends."""
        return Segment.table(self)


class Note(Mark):
    """Words at a place; beyond the area nothing is seen."""

    word = "note"
    shapes: Shapes = (("the place", place),)

    def __init__(
        self, frame: Frame, place: Any, words: Content, role: str, align: str, lift: float
    ):
        super().__init__(frame, (place,), role)
        share_before(align)  # which refuses an alignment that there is not
        self.align, self.lift = align, lift
        self.label = self.words = Text(words, size="small", role=role)
        on_a_field = role in ("on_light", "on_dark")  # inks that read on the colour behind them
        width = 0.0 if on_a_field else 1.5 * HALO
        self.halo = VMobject(stroke_color=theme.color("background"), stroke_width=width)
        self.add(self.halo, self.words)

    def draw(self, place: Any) -> None:
        """Stand at another place (2,)."""
        at = self.frame.place(np.asarray(place, dtype=float))
        seen = bool(within(at[None], self.frame)[0])
        if seen:
            lifted = at + np.array([0, self.lift, 0])
            self.words.baseline_at(lifted, self.align)  # type: ignore[arg-type]
        self._see(seen)

    def reach(self, axis: int) -> np.ndarray:
        """The place, for which the axes need not have room."""
        return all_along(self.values[0], axis)
