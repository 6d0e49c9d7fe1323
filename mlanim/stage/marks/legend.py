"""Keys: a stroke or a swatch and what it stands for, one by one or as many a row as fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Polyline, Segments, dashes
from mlanim.stage.text.texts import Content, Text

Sign = Literal["", "dash", "dot", "full", "faint"]
"""What stands before the words: a whole, a dashed or a dotted stroke; a full or a faint swatch."""
Entry = tuple[str, Content] | tuple[str, Content, Sign]
"""A role, the words for it, and its sign: a whole stroke unless given."""

FAINT = 0.25
"""The opacity of what stands beside something full in another way than by its colour."""
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
        self, left: float, baseline: float, role: str, *words: Content, size: str = "body",
        sign: Sign = "",
    ):  # fmt: skip
        super().__init__()
        length, gap, lift = STROKES[size]
        ends = np.array([[left, baseline + lift], [left + length, baseline + lift]])
        text = Text(*words, size=size).baseline_at([left + length + gap, baseline, 0])
        self.advance = length + gap + text.advance
        self.add(_drawn(ends, role, sign), text)


def _drawn(ends: np.ndarray, role: str, sign: Sign) -> VMobject:
    """The sign along a straight line (2, 2)."""
    if sign in ("dash", "dot"):
        return Segments(dashes(ends[0], ends[1], 0.06 if sign == "dash" else 0.03), role, "bold")
    if sign == "":
        return Polyline(ends, role, "bold")
    (left, y), (right, _), half = *ends, 0.3 * float(ends[1, 0] - ends[0, 0])
    corners = np.array([[left, y - half], [right, y - half], [right, y + half], [left, y + half]])
    swatch = Polyline(corners, role, "thin", closed=True)
    return swatch.set_fill(theme.color(role), FAINT if sign == "faint" else 1.0)


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
    for role, words, *sign in entries:
        key = Key(0, 0, role, words, size="small", sign=next(iter(sign), ""))
        if rows[-1] and used + key.advance > width:
            rows.append([])
            used = 0.0
        rows[-1].append(key)
        used += key.advance + APART
    return rows
