"""A matrix that fills its box: coloured cells with numbers, labels, and a bar that names colours.

Matrix(weights, words, words, format="2")
grid = Matrix(gradient, palette="signed")
grid.mark(row=track["row"])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from manim import VGroup

from mlanim.stage import theme
from mlanim.stage.colors import colormap
from mlanim.stage.colors.colormap import Palette
from mlanim.stage.layout import Box
from mlanim.stage.picture import Valued
from mlanim.stage.plots.cells import Cells
from mlanim.stage.plots.color_scale import ColorScale, scale_width
from mlanim.stage.plots.rim import Grid, Rim
from mlanim.stage.plots.scale import Range, round_step
from mlanim.stage.plots.values import beyond, span
from mlanim.stage.table import Table, of_matrix
from mlanim.stage.text.fitting import shortened, widest
from mlanim.stage.text.number import NumberGrid, number_curves
from mlanim.stage.text.texts import Content, Text, body_height
from mlanim.stage.track import Morph
from mlanim.words.sentence import Sentence, as_sentence, shown_as

AIR = 0.12  # manim units between cells and what is written beside them
GAP, LEAST_GAPPED = 0.03, 0.3  # between cells, and the side from which on they have a gap
NUMBER_AIR = 0.1  # beside a number in its cell
MOST_NAMED = 0.4  # the share of the box that labels may take
TOGETHER = 3.0  # rows that change at once where one follows another


class Matrix(Valued):
    """A cell for each value, the first row on top.

    Args:
        values: (R, C), may be a reading; NaN leaves a cell empty.
        rows, columns: what stands to the left of each row and over each column, turned where it
            is wide.
        palette: "sequential" for amounts, "signed" for values of both signs, or colours (N, 3) of
            values (N,).
        ends: the values at which colours are full; measured, around 0, from the values as they
            are at every moment unless given.
        format: how numbers are shown, as in a sentence's places; an exact zero is shown as 0.
        numbers: whether they stand in the cells, where they have room.
        bar: whether a bar says what colours mean; where no numbers do unless given.
        x_label, y_label: what columns and rows are, over and beside their labels; templates, as
            for `sentence`.
        roles: of the labels of rows and of columns.
        square: whether cells are as wide as they are high.

    Raises:
        ValueError: for labels that are not as many as the cells need, and for a value beyond
            `ends`.
    """

    may_lack = True

    def __init__(
        self, values: Any, rows: Sequence[Content | int] = (),
        columns: Sequence[Content | int] = (), *,
        palette: Literal["sequential", "signed"] | Palette = "sequential",
        ends: Range | None = None, format: str = "2", numbers: bool = True,
        bar: bool | None = None, x_label: str | Sentence | None = None,
        y_label: str | Sentence | None = None,
        roles: tuple[str, str] = ("muted", "muted"), square: bool = False, least: float = 2.5,
        aspect: float = 1.2,
    ):  # fmt: skip
        if isinstance(palette, str) and palette not in ("sequential", "signed"):
            raise ValueError(f'A palette is "sequential", "signed" or a function, not {palette!r}.')
        self.palette, self.format = palette, format
        self.ends = None if ends is None else span(ends, "the ends")
        super().__init__(values, least, aspect)
        self.rows, self.columns = _words(rows), _words(columns)
        self.numbers, self.has_bar, self.roles, self.square = numbers, bar, roles, square
        self.x_label, self.y_label = x_label, y_label
        self.grid = Grid()
        self.marks: list[Rim] = []
        for name, words, count in zip(
            ("rows", "columns"), (self.rows, self.columns), self.shown.shape, strict=True
        ):
            if len(words) not in (0, count):
                raise ValueError(f"There are {len(words)} labels for {count} {name}; give each.")

    def checked(self, values: np.ndarray) -> np.ndarray:
        """The values as (R, C)."""
        if values.ndim != 2 or not values.size:
            raise ValueError(f"A matrix shows (R, C) values, not an array {values.shape}.")
        if self.ends is not None:
            low, high = self.ends
            if (found := beyond(values, self.ends)) is not None:
                raise ValueError(
                    f"A value of {found:g} goes beyond the ends {low:g} and {high:g}; give "
                    "wider ones, or none to have them measured."
                )
        return values

    def mark(
        self, *, row: Any = None, column: Any = None, role: str = "highlight", later: bool = False
    ) -> Rim:
        """A rim around a row, a column, or the cell where they cross; each may be a reading.

        Between two whole numbers it lies between two rows, so a track moves it along.
        """
        rim = Rim(self.grid, row, column, role)
        rim.is_later = later
        self.marks.append(rim)
        if self.grid.is_placed:
            rim.settle()
        return rim

    def lay_out(self, box: Box) -> None:
        """Labels, and cells in what these leave."""
        shape = self.shown.shape
        line = body_height("small")
        titles = line + AIR if self.x_label is not None else 0.0
        beside_title = line + AIR if self.y_label is not None else 0.0
        beside = min(widest(*self.rows), MOST_NAMED * box.width) + AIR if self.rows else 0.0
        room = box.inset(left=beside + beside_title, top=titles)
        wide = min(widest(*self.columns), MOST_NAMED * box.height)
        self.turned = self._turns(wide, room.width / shape[1])
        room = room.inset(top=(wide if self.turned else line) + AIR if self.columns else 0.0)
        self.has_numbers = self.numbers and self._numbers_fit(room)
        self.barred = not self.has_numbers if self.has_bar is None else self.has_bar
        if self.barred:
            room = room.inset(right=2 * AIR + scale_width(self._ends(), self._scale_format))
        room = _squared(room, shape) if self.square else room
        self.grid.settle(room, shape)
        self._add_cells(room)
        self.add(VGroup(*self._row_names(box)), VGroup(*self._column_names(box)))
        self.add(VGroup(*self._titles(room, beside, wide)))
        if self.barred:
            at = Box(room.right + 2 * AIR, room.bottom, box.right, room.top)
            self.scale_bar = ColorScale(at, self._colors, self._ends(), self._scale_format)
            self.add(self.scale_bar)
        for rim in self.marks:
            rim.settle()
        self.add(*(rim for rim in self.marks if not rim.is_later))

    def draw(self) -> None:
        """Colours, numbers, and the ends of the bar."""
        self.cells.palette = self._colors
        self.cells.set_values(self.shown)
        if self.has_numbers:
            self._write()
        if self.barred:
            self.scale_bar.show(self._colors, self._ends())

    def to(self, values: Any, by_row: bool = False, **timing: Any) -> Morph:
        """The animation in which it runs to other values; `by_row` one row after another."""
        change = super().to(values, **timing)
        if not by_row:
            return change
        start, end = change.values
        rows = len(start)

        def show(matrix: Matrix, share: np.ndarray) -> None:
            at = np.clip((float(share) * (rows - 1 + TOGETHER) - np.arange(rows)) / TOGETHER, 0, 1)
            done = (at**2 * (3 - 2 * at))[:, None]
            matrix.show_values(np.where(done == 1, end, (1 - done) * start + done * end))

        return Morph(self, np.zeros(()), np.ones(()), show, **timing)

    def place(self, row: int, column: int) -> np.ndarray:
        """The middle of a cell, (3,)."""
        return self.grid.corners(row, column).mean(axis=0)

    def parts(self) -> list[Any]:
        """Its marks."""
        return list(self.marks)

    def height_at(self, width: float) -> float:
        """Square cells settle it, where they are asked for."""
        if not self.square:
            return super().height_at(width)
        rows, columns = self.shown.shape
        beside = widest(*self.rows) + AIR if self.rows else 0.0
        return (width - beside) * rows / columns + (body_height("small") + AIR) * bool(self.columns)

    def tables(self) -> dict[str, Table]:
        """A row for each cell."""
        rows, columns = (
            [str(word) for word in words] or [str(index) for index in range(count)]
            for words, count in zip((self.rows, self.columns), self.shown.shape, strict=True)
        )
        return {"matrix": of_matrix(self.shown, rows, columns, ("row", "column", "value"))}

    def _add_cells(self, room: Box) -> None:
        rows, columns = self.shown.shape
        cell = (room.width / columns, room.height / rows)
        gap = GAP if min(cell) >= LEAST_GAPPED else 0.0
        self.cells = Cells(self.shown, self._colors, cell, gap, room.centre)
        self.inks = [NumberGrid([], np.zeros((0, 3)), ink) for ink in ("on_light", "on_dark")]
        self.add(self.cells, *self.inks)

    def _ends(self) -> Range:
        if self.ends is not None:
            return self.ends
        low = min(0.0, float(np.nanmin(self.shown, initial=0.0)))
        high = max(0.0, float(np.nanmax(self.shown, initial=0.0)))
        if self.palette == "signed":
            return -max(-low, high, 1e-300), max(-low, high, 1e-300)
        return (low, high) if high > low else (0.0, 1.0)

    @property
    def _scale_format(self) -> str:
        return "%" if "%" in self.format else "g"

    def _colors(self, values: np.ndarray) -> np.ndarray:
        """Colours (N, 3) of values (N,); the background's where there is none."""
        low, high = self._ends()
        there = ~np.isnan(values)
        filled = np.where(there, values, low)
        if callable(self.palette):
            colors = self.palette(filled)
        elif self.palette == "signed":
            colors = colormap.diverging(filled, max(abs(low), abs(high)))
        else:
            colors = colormap.sequential(filled, low, high)
        return np.where(there[:, None], colors, theme.rgb("background"))

    def _text(self, value: float) -> str:
        if np.isnan(value):
            return ""
        return shown_as(value, self.format)

    def _turns(self, wide: float, side: float) -> bool:
        """Whether words over columns stand upright; numbers lie, and are left out in between."""
        digits = all(isinstance(word, str) and word.isdigit() for word in self.columns)
        return wide > side - 0.06 and not digits

    def _numbers_fit(self, room: Box) -> bool:
        ends = np.array(self._ends())
        texts = {self._text(float(value)) for value in (*self.shown.ravel(), *ends)}
        wide = max(number_curves(text)[2] for text in texts) * body_height("small")
        rows, columns = self.shown.shape
        fits = wide + NUMBER_AIR <= room.width / columns
        return bool(fits and body_height("small") + 0.02 <= room.height / rows)

    def _write(self) -> None:
        on_light = theme.readable_on(self.cells.rgbas[:, :3])
        middles = self.cells.middles.reshape(-1, 3)
        texts = [self._text(float(value)) for value in self.shown.ravel()]
        for grid, chosen in zip(self.inks, (on_light, ~on_light), strict=True):
            index = np.flatnonzero(chosen)
            grid.set_texts([texts[i] for i in index], middles[index])

    def _row_names(self, box: Box) -> list[Text]:
        line, made = body_height("small"), []
        every = _every(0.95 * line, self.grid.side[1])
        for row, word in list(enumerate(self.rows))[::every]:
            text = Text(shortened(word, MOST_NAMED * box.width), size="small", role=self.roles[0])
            y = self.place(row, 0)[1] - 0.34 * line
            made.append(text.baseline_at([self.grid.area.left - AIR, y, 0], "right"))
        return made

    def _column_names(self, box: Box) -> list[Text]:
        line, made = body_height("small"), []
        every = _every(0.95 * line if self.turned else widest(*self.columns), self.grid.side[0])
        for column, word in list(enumerate(self.columns))[::every]:
            text = Text(shortened(word, MOST_NAMED * box.height), size="small", role=self.roles[1])
            x, y = self.place(0, column)[0], self.grid.area.top + AIR
            if self.turned:
                text.baseline_at([0, 0, 0]).rotate(np.pi / 2, about_point=np.zeros(3))
                made.append(text.shift([x + 0.34 * line, y, 0]))
            else:
                made.append(text.baseline_at([x, y, 0], "center"))
        return made

    def _titles(self, room: Box, beside: float, wide: float) -> list[Text]:
        line, made = body_height("small"), []
        if self.x_label is not None:
            over = (wide if self.turned else 0.75 * line) + AIR if self.columns else 0.0
            text = Text(as_sentence(self.x_label), size="small", role="muted")
            made.append(text.baseline_at([room.left, room.top + over + AIR, 0]))
        if self.y_label is not None:
            text = Text(as_sentence(self.y_label), size="small", role="muted").baseline_at(
                [0, 0, 0], "right"
            )
            text.rotate(np.pi / 2, about_point=np.zeros(3))
            made.append(text.shift([room.left - beside - AIR, room.top, 0]))
        return made


def _every(needed: float, side: float) -> int:
    """Which labels stand, so that each has the room that it needs: all, every 2nd, 5th, …"""
    return 1 if needed <= side else round(round_step(max(needed / side, 1.0)))


def _squared(room: Box, shape: tuple[int, ...]) -> Box:
    """The part of a box, from its upper left corner, in which cells are square."""
    rows, columns = shape
    side = min(room.width / columns, room.height / rows)
    return Box(room.left, room.top - side * rows, room.left + side * columns, room.top)


def _words(words: Sequence[Content | int]) -> list[Content]:
    return [str(word) if isinstance(word, int | np.integer) else word for word in words]
