"""Keys: a stroke in its colour and what it stands for, one by one or as many a row as fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Polyline
from mlanim.stage.text.texts import Content, Text

Entry = tuple[str, Content]
"""A role and the words for it."""

APART = 0.35  # between one entry and the next in a row
PITCH = 0.31  # from row to row
TOP = 0.2  # from the legend's top to its first baseline


class _Stroke(NamedTuple):
    """A key's stroke beside words of one size, manim units."""

    length: float
    gap: float  # to the words
    lift: float  # over their baseline


STROKES = {"body": _Stroke(0.4, 0.15, 0.09), "small": _Stroke(0.3, 0.1, 0.075)}


class Key(VGroup):
    """One entry, from `left` on; `advance` is how far it reaches."""

    def __init__(
        self, left: float, baseline: float, role: str, *words: Content, size: str = "body"
    ):
        super().__init__()
        length, gap, lift = STROKES[size]
        ends = np.array([[left, baseline + lift], [left + length, baseline + lift]])
        text = Text(*words, size=size).baseline_at([left + length + gap, baseline, 0])
        self.advance = length + gap + text.advance
        self.add(Polyline(ends, role, "bold"), text)


def legend(entries: Sequence[Entry], box: Box) -> VGroup:
    """The entries from the box's upper left corner on."""
    drawn = VGroup()
    for row, line in enumerate(_rows(entries, box.width)):
        left, y = box.left, box.top - TOP - PITCH * row
        for key in line:
            drawn.add(key.shift([left, y, 0]))
            left += key.advance + APART
    return drawn


def legend_height(entries: Sequence[Entry], width: float) -> float:
    """What a legend takes of a box's height, manim units."""
    return TOP + PITCH * (len(_rows(entries, width)) - 1) + 0.08


def _rows(entries: Sequence[Entry], width: float) -> list[list[Key]]:
    rows: list[list[Key]] = [[]]
    used = 0.0
    for role, words in entries:
        key = Key(0, 0, role, words, size="small")
        if rows[-1] and used + key.advance > width:
            rows.append([])
            used = 0.0
        rows[-1].append(key)
        used += key.advance + APART
    return rows
