"""A matrix as coloured cells, with its numbers in them when they fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from manim import ORIGIN, Animation, VGroup

from mlanim.stage import theme
from mlanim.stage.arrays.mesh import SEAM, Mesh
from mlanim.stage.colors import colormap
from mlanim.stage.path_independent import ByShare
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import Text
from mlanim.words.numbers import format_number, significant

Palette = Callable[[np.ndarray], np.ndarray]
ALL = slice(None)


def weights_palette(values: np.ndarray) -> np.ndarray:
    """Colours of shares between 0 and 1."""
    return colormap.sequential(values, 0.0, 1.0)


def signed_palette(limit: float) -> Palette:
    """Colours of signed values, full at ±`limit`."""
    return lambda values: colormap.diverging(values, limit)


class Cells(Mesh):
    """The coloured cells of a matrix (R, C), first row on top, centred on `centre`."""

    mixed = ("rgbas", "values")

    def __init__(
        self,
        values: np.ndarray,
        palette: Palette,
        cell: tuple[float, float],
        gap: float = 0.0,
        centre: np.ndarray = ORIGIN,
    ):
        self.values = np.asarray(values, dtype=float)
        self.palette = palette
        rows, columns = self.values.shape
        middles = cell_centres(rows, columns, cell, centre)
        half = (np.array(cell) - gap) / 2
        signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        corners = middles[:, None, :2] + signs * half
        faces = np.arange(rows * columns * 4).reshape(-1, 4)
        self.side = cell[0] - gap
        seam = 0.0 if gap else SEAM
        super().__init__(corners.reshape(-1, 2), faces, palette(self.values.ravel()), seam)

    def set_values(self, values: np.ndarray) -> Self:
        """Show other values (R, C); `.animate` on this morphs the colours."""
        self.values = np.asarray(values, dtype=float)
        opacity = self.rgbas[:, 3:]
        self.rgbas = np.column_stack([self.palette(self.values.ravel()), opacity])
        return self

    @property
    def middles(self) -> np.ndarray:
        """The cells' centres now, (R, C, 3)."""
        rows, columns = self.values.shape
        return self.points.reshape(rows, columns, 4, 3).mean(axis=2)

    def block(self, rows: slice = ALL, columns: slice = ALL) -> np.ndarray:
        """The vertices (4 n, 3) of some rows and columns, in reading order."""
        return self._corners()[rows, columns].reshape(-1, 3)

    def rim(self, rows: slice = ALL, columns: slice = ALL) -> np.ndarray:
        """Corners (4, 3) of the rectangle around some rows and columns, for an outline."""
        block = self.block(rows, columns)
        (left, bottom, _), (right, top, _) = block.min(axis=0), block.max(axis=0)
        return np.array([[left, bottom, 0], [right, bottom, 0], [right, top, 0], [left, top, 0]])

    def gather(self, onto: Cells) -> Self:
        """Run together into fewer cells: `onto` is one row, or one column, of as many."""
        shape = self.values.shape
        self.points = np.broadcast_to(onto._corners(), (*shape, 4, 3)).reshape(-1, 3).copy()
        paint = onto.rgbas.reshape(*onto.values.shape, 4)
        self.rgbas = np.broadcast_to(paint, (*shape, 4)).reshape(-1, 4).copy()
        return self

    def _corners(self) -> np.ndarray:
        return self.points.reshape(*self.values.shape, 4, 3)

    @property
    def stretch(self) -> float:
        """How many times wider the cells are now than they were made."""
        return float(np.linalg.norm(self.points[1] - self.points[0]) / self.side)


def cell_centres(
    rows: int, columns: int, cell: tuple[float, float], centre: np.ndarray
) -> np.ndarray:
    """Centres of a grid of cells in reading order, (R C, 3), manim units."""
    x = (np.arange(columns) - (columns - 1) / 2) * cell[0]
    y = ((rows - 1) / 2 - np.arange(rows)) * cell[1]
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return np.column_stack([grid, np.zeros(len(grid))]) + np.asarray(centre)


