"""What a page says, piece by piece and where, for a layer of text over its outlines."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import manim
import numpy as np
from manim import Camera, Mobject

from mlanim.export.figures.vector import Viewport
from mlanim.stage.extent import bounding_box, visible_members
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import EM_PER_FONT_UNIT, Typeset
from mlanim.words.printable import printable


@dataclass(frozen=True)
class Words:
    """A piece of text: where its baseline starts, its length and size, its turn.

    All in points from the page's upper left corner; `turn` in radians, anticlockwise.
    """

    says: str
    x: float
    y: float
    length: float
    size: float
    turn: float = 0.0


def words_on(camera: Camera, mobjects: Iterable[Mobject], viewport: Viewport) -> list[Words]:
    """The texts of a page, in the order in which they are drawn."""
    family = [member for mobject in mobjects for member in mobject.get_family()]
    found: list[Words] = []
    for member in family:
        if isinstance(member, Typeset) and visible_members(member):
            found.append(_typeset(member, viewport))
        elif isinstance(member, NumberGrid):
            found += _numbers(member, viewport)
        elif isinstance(member, manim.Text) and visible_members(member):
            found.append(_of_manim(camera, member, viewport))
    return [words for words in found if words.says.strip() and words.length > 0]


def _typeset(text: Typeset, viewport: Viewport) -> Words:
    marks = text[0].points
    up = marks[4] - marks[0]
    turn = math.atan2(-up[0], up[1])
    size = text.size * EM_PER_FONT_UNIT
    length = text.advance * text.size / text.nominal_size
    if turn == 0:  # a text that breaks is wider than its first line's advance says
        box = bounding_box(visible_members(text))
        length = min(length, box.right - float(text.origin[0])) or length
    return _at(viewport, text.spoken, text.origin, length, size, turn)


def _numbers(grid: NumberGrid, viewport: Viewport) -> Iterator[Words]:
    if not visible_members(grid):
        return
    for says, points, size in grid.numbers():
        low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
        yield _at(viewport, says, low, float(high[0] - low[0]), size * EM_PER_FONT_UNIT, 0.0)


def _of_manim(camera: Camera, text: manim.Text, viewport: Viewport) -> Words:
    points = np.concatenate([m.points for m in text.family_members_with_points()])
    seen = camera.transform_points_pre_display(text, points)[:, :2]
    low, high = seen.min(axis=0), seen.max(axis=0)
    return _at(
        viewport, text.original_text, low, float(high[0] - low[0]), float(high[1] - low[1]), 0
    )


def _at(
    viewport: Viewport, says: str, place: np.ndarray, length: float, size: float, turn: float
) -> Words:
    unit, box = viewport.unit, viewport.box
    x, y = (float(place[0]) - box.left) * unit, (box.top - float(place[1])) * unit
    return Words(printable(" ".join(says.split())), x, y, length * unit, size * unit, turn)
