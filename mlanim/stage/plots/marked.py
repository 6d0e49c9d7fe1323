"""A picture with marks in the data's units: one method for each kind of mark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any, Literal, TypeVar

import numpy as np

from mlanim.stage.colors.colormap import Palette
from mlanim.stage.picture import Picture
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.angle import Angle
from mlanim.stage.plots.marks.areas import Area, Field, HistogramColumns, band
from mlanim.stage.plots.marks.contours import Contours
from mlanim.stage.plots.marks.lines import Curve, Dash, Guide, Level, Ray, Segment
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.plots.marks.points import ArrowMark, Note, Points, Spot
from mlanim.stage.plots.scale import Range
from mlanim.stage.plots.values import grid, numbers, row
from mlanim.stage.table import Table
from mlanim.stage.text.texts import Content
from mlanim.stage.track import combined

DASHES: tuple[Dash, ...] = ("", "dash", "dot")
M = TypeVar("M", bound=Mark)


class Marked(Picture):
    """Marks over a frame, which knows where a place in the data's units is on the stage."""

    def __init__(self, least: float, aspect: float):
        super().__init__(least, aspect)
        self.marks: list[Mark] = []
        self.frame = Frame()
        self.are_named = True

    def curve(
        self, xs: Any, ys: Any, role: str = "text", *, name: Content | None = None,
        width: str = "line", dash: Dash = "", opacity: float = 1.0, tip: bool = False,
        rim: bool = False, later: bool = False,
    ) -> Curve:  # fmt: skip
        """The line through (xs, ys), (N,) each; with `tip`, a dot at its last point.

        A `rim` in the background's colour keeps it off what lies below it.
        """
        mark = Curve(self.frame, (xs, ys), role, width, dash, opacity, tip, rim)
        return self._with(mark, name, later)

    def curves(
        self, xs: Any, ys: Mapping[str, Any], roles: Iterable[str], *, width: str = "bold",
        later: bool = False,
    ) -> list[Curve]:  # fmt: skip
        """A line with its name for each of `ys`, (N,) each, over the same xs.

        They differ in more than their roles: the first is drawn through, the second in dashes, the
        third dotted, and so on again.

        Raises:
            TypeError: for lines without names.
            ValueError: if there are fewer roles than lines.
        """
        if not isinstance(ys, Mapping):
            raise TypeError(f'Curves are given by name, {{"name": values}}, not {ys!r:.60}.')
        roles = [roles] if isinstance(roles, str) else list(roles)
        if len(roles) < len(ys):
            raise ValueError(f"{len(ys)} curves need a role each; given: {', '.join(roles)}.")
        return [
            self.curve(xs, values, role, name=name, width=width, dash=dash, later=later)
            for (name, values), role, dash in zip(ys.items(), roles, cycle(DASHES), strict=False)
        ]

    def path(
        self, places: Any, role: str = "text", *, name: Content | None = None,
        width: str = "line", dash: Dash = "", opacity: float = 1.0, tip: bool = False,
        rim: bool = False, later: bool = False,
    ) -> Curve:  # fmt: skip
        """The line through places (N, 2), as `curve` draws one through its xs and ys."""
        xs, ys = (
            combined(lambda at, axis=axis: np.asarray(at)[:, axis], places) for axis in (0, 1)
        )
        return self.curve(xs, ys, role, name=name, width=width, dash=dash, opacity=opacity,
                          tip=tip, rim=rim, later=later)  # fmt: skip

    def scatter(
        self, places: Any, role: str | Sequence[str] = "text", *, name: Content | None = None,
        radius: float = 0.06, ring: bool = False, later: bool = False,
    ) -> Points:  # fmt: skip
        """Discs at places (N, 2), in one role or one each."""
        return self._with(Points(self.frame, places, role, radius, ring), name, later)

    def dot(
        self, place: Any, role: str = "highlight", *, name: Content | None = None,
        radius: float = 0.09, later: bool = False,
    ) -> Spot:  # fmt: skip
        """One disc with a rim at a place (2,)."""
        return self._with(Spot(self.frame, place, role, radius), name, later)

    def ray(
        self, through: Any, slope: Any, role: str = "gradient", *, name: Content | None = None,
        width: str = "line", dash: Dash = "", later: bool = False,
    ) -> Ray:  # fmt: skip
        """The straight line of a slope through a point (2,), cut off at the chart's edges."""
        mark = Ray(self.frame, (through, slope), role, width, dash)
        return self._with(mark, name, later)

    def segment(
        self, start: Any, end: Any, role: str = "muted", *, name: Content | None = None,
        width: str = "thin", dash: Dash = "", later: bool = False,
    ) -> Curve:  # fmt: skip
        """A straight line between two places (2,)."""
        mark = Segment(self.frame, (start, end), role, width, dash)
        return self._with(mark, name, later)

    def arrow(
        self, start: Any, end: Any, role: str = "weight", *, name: Content | None = None,
        side: Any = 0, bold: bool = False, later: bool = False,
    ) -> ArrowMark:  # fmt: skip
        """An arrow between two places (2,), its name beyond its tip: on the left of its direction
        with `side` 1, on the right with -1, straight ahead with 0, and in between; a reading of
        `side` depends on what the end depends on."""
        return self._with(ArrowMark(self.frame, (start, end), role, side, bold), name, later)

    def angle(
        self, centre: Any, start: Any, end: Any, role: str = "text", *,
        arm: Any = np.inf, name: Content | None = None, radius: float = 0.85, later: bool = False,
    ) -> Angle:  # fmt: skip
        """The arc around a place (2,) from one direction to another, radians, and its name.

        Its radius is in manim units; where the shorter `arm`, in data units, is short, it shrinks.
        """
        return self._with(Angle(self.frame, (centre, start, end, arm), role, radius), name, later)

    def band(
        self, xs: Any, low: Any, high: Any, role: str = "muted", *, opacity: float = 0.25,
        later: bool = False,
    ) -> Area:  # fmt: skip
        """The area between two lines over xs, (N,) each: a spread, an interval."""
        return self._with(band(self.frame, (xs, low, high), role, opacity), None, later)

    def runs(
        self, xs: Any, values: Any, role: str = "text", *, name: Content | None = None,
        dash: Dash = "", tip: bool = False, average: Callable[..., Any] = np.mean,
        later: bool = False,
    ) -> tuple[Area, Curve]:  # fmt: skip
        """Several runs over xs (N,), values (N, runs): all in a band, and their mean as a line.

        With `tip`, a dot at its end; `average` takes an axis, as np.median does.
        """
        low, high, middle = (
            combined(lambda of, over=over: over(grid(of, "the runs"), axis=1), values)
            for over in (np.min, np.max, average)
        )
        area = self.band(xs, low, high, role, later=later)
        look: dict[str, Any] = {"name": name, "width": "bold", "dash": dash, "tip": tip}
        return area, self.curve(xs, middle, role, **look, later=later)

    def area(
        self, corners: Any, role: str = "muted", *, name: Content | None = None,
        opacity: float = 0.25, rim: str | None = None, later: bool = False,
    ) -> Area:  # fmt: skip
        """A filled polygon (N, 2)."""
        return self._with(Area(self.frame, (corners,), role, opacity, rim), name, later)

    def guide(
        self, *, x: Any = None, y: Any = None, role: str = "muted", name: Content | None = None,
        dash: Dash = "dash", width: str = "thin", later: bool = False,
    ) -> Guide:  # fmt: skip
        """A line straight across at a value of x or of y, with its name at its end."""
        if (x is None) == (y is None):
            raise ValueError("A guide stands at a value of x or of y: give one of the two.")
        return self._with(Guide(self.frame, (x, y), role, width, dash), name, later)

    def field(
        self, values: Any, palette: Palette, *, x: Range | None = None,
        y: Range | None = None, opacity: float = 1.0, later: bool = False,
    ) -> Field:  # fmt: skip
        """Colours of values (R, C), the first row at the top, over a part of the area or all.

        The cells are of one size on the page, so on a logarithmic axis values are taken at even
        steps of the logarithm.
        """
        mark = Field(self.frame, (values,), palette, (x, y), opacity)
        return self._with(mark, None, later)

    def level(
        self, xs: Any, ys: Any, values: Any, level: float | Sequence[float] = 0.0,
        role: str = "text", *, width: str = "line", opacity: float = 1.0,
        name: Content | None = None, later: bool = False,
    ) -> Level:  # fmt: skip
        """The lines on which values (R, C), over xs (C,) and ys (R,), equal a level, or each."""
        levels = np.atleast_1d(numbers(level, "the level"))
        mark = Level(self.frame, (xs, ys, values), levels, role, width, opacity)
        return self._with(mark, name, later)

    def contours(
        self, xs: Any, ys: Any, values: Any, levels: Sequence[float] | np.ndarray, *,
        numbered: Sequence[float] | np.ndarray = (), name: Content | None = None,
        later: bool = False,
    ) -> Contours:  # fmt: skip
        """Values (R, C), over xs (C,) and ys (R,), as bands of colour between ascending levels.

        Levels in `numbered` have their number on the line.
        """
        levels = row(levels, "the levels")
        mark = Contours(self.frame, (xs, ys, values), levels, list(numbered))
        return self._with(mark, name, later)

    def columns(
        self, edges: Any, heights: Any, role: str = "input", *, name: Content | None = None,
        opacity: float = 0.8, later: bool = False,
    ) -> HistogramColumns:  # fmt: skip
        """A histogram: columns from 0 to heights (N,) between edges (N + 1,)."""
        mark = HistogramColumns(self.frame, (edges, heights), role, opacity)
        return self._with(mark, name, later)

    def note(
        self, place: Any, words: Content, role: str = "muted", *,
        align: Literal["left", "center", "right"] = "left", lift: float = 0.0, later: bool = False,
    ) -> Note:  # fmt: skip
        """Words at a place (2,), `lift` manim units over it."""
        return self._with(Note(self.frame, place, words, role, align, lift), None, later)

    def _with(self, mark: M, name: Content | None, later: bool) -> M:
        mark.check(*mark.values)
        mark.name, mark.is_later = name, later
        self.marks.append(mark)
        if self.frame.is_placed:
            mark.settle(self.are_named)
        return mark

    def place(self, places: Any) -> np.ndarray:
        """Data (..., 2) to the stage, (..., 3) in manim units; known once the chart is composed."""
        return self.frame.place(places)

    def parts(self) -> list[Any]:
        """Its marks."""
        return list(self.marks)

    def tables(self) -> dict[str, Table]:
        """A table for each mark that has a name."""
        named = [mark for mark in self.marks if mark.name is not None]
        found = {str(mark.name): mark.table() for mark in named}
        return {name: table for name, table in found.items() if table is not None}
