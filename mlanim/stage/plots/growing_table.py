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
    """

    def __init__(
        self, rows: Any, heads: Sequence[Content], roles: Sequence[str] = (), *,
        formats: Sequence[str] = (), shown: int | None = None, least: float = 2.5,
    ):  # fmt: skip
        super().__init__(least)
        self.rows, self.heads = [list(row) for row in rows], list(heads)
        wrong = [len(row) for row in self.rows if len(row) != len(self.heads)]
        if wrong:
            raise ValueError(f"A row has {wrong[0]} cells under {len(self.heads)} headings.")
        self.roles = list(roles) or ["text"] * len(self.heads)
        self.formats = list(formats) or [""] * len(self.heads)
        count = len(self.rows)
        self.count = Track((0, max(count, 1)), start=count if shown is None else shown)

    def to(self, rows: int, **timing: Any) -> Sweep:
        """The animation in which rows come, or go, until so many stand."""
        return self.count.to(rows, **timing)

    def compose(self, box: Box) -> None:
        """Columns side by side, as wide as what is in them, from the box's left side on."""
        em, left = body_height(), box.left
        self.lines = VGroup(*(VGroup() for _ in self.rows))
        for column, head in enumerate(self.heads):
            title = Text(head, size="small", role="muted")
            cells = [self._cell(row[column], column) for row in self.rows]
            before, behind = _widths(cells)
            title.baseline_at([left, box.top - em * 0.8, 0])
            self.add(title)
            indent = max(0.0, title.advance - before - behind)
            for row, cell in enumerate(cells):
                at = [left + indent + before, box.top - em * (1.2 + PITCH * (row + 0.75)), 0]
                self.lines[row].add(cell.baseline_at(at))
            left += max(title.advance, before + behind) + AIR
        y, right = box.top - em * 1.2, min(left - AIR, box.right)
        self.add(Segments(np.array([[[box.left, y], [right, y]]]), "muted"))
        self.add(follow(self.lines, _show_rows, self.count))

    def height_at(self, width: float) -> float:
        """Headings and rows."""
        return body_height() * (1.2 + PITCH * len(self.rows) + 0.2)

    def tables(self) -> dict[str, Table]:
        """All rows, by the headings."""
        names = [str(head) for head in self.heads]
        columns = {name: np.array([row[i] for row in self.rows]) for i, name in enumerate(names)}
        return {"table": table(columns)}

    def _cell(self, value: Any, column: int) -> Number | Text:
        role = self.roles[column]
        if isinstance(value, str) or not np.isscalar(value):
            return Text(value, role=role)
        return Number(0, role=role).set_text(shown_as(value, self.formats[column]))


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
