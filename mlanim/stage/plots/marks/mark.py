"""A mark keeps its data, in the chart's units, and draws itself from it.

Data may be readings of tracks; the mark then follows them. A zoom redraws every mark.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.scale import from_to
from mlanim.stage.plots.values import Shapes, equally_long, stands
from mlanim.stage.plots.values import opacity as checked_opacity
from mlanim.stage.table import Table
from mlanim.stage.text.texts import Content, Text, body_height
from mlanim.stage.track import Reading, Track, follow, now

BESIDE = 0.14  # manim units between a mark and its name
PAD = 0.05  # the share of an axis that is left free beyond the data on it
HALO = 12  # hundredths of a manim unit, across the clear stroke behind a name


class Mark(VGroup):
    """Something in a chart. A subclass draws itself from its data in `draw`.

    Attributes:
        name: what a viewer reads beside it or in the key.
        is_later: whether a lecture brings it in by itself.
        is_seen: whether any of it lies within the area.
        is_behind: whether it lies under the grid.
        word: what it is called in messages; the chart's method for it.
        reaches_zero: whether it goes down to 0, and ends at the edge of a logarithmic y axis.
        shapes: what each of its values is called in messages, and has to be.
        are_matched: whether they are as long as one another.
    """

    is_behind: ClassVar[bool] = False
    word: ClassVar[str] = "mark"
    reaches_zero: ClassVar[bool] = False
    shapes: Shapes = ()
    are_matched: bool = False
    name_size: ClassVar[str] = "small"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A kind of mark that draws from other values says anew what these have to be."""
        super().__init_subclass__(**kwargs)
        if "draw" in vars(cls) and "shapes" not in vars(cls):
            cls.shapes, cls.are_matched = (), False

    def __init__(self, frame: Frame, values: tuple[Any, ...], role: str, opacity: float = 1.0):
        super().__init__()
        if not isinstance(role, str):
            raise TypeError(
                f'A role is a name, such as "input", not {role!r:.60}; a place is one pair, (x, y).'
            )
        theme.color(role)
        self.frame, self.values, self.role = frame, values, role
        self.opacity = checked_opacity(opacity)
        self.name: Content | None = None
        self.is_later = self.is_settled = False
        self.is_seen = True
        self.label: Text | None = None
        self.name_height = 0.0  # where its baseline belongs, before names are parted

    def draw(self, *values: Any) -> None:
        """Show other values."""
        raise NotImplementedError(f"{type(self).__name__} draws nothing yet: write its draw.")

    def check(self, *values: Any) -> None:
        """Let values of the right shapes pass; those that are readings are looked at later.

        Raises:
            TypeError, ValueError: naming the value, what it is and what it has to be.
        """
        known = [
            (what, shape(value, what))
            for (what, shape), value in zip(self.shapes, values, strict=bool(self.shapes))
            if value is not None and stands(value)
        ]
        if self.are_matched:
            equally_long(known)

    def settle(self, named: bool) -> None:
        """Draw, now that the chart has a box; from the first time on, follow the data.

        Raises:
            ValueError: for values that a logarithmic axis cannot show.
        """
        self._refuse_below_zero()
        if self.is_settled:
            self.redraw()
            return
        self.is_settled = True
        if named and self.name is not None:
            self.label = Text(self.name, size=self.name_size, role=self.role)
            self.halo = VMobject(stroke_color=theme.color("background"), stroke_width=HALO)
            self.add(self.halo, self.label)
        follow(self, _drawn, *self.values)

    def redraw(self) -> None:
        """Draw again, as the chart's axes are others now."""
        _drawn(self, *(now(value) for value in self.values))

    def extent(self, axis: int) -> np.ndarray:
        """What it needs of an axis at any time, values (N,)."""
        return np.zeros(0)

    def reach(self, axis: int) -> np.ndarray:
        """Where it lies along an axis at any time, values (N,); none where that is not known."""
        return self.extent(axis)

    @property
    def called(self) -> str:
        """Which one it is, in messages."""
        return f"The {self.word} “{self.name}”" if self.name else f"The {self.word} ({self.role})"

    def name_room(self) -> float:
        """What its name takes to the right of the area, manim units."""
        return 0.0

    def table(self) -> Table | None:
        """The numbers behind it."""
        return None

    def clear_behind_name(self) -> None:
        """Lay the halo where the name is; beyond the area there is nothing to hide."""
        if self.label is not None:
            within = self.label.origin[0] < self.frame.area.right
            self.halo.points = np.concatenate([piece.points for piece in self.label])
            self.halo.set_stroke(opacity=self.label[0].get_fill_opacity() if within else 0.0)

    def _refuse_below_zero(self) -> None:
        """What follows a track, or goes down to 0, need not be over 0 everywhere."""
        for axis, scale in enumerate(self.frame.scales):
            values = self.reach(axis) if scale.log else np.zeros(0)
            is_partial = (axis == 1 and self.reaches_zero) or not stands(self.values)
            hidden = values <= 0
            if hidden.any() and (hidden.all() or not is_partial):
                name, ends = "xy"[axis], from_to(np.nanmin(values), np.nanmax(values))
                raise ValueError(
                    f"{self.called} has {name} {ends}, and a logarithmic axis shows values over 0 "
                    f"alone: give NaN where nothing is to be drawn, or a log without {name}."
                )

    def _see(self, seen: bool, *parts: VMobject | None) -> None:
        """Show parts and the name, or hide them where nothing of the mark is within the area."""
        if self.is_seen != seen:
            self.is_seen = seen
            for part in (*parts, self.label):
                if part is not None:
                    part.set_opacity(float(seen))

    def _name_at(self, point: np.ndarray) -> None:
        """Put the name behind a point (3,), or before it where names stay within the area."""
        if self.label is not None and np.isfinite(point).all():
            y = max(
                point[1] - body_height("small") * 0.36, self.frame.area.bottom
            )  # clear of ticks
            beyond = point[0] + BESIDE + self.label.advance > self.frame.area.right
            if beyond and self.frame.keeps_names:
                self.label.baseline_at([point[0] - BESIDE, y, 0], "right")
            else:
                self.label.baseline_at([point[0] + BESIDE + self._push(point[0]), y, 0])
            self.name_height = float(y)

    def _push(self, x: float) -> float:
        """How far a name that has room beyond the area keeps off a line's end at x.

        Near the edge it lies beyond it, not over it; on its way there it moves without a jump.
        """
        if not self.name_room():
            return 0.0
        area = self.frame.area
        left = (area.right - x) / area.width
        return float(np.interp(left, (PAD, 3 * PAD), (1, 0))) * (area.right - x)


