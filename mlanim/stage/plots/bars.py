"""Bars that fill a box: lying or upright, with names beside them and numbers at their tips.

Bars(probabilities, range(10), "input", reach=(0, 1))
Bars([before, after], words, ("muted", "weight"), series=("before", "after"), upright=True)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from mlanim.stage import theme
from mlanim.stage.arrays.mesh import Mesh
from mlanim.stage.layout import Box
from mlanim.stage.marks.legend import FAINT, Entry, legend, legend_height
from mlanim.stage.marks.shapes import Segments
from mlanim.stage.picture import Valued, replace_parts
from mlanim.stage.plots.scale import Range, Scale, tick_texts
from mlanim.stage.plots.values import beyond, span
from mlanim.stage.table import Table, table
from mlanim.stage.text.fitting import shortened, widest
from mlanim.stage.text.number import NumberGrid, number_curves
from mlanim.stage.text.texts import Content, Text, body_height
from mlanim.words.sentence import shown_as

AIR = 0.12  # manim units between bars and what is written beside them
THICK = 0.66  # of the bars of one name, as a share of the room for it
MOST_THICK = 0.6  # manim units
MOST_NAMED = 0.45  # the share of the box that names may take
TICKS = 4


class Bars(Valued):
    """A bar for each value, from 0.

    Args:
        values: (N,), or (S, N) for S series; may be a reading.
        names: what stands beside each bar, N.
        role: of all bars, of each bar, or with several series of each series.
        series: their names, S, for a key over the bars. From the second series on bars are faint
            with a rim, so that more than colour tells them apart.
        reach: the least and the largest value that there is room for; measured, with 0 within,
            from the values as they are at every moment unless given.
        upright: whether bars stand side by side instead of lying one under another.
        format: how numbers are shown, as in a sentence's places; an exact zero is shown as 0.
        numbers: whether they stand at the tips; where they do not, or have no room, an axis does.

    Raises:
        ValueError: for names, roles or series that are not as many as the bars need, and for a
            value beyond the reach.
    """

    def __init__(
        self, values: Any, names: Sequence[Content | int] = (),
        role: str | Sequence[str] = "input", *, series: Sequence[Content] = (),
        reach: Range | None = None, upright: bool = False, format: str = "2", numbers: bool = True,
        least: float = 2.0, aspect: float = 1.3,
    ):  # fmt: skip
        self.reach = None if reach is None else span(reach, "the reach")
        self.upright, self.format = upright, format
        super().__init__(values, least, aspect)
        count, bars = self.shown.shape
        self.names = [str(name) if isinstance(name, int) else name for name in names]
        self.series, self.numbers = list(series), numbers
        self.roles = _roles(role, count, bars)
        if len(self.names) not in (0, bars):
            raise ValueError(f"There are {len(self.names)} names for {bars} bars; give each one.")
        if len(self.series) not in (0, count):
            raise ValueError(f"There are {len(self.series)} series named, but {count} of values.")

    def checked(self, values: np.ndarray) -> np.ndarray:
        """The values as (S, N)."""
        if values.ndim not in (1, 2) or not values.size:
            raise ValueError(f"Bars show (N,) or (S, N) values, not an array {values.shape}.")
        if self.reach is not None:
            low, high = min(self.reach), max(self.reach)
            if (found := beyond(values, self.reach)) is not None:
                raise ValueError(
                    f"A bar of {found:g} goes beyond the reach from {low:g} to {high:g}; give "
                    "a wider one, or none to have it measured."
                )
        return np.atleast_2d(values)

    def lay_out(self, box: Box) -> None:
        """A key, names, and the area that these leave for the bars."""
        if self.series:
            self.add(legend(self._key(), box))
            box = box.inset(top=legend_height(self._key(), box.width) + AIR)
        count, bars = self.shown.shape
        line = body_height("small")
        self.has_numbers = self.numbers and self._numbers_fit(box)
        self.area = self._area(box)
        self.grid, self.zero = Segments(np.zeros((0, 2, 2))), Segments(np.zeros((0, 2, 2)), "muted")
        self.ticks = VGroup()
        faces = np.arange(4 * count * bars).reshape(-1, 4)
        self.bars = Mesh(np.zeros((4 * count * bars, 2)), faces, self._paints(), 0.0)
        self.rims = [Segments(np.zeros((0, 2, 2)), row[0], "thin") for row in self.roles[1:]]
        self.ink = NumberGrid([], np.zeros((0, 3)), "text")
        self.faint_ink = NumberGrid([], np.zeros((0, 3)), "muted")
        self.add(self.grid, self.bars, *self.rims, self.zero, self.ink, self.faint_ink, self.ticks)
        self.add(VGroup(*self._named(box, line)))

    def draw(self) -> None:
        """Lengths, numbers at the tips, the line at 0, and the axis where there is one."""
        zero, tips = self._along(np.zeros(1))[0], self._along(self.shown)
        middle, half = self._across()
        starts = np.full_like(tips, zero)
        corners = np.stack([
            np.stack([starts, middle - half], -1), np.stack([tips, middle - half], -1),
            np.stack([tips, middle + half], -1), np.stack([starts, middle + half], -1),
        ], axis=2)  # fmt: skip
        corners = self._turned(corners)  # (S, N, 4, 2)
        self.bars.set_vertices(corners.reshape(-1, 2))
        for rim, quads, values in zip(self.rims, corners[1:], self.shown[1:], strict=True):
            seen = quads[values != 0]
            rim.set_segments(np.stack([seen, np.roll(seen, -1, axis=1)], axis=2).reshape(-1, 2, 2))
        across = [self.area.left, self.area.right] if self.upright else [
            self.area.bottom, self.area.top]  # fmt: skip
        self.zero.set_segments(self._turned(np.array([[[zero, end] for end in across]])))
        if self.has_numbers:
            self._write(tips, np.broadcast_to(middle, tips.shape))
        else:
            self._draw_axis(across)

    def tip(self, bar: int, series: int = 0) -> np.ndarray:
        """Where a bar ends now, (3,)."""
        middle, _ = self._across()
        along = self._along(self.shown)[series, bar]
        return np.append(self._turned(np.array([along, middle[series, bar]])), 0.0)

    def height_at(self, width: float) -> float:
        """Lying bars ask for a line each."""
        if self.upright:
            return super().height_at(width)
        count, bars = self.shown.shape
        key = legend_height(self._key(), width) + AIR if self.series else 0.0
        axis = 0.0 if self.numbers else body_height("small") + AIR
        return key + bars * body_height("small") * (0.5 + 1.4 * count) + axis

    def tables(self) -> dict[str, Table]:
        """Names and values, a column for each series."""
        bars = self.shown.shape[1]
        names = [str(name) for name in self.names] or [str(i) for i in range(bars)]
        series = [str(name) for name in self.series] or (
            ["value"] if len(self.shown) == 1 else [f"series {i}" for i in range(len(self.shown))]
        )
        return {"bars": table({"name": names, **dict(zip(series, self.shown, strict=True))})}

    def _ends(self) -> Range:
        if self.reach is not None:
            return min(0.0, *self.reach), max(0.0, *self.reach)
        low, high = min(0.0, float(self.shown.min())), max(0.0, float(self.shown.max()))
        return (low, high) if high > low else (0.0, 1.0)

    def _along(self, values: np.ndarray) -> np.ndarray:
        """Where values lie along the bars, manim units; numbers at tips have room at the ends."""
        low, high = self._ends()
        area = self.area
        start, end = (area.bottom, area.top) if self.upright else (area.left, area.right)
        room = self._number_room() if self.has_numbers else 0.0
        start += min(room, -4 * low / (high - low) * room)
        end -= min(room, 4 * high / (high - low) * room)
        return np.asarray(start + (values - low) / (high - low) * (end - start))

    def _across(self) -> tuple[np.ndarray, float]:
        """The middles (S, N) of the bars across their direction, and half their thickness."""
        count, bars = self.shown.shape
        side = self.area.width if self.upright else self.area.height
        pitch = side / bars
        thick = min(pitch * THICK / count, MOST_THICK)
        slots = (np.arange(count) - (count - 1) / 2) * thick
        at = (np.arange(bars) + 0.5) * pitch + slots[:, None]
        middle = self.area.left + at if self.upright else self.area.top - at
        return middle, thick / 2 * (0.9 if count > 1 else 1.0)

    def _turned(self, places: np.ndarray) -> np.ndarray:
        """(along, across) (..., 2) as (x, y)."""
        return places[..., ::-1] if self.upright else places

    def _texts(self, values: np.ndarray) -> list[str]:
        return [shown_as(value, self.format) for value in values.ravel()]

    def _widest_number(self) -> float:
        ends = np.array(self.reach) if self.reach is not None else self.shown
        texts = {*self._texts(self.shown), *self._texts(np.asarray(ends, dtype=float))}
        return max(number_curves(text)[2] for text in texts) * body_height("small")

    def _number_room(self) -> float:
        return AIR + (body_height("small") if self.upright else self._widest_number())

    def _numbers_fit(self, box: Box) -> bool:
        count, bars = self.shown.shape
        slot = (box.width if self.upright else box.height) / bars
        slot *= THICK / count if count > 1 else 1.0
        return slot >= (self._widest_number() + 0.04 if self.upright else body_height("small"))

    def _area(self, box: Box) -> Box:
        """What names, and the axis where there are no numbers, leave of the box."""
        line, axis = body_height("small"), not self.has_numbers
        if not self.upright:
            beside = min(widest(*self.names), MOST_NAMED * box.width)
            below, ends = (line + AIR, widest(*self._axis_texts()) / 2) if axis else (0.0, 0.0)
            air = AIR if self._ends()[0] == 0 else 2 * AIR  # a number to the left keeps off names
            left = max(beside + air if self.names else 0.0, ends)
            return box.inset(left=left, right=ends, bottom=below)
        left = widest(*self._axis_texts()) + AIR if axis else 0.0
        pitch = (box.width - left) / self.shown.shape[1]
        self.turned = widest(*self.names) > pitch - 0.06
        wide = min(widest(*self.names), MOST_NAMED * box.height)
        below = (wide if self.turned else line) + AIR if self.names else 0.0
        return box.inset(left=left, bottom=below, top=line / 2 if axis else 0.0)

    def _named(self, box: Box, line: float) -> list[Text]:
        middle, made = self._across()[0].mean(axis=0), []
        every = 1
        if not self.upright or self.turned:
            pitch = abs(float(np.diff(middle)[0])) if len(middle) > 1 else np.inf
            every = max(1, int(np.ceil(0.95 * line / pitch)))
        room = MOST_NAMED * (box.height if self.upright else box.width)
        widest_name = min(widest(*self.names), room)
        for name, at in list(zip(self.names, middle, strict=False))[::every]:
            text = Text(shortened(name, room), size="small", role="muted")
            if not self.upright:
                place = [box.left + widest_name, at - 0.34 * line, 0]
                made.append(text.baseline_at(place, "right"))
            elif self.turned:
                text.baseline_at([0, 0, 0], "right").rotate(np.pi / 2, about_point=np.zeros(3))
                made.append(text.shift([at + 0.34 * line, self.area.bottom - AIR, 0]))
            else:
                place = [at, self.area.bottom - AIR - 0.72 * line, 0]
                made.append(text.baseline_at(place, "center"))
        return made

    def _write(self, tips: np.ndarray, middle: np.ndarray) -> None:
        texts, zero = self._texts(self.shown), (self.shown == 0).ravel()
        em = body_height("small")
        wide = np.array([number_curves(text)[2] * em for text in texts])
        out = AIR * 0.7 + (0.36 * em if self.upright else wide / 2)
        flat = self.shown.ravel()
        side = np.where((flat < 0) | ((flat == 0) & (self._ends()[1] == 0)), -1.0, 1.0)
        at = np.stack([tips.ravel() + side * out, middle.ravel()], axis=-1)
        places = np.column_stack([self._turned(at), np.zeros(len(texts))])
        for grid, chosen in ((self.ink, ~zero), (self.faint_ink, zero)):
            index = np.flatnonzero(chosen)
            grid.set_texts([texts[i] for i in index], places[index])

    def _axis_ticks(self) -> np.ndarray:
        return Scale(*self._ends()).ticks(TICKS)

    def _axis_texts(self) -> list[str]:
        ticks = self._axis_ticks()
        return [shown_as(tick, "%") for tick in ticks] if "%" in self.format else tick_texts(ticks)

    def _draw_axis(self, across: list[float]) -> None:
        ticks, line = self._along(self._axis_ticks()), body_height("small")
        self.grid.set_segments(
            self._turned(np.array([[[t, end] for end in across] for t in ticks]))
        )
        texts = [Text(text, size="small", role="muted") for text in self._axis_texts()]
        for text, at in zip(texts, ticks, strict=True):
            if self.upright:
                text.baseline_at([self.area.left - AIR, at - 0.36 * line, 0], "right")
            else:
                text.baseline_at([at, self.area.bottom - AIR - 0.75 * line, 0], "center")
        replace_parts(self.ticks, texts)

    def _paints(self) -> np.ndarray:
        """A colour for each bar, (S N, 4)."""
        rows = enumerate(self.roles)
        return np.array(
            [[*theme.rgb(role), FAINT if s else 1.0] for s, row in rows for role in row]
        )

    def _key(self) -> list[Entry]:
        pairs = enumerate(zip(self.roles, self.series, strict=True))
        return [(row[0], name, "faint" if s else "full") for s, (row, name) in pairs]


def _roles(role: str | Sequence[str], count: int, bars: int) -> list[list[str]]:
    """A role for each bar of each series."""
    given = [role] if isinstance(role, str) else list(role)
    for one in given:
        theme.color(one)
    if isinstance(role, str):
        return [[role] * bars] * count
    if count > 1 and len(given) == count:
        return [[one] * bars for one in given]
    if count == 1 and len(given) == bars:
        return [given]
    wanted = f"one for each of {count} series" if count > 1 else f"one for each of {bars} bars"
    raise ValueError(f"There are {len(given)} roles; give one for all, or {wanted}.")
