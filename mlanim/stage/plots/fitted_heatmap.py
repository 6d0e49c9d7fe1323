"""A heatmap that fills a box: its labels turned where they are wide, numbers where they fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.plots.heatmap import Cells, ColorBar, Heatmap, Palette
from mlanim.stage.text.texts import Text
from mlanim.words.numbers import format_number

BESIDE = 0.15  # between a label and the cells
NUMBER_AIR = 0.1  # beside a number in its cell
LINE = 0.3  # what a row of labels takes over the cells
BAR_ROOM = 0.62  # what a colour bar takes below them


def fitted_heatmap(
    values: np.ndarray,
    palette: Palette,
    box: Box,
    rows: Sequence[str],
    columns: Sequence[str],
    ends: tuple[float, float],
    places: int = 2,
) -> VGroup:
    """The matrix (R, C) with words beside its rows and columns.

    Where its numbers do not fit into the cells, a bar between `ends` says what colours mean.
    """
    beside = max(Text(word, size="small").advance for word in rows) + BESIDE
    widest = max(Text(word, size="small").advance for word in columns)
    cell = (box.width - beside) / len(columns)
    turned = widest > cell - 0.06
    over = widest + 0.2 if turned else LINE
    numbered = _widest(values, places) + NUMBER_AIR <= cell
    room = box.inset(left=beside, top=over, bottom=0.0 if numbered else BAR_ROOM)
    heat = Heatmap(
        values, palette, room.width, room.height, list(rows), list(columns),
        places=places if numbered else None, gap=0.03,
    )  # fmt: skip
    if turned:
        _turn(heat.column_labels, heat.cells)
    heat.shift(room.centre - heat.cells.get_center())
    if numbered:
        return VGroup(heat)
    bar = ColorBar(palette, *ends, width=min(2.4, 0.6 * room.width))
    return VGroup(heat, bar.shift([*(room.centre[:1]), box.bottom + 0.44, 0]))


def _widest(values: np.ndarray, places: int) -> float:
    texts = {format_number(value, places) for value in np.ravel(values)}
    return max(Text(text, size="small").advance for text in texts)


def _turn(labels: VGroup, cells: Cells) -> None:
    """Stand labels upright over their columns, reading upwards."""
    tops = cells.middles[0] + np.array([0, (cells.points[2] - cells.points[1])[1] / 2, 0])
    for label, top in zip(labels, tops, strict=True):
        label.rotate(np.pi / 2, about_point=label.origin)
        label.baseline_at(top + np.array([0.07, 0.1, 0]))
