"""The key of a figure: a stroke in its colour, and what it stands for, as many a row as fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.shapes import Polyline
from mlanim.stage.text import Content, Text

Entry = tuple[str, Content]
"""A role and the words for it."""

STROKE = 0.3  # manim units: the stroke's length
APART = 0.35  # between one entry and the next in a row
PITCH = 0.31  # from row to row
TOP = 0.2  # from the legend's top to its first baseline


def legend(entries: Sequence[Entry], box: Box) -> VGroup:
    """The entries from the box's upper left corner on."""
    drawn = VGroup()
    for row, line in enumerate(_rows(entries, box.width)):
        left, y = box.left, box.top - TOP - PITCH * row
        for role, text in line:
            ends = np.array([[left, y + 0.075], [left + STROKE, y + 0.075]])
            drawn.add(Polyline(ends, role, "bold"), text.baseline_at([left + STROKE + 0.1, y, 0]))
            left += _width(text) + APART
    return drawn


def legend_height(entries: Sequence[Entry], width: float) -> float:
    """What a legend takes of a box's height, manim units."""
    return TOP + PITCH * (len(_rows(entries, width)) - 1) + 0.08


def _rows(entries: Sequence[Entry], width: float) -> list[list[tuple[str, Text]]]:
    rows: list[list[tuple[str, Text]]] = [[]]
    used = 0.0
    for role, words in entries:
        text = Text(words, size="small")
        if rows[-1] and used + _width(text) > width:
            rows.append([])
            used = 0.0
        rows[-1].append((role, text))
        used += _width(text) + APART
    return rows


def _width(text: Text) -> float:
    return STROKE + 0.1 + text.advance
