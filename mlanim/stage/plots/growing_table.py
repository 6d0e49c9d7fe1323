"""A table that grows row by row: numbers aligned on their points under headings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Segments
from mlanim.stage.picture import Picture
from mlanim.stage.table import Table, table
from mlanim.stage.text.number import Number, number_curves
from mlanim.stage.text.texts import Content, Text, body_height
from mlanim.stage.track import Sweep, Track, follow
from mlanim.words.sentence import shown_as

PITCH = 1.9  # ems from one baseline to the next
AIR = 0.5  # manim units between columns


class GrowingTable(Picture):
    """Rows of numbers and words under headings.

    Args:
        rows: (R, C), or R rows of C numbers and words.
        heads: a heading for each column.
        roles: the colour of each column; text unless given.
        formats: how each column's numbers are shown, as in a sentence's places.
        shown: how many rows stand at first; a lecture lets them come with `to`.

    It asks for the width of what is in it, or for `least` where that is more.

    Raises:
        ValueError: for rows, roles or formats that are not as many as the headings, for a format
            that its column cannot have, and for more rows shown than there are.
    """

    def __init__(
        self, rows: Any, heads: Sequence[Content], roles: Sequence[str] = (), *,
        formats: Sequence[str] = (), shown: int | None = None, least: float = 2.5,
    ):  # fmt: skip
        self.rows, self.heads = _rows(rows), list(heads)
        wrong = [len(row) for row in self.rows if len(row) != len(self.heads)]
        if wrong:
            raise ValueError(f"A row has {wrong[0]} cells under {len(self.heads)} headings.")
        self.roles = self._one_each("roles", roles, "text")
        self.formats = self._one_each("formats", formats, "")
        count = len(self.rows)
        start = count if shown is None else self._held(shown)
        self.count = Track((0, max(count, 1)), start=start)
        super().__init__(max(least, self._width()))

    def to(self, rows: int, **timing: Any) -> Sweep:
        """The animation in which rows come, or go, until so many stand.

        Raises:
            ValueError: for more rows than there are.
        """
        return self.count.to(self._held(rows), **timing)

    def compose(self, box: Box) -> None:
        """Columns side by side, as wide as what is in them, from the box's left side on."""
        em, left = body_height(), box.left
        self.lines = VGroup(*(VGroup() for _ in self.rows))
        for column, head in enumerate(self.heads):
            title, cells = self._column(column, head)
            before, behind = _widths(cells)
            title.baseline_at([left, box.top - em * 0.8, 0])
            self.add(title)
            indent = max(0.0, title.advance - before - behind)
            for row, cell in enumerate(cells):
                at = [left + indent + before, box.top - _drop(row), 0]
                self.lines[row].add(cell.baseline_at(at))
            left += max(title.advance, before + behind) + AIR
        y, right = box.top - em * 1.2, min(left - AIR, box.right)
        self.add(Segments(np.array([[[box.left, y], [right, y]]]), "muted"))
        self.add(follow(self.lines, _show_rows, self.count))

    def height_at(self, width: float) -> float:
        """Headings and rows."""
        return body_height() * (1.2 + PITCH * len(self.rows) + 0.2)

    def least_height(self, width: float) -> float:
        """Down to the last baseline, as no row is pressed; what hangs below it has room there."""
        return _drop(len(self.rows) - 1)

    def tables(self) -> dict[str, Table]:
        """All rows, by the headings."""
        names = [str(head) for head in self.heads]
        columns = {name: np.array([row[i] for row in self.rows]) for i, name in enumerate(names)}
        return {"table": table(columns)}

    def _one_each(self, what: str, given: Sequence[str], usual: str) -> list[str]:
        found = [given] if isinstance(given, str) else list(given) or [usual] * len(self.heads)
        if len(found) != len(self.heads):
            raise ValueError(
                f"There are {len(found)} {what} for {len(self.heads)} columns; give one for each."
            )
        return found

    def _held(self, rows: int) -> int:
        if not 0 <= rows <= len(self.rows):
            raise ValueError(f"The table has {len(self.rows)} rows and cannot show {rows}.")
        return rows

    def _width(self) -> float:
        """What the columns need beside each other, manim units."""
        columns = [self._column(column, head) for column, head in enumerate(self.heads)]
        wide = [max(title.advance, sum(_widths(cells))) for title, cells in columns]
        return sum(wide) + AIR * max(len(wide) - 1, 0)

    def _column(self, column: int, head: Content) -> tuple[Text, list[Number | Text]]:
        """A heading, and the cells below it."""
        title = Text(head, size="small", role="muted")
        return title, [self._cell(row[column], column) for row in self.rows]

    def _cell(self, value: Any, column: int) -> Number | Text:
        role = self.roles[column]
        if isinstance(value, str) or not np.isscalar(value):
            return Text(value, role=role)
        found: Any = value
        if not np.isfinite(found):
            raise ValueError(
                f"A cell under “{self.heads[column]}” is {found}; write a text in its place."
            )
        return Number(0, role=role).set_text(shown_as(value, self.formats[column]))


def _rows(rows: Any) -> list[list[Any]]:
    listed = list(rows) if np.iterable(rows) and not isinstance(rows, str) else [rows]
    for row in listed:
        if not np.iterable(row) or isinstance(row, str):
            raise TypeError(f"The rows of a table are lists of cells, not {row!r:.60}.")
    return [list(row) for row in listed]


def _drop(row: int) -> float:
    """From the top of the box to the baseline of a row, manim units."""
    return body_height() * (1.2 + PITCH * (row + 0.75))


def _show_rows(lines: VGroup, count: float) -> None:
    for row, line in enumerate(lines):
        opacity = float(np.clip(count - row, 0, 1))
        if line.submobjects and line[0].submobjects[0].get_fill_opacity() != opacity:
            line.set_opacity(opacity)


def _widths(cells: Sequence[Number | Text]) -> tuple[float, float]:
    """The widest stretch before a point and behind it, manim units."""
    before = max((_before(cell) for cell in cells), default=0.0)
    return before, max((cell.advance - _before(cell) for cell in cells), default=0.0)


def _before(cell: Number | Text) -> float:
    if not isinstance(cell, Number):
        return 0.0
    _, point, width = number_curves(cell.plain, cell.weight)
    return cell.advance * point / width
