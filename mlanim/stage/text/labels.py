"""The texts that stand on a stage or a page, ours and plain Manim's: words, place, size, ink."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import manim
import numpy as np
from manim import Mobject, SurroundingRectangle, VMobject
from manim.mobject.text.tex_mobject import SingleStringMathTex

from mlanim.stage.extent import Project, is_filled, leaves_a_mark
from mlanim.stage.layout import Box
from mlanim.stage.text.live import LiveText
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import Typeset

PANGO = 96 / 72
"""Font units in one of Manim's where Pango sets the text: its em is a 72nd of a unit, not a 96th.

(`TEXT2SVG_ADJUSTMENT_FACTOR` 4.8 and `TEXT_MOB_SCALE_FACTOR` .05 at 96 pixels an inch.)
"""

_MARKUP = re.compile("<[^>]*>")


@dataclass(frozen=True)
class Ink:
    """What is painted in one colour: its points (N, 2), manim units, and its colour (4,)."""

    points: np.ndarray
    rgba: np.ndarray

    @cached_property
    def box(self) -> Box:
        """The smallest box around it."""
        return Box(*self.points.min(axis=0).tolist(), *self.points.max(axis=0).tolist())


@dataclass(frozen=True)
class Label:
    """A piece of text: what it says, its size in font units, its ink, and what it is part of."""

    says: str
    size: float
    inks: tuple[Ink, ...]
    mobject: Mobject

    @cached_property
    def box(self) -> Box:
        """The smallest box around it, manim units."""
        boxes = [ink.box for ink in self.inks]
        return Box(
            min(box.left for box in boxes),
            min(box.bottom for box in boxes),
            max(box.right for box in boxes),
            max(box.top for box in boxes),
        )


def labels(mobjects: Iterable[Mobject], project: Project = lambda m: m.points) -> Iterator[Label]:
    """The texts among mobjects and their members, as far as they can be seen."""
    for mobject in mobjects:
        if isinstance(mobject, NumberGrid):
            yield from _of_grid(mobject, project)
        elif (says := words_of(mobject)) is None:
            yield from labels(mobject.submobjects, project)
        elif inks := _inks(mobject, project):
            yield Label(says, size_of(mobject), inks, mobject)


def text_sizes(mobjects: Iterable[Mobject]) -> list[float]:
    """The size of each piece of text that can be seen, font units."""
    return [label.size for label in labels(mobjects)]


def glyphs(text: Mobject) -> list[VMobject]:
    """The members of a text that are its letters and can be seen; a box behind them is none."""
    return [
        member
        for member in text.get_family()
        if isinstance(member, VMobject)
        and not isinstance(member, SurroundingRectangle)
        and leaves_a_mark(member)
    ]


def words_of(mobject: Mobject) -> str | None:
    """What a text says, or None for what is no text."""
    match mobject:
        case Typeset() | LiveText():
            return mobject.plain
        case manim.Text():
            return str(mobject.original_text)
        case manim.MarkupText():
            return html.unescape(_MARKUP.sub("", str(mobject.text)))
        case manim.Paragraph():
            return str(mobject.lines_text.original_text)
        case manim.Typst():
            return str(mobject.typst_code)
        case SingleStringMathTex():
            return str(mobject.tex_string)
        case manim.DecimalNumber():
            return str(mobject._get_num_string(mobject.number))
    return None


def size_of(text: Mobject) -> float:
    """The size of a text now, in font units: an em is a 96th of a manim unit for each."""
    match text:
        case Typeset():
            return text.size
        case LiveText():
            return min((size_of(part) for part in text.submobjects), default=0.0)
        case manim.Text() | manim.MarkupText():
            return float(text.font_size) * PANGO
        case manim.Paragraph():
            lines = text.lines_text
            return float(lines.font_size * PANGO * text.height / lines.height)
        case manim.Typst() | SingleStringMathTex() | manim.DecimalNumber():
            return float(text.font_size)
    raise TypeError(f"{type(text).__name__} is no text.")


def _inks(text: Mobject, project: Project) -> tuple[Ink, ...]:
    """A text's glyphs gathered by colour."""
    by_color: dict[bytes, tuple[list[np.ndarray], np.ndarray]] = {}
    for glyph in glyphs(text):
        rgba = (glyph.get_fill_rgbas() if is_filled(glyph) else glyph.get_stroke_rgbas())[0]
        pieces, _ = by_color.setdefault(rgba.tobytes(), ([], rgba))
        pieces.append(project(glyph)[:, :2])
    return tuple(Ink(np.concatenate(pieces), rgba) for pieces, rgba in by_color.values())


def _of_grid(grid: NumberGrid, project: Project) -> Iterator[Label]:
    if not leaves_a_mark(grid):
        return
    seen, rgba, first = project(grid)[:, :2], grid.get_fill_rgbas()[0], 0
    for says, points, size in grid.numbers():
        end = first + len(points)
        yield Label(says, size, (Ink(seen[first:end], rgba),), grid)
        first = end