class Heatmap(VGroup):
    """Cells, their numbers, and labels of rows and columns.

    Args:
        values: (R, C).
        palette: values (N,) to colours (N, 3).
        width, height: of the cells together, manim units.
        rows, columns: labels, in the roles `row_role` and `column_role`.
        places: decimals of the numbers; None shows none.
    """

    def __init__(
        self,
        values: np.ndarray,
        palette: Palette,
        width: float,
        height: float,
        rows: list[str] | None = None,
        columns: list[str] | None = None,
        row_role: str = "input",
        column_role: str = "weight",
        places: int | None = 2,
        gap: float = 0.04,
    ):
        super().__init__()
        self.places = places
        count = np.asarray(values).shape
        cell = (width / count[1], height / count[0])
        self.cells = Cells(values, palette, cell, gap)
        self.dark_ink = NumberGrid([], np.zeros((0, 3)), "on_light")
        self.light_ink = NumberGrid([], np.zeros((0, 3)), "on_dark")
        self.row_labels = VGroup(*(Text(name, size="small", role=row_role) for name in rows or []))
        self.column_labels = VGroup(
            *(Text(name, size="small", role=column_role) for name in columns or [])
        )
        self.add(self.cells, self.dark_ink, self.light_ink, self.row_labels, self.column_labels)
        self._place_labels(cell)
        self._write_numbers()

    def _place_labels(self, cell: tuple[float, float]) -> None:
        middles = self.cells.middles
        for label, middle in zip(self.row_labels, middles[:, 0], strict=False):
            edge = middle[0] - cell[0] / 2 - 0.15
            label.baseline_at([edge - label.advance, middle[1] - 0.075, 0])
        for label, middle in zip(self.column_labels, middles[0], strict=False):
            top = middle[1] + cell[1] / 2 + 0.15
            label.baseline_at([middle[0] - label.advance / 2, top, 0])

    def set_values(self, values: np.ndarray) -> Self:
        """Show other values (R, C) in cells and numbers."""
        self.cells.set_values(values)
        self._write_numbers()
        return self

    def morphing(
        self,
        values: np.ndarray,
        palette: Palette | None = None,
        by_row: bool = False,
        **timing: Any,
    ) -> Animation:
        """The animation in which cells and numbers run from what they show to `values`.

        Args:
            palette: the colours at the end, if they are others.
            by_row: whether one row follows another, from the top.
        """
        start, end = self.cells.values, np.asarray(values, dtype=float)
        old, new = self.cells.palette, palette or self.cells.palette

        def show(shown: Self, alpha: float) -> None:
            done = _shares_done(alpha, len(start)) if by_row else np.full(len(start), alpha)
            share = np.repeat(done, start.shape[1])[:, None]
            shown.cells.palette = lambda v: (1 - share) * old(v) + share * new(v)
            shown.set_values((1 - done)[:, None] * start + done[:, None] * end)
            if alpha == 1:
                shown.cells.palette = new

        return ByShare(self, show, **timing)

    def moving(self, vertices: np.ndarray, **timing: Any) -> Animation:
        """The animation that carries the cells, each with its number, to `vertices` (4 R C, 3)."""
        start, end = self.cells.points.copy(), np.asarray(vertices)

        def show(shown: Self, alpha: float) -> None:
            shown.cells.set_vertices((1 - alpha) * start + alpha * end)
            shown._write_numbers()

        return ByShare(self, show, **timing)

    def _write_numbers(self) -> None:
        if self.places is None:
            return
        on_light = theme.readable_on(self.cells.rgbas[:, :3])
        middles = self.cells.middles.reshape(-1, 3)
        size = theme.SIZES["small"] * self.cells.stretch
        texts = [format_number(value, self.places) for value in self.cells.values.ravel()]
        for grid, chosen in ((self.dark_ink, on_light), (self.light_ink, ~on_light)):
            index = np.flatnonzero(chosen)
            grid.nominal_size = size
            grid.set_texts([texts[i] for i in index], middles[index])


def _shares_done(alpha: float, rows: int, together: float = 3.0) -> np.ndarray:
    """How far each row has come, (rows,), when about `together` of them move at once."""
    at = alpha * (rows - 1 + together) - np.arange(rows)
    share = np.clip(at / together, 0, 1)
    return np.asarray(share**2 * (3 - 2 * share))


class ColorBar(VGroup):
    """The key of a colour map: a strip with its ends' values under it and a name over it."""

    def __init__(
        self,
        palette: Palette,
        low: float,
        high: float,
        width: float = 2.4,
        label: str = "",
        ends: tuple[str, str] | None = None,
        steps: int = 48,
    ):
        super().__init__()
        values = np.linspace(low, high, steps)[None]
        self.strip = Cells(values, palette, (width / steps, 0.16))
        self.add(self.strip)
        numbers = (significant(end) for end in (low, high))
        for text, x in zip(ends or numbers, (-width / 2, width / 2), strict=True):
            end = Text(text, size="small", role="muted")
            self.add(end.baseline_at([x - end.advance / 2, -0.36, 0]))
        if label:
            name = Text(label, size="small", role="muted")
            self.add(name.baseline_at([-name.advance / 2, 0.2, 0]))