def _drawn(mark: Mark, *values: Any) -> None:
    """Draw, keep names apart, and what lies behind the name clear of it."""
    mark.check(*values)
    mark.draw(*values)
    mark.clear_behind_name()
    mark.frame.part_names()


def fixed(value: Any) -> np.ndarray:
    """The values of data that stands; nothing of a reading."""
    return np.asarray(value, dtype=float) if stands(value) else np.zeros(0)


def all_of(value: Any) -> np.ndarray:
    """The values of data that stands, those of a track, or those of a series at its samples."""
    if isinstance(value, Track):
        return value.at
    if isinstance(value, Reading):
        known = value.samples is not None and np.issubdtype(value.samples.dtype, np.number)
        return np.asarray(value.samples, dtype=float) if known else np.zeros(0)
    return fixed(value)


def all_along(places: Any, axis: int) -> np.ndarray:
    """What places (…, 2) are along an axis at any time, values (N,)."""
    if stands(places) or isinstance(places, Reading):
        found = all_of(places)
        return found.reshape(-1, 2)[:, axis] if found.size else np.zeros(0)
    if any(isinstance(part, tuple | list) for part in places):
        return np.concatenate([all_along(part, axis) for part in places])
    return all_of(places[axis]).ravel()


def within(placed: np.ndarray, frame: Frame) -> np.ndarray:
    """Which places (N, 3) lie within the area, or on its edge."""
    area, air = frame.area, 1e-6
    x, y = placed[:, 0], placed[:, 1]
    inside = (x >= area.left - air) & (x <= area.right + air)
    return np.asarray(inside & (y >= area.bottom - air) & (y <= area.top + air))
