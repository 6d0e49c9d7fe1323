"""Numbers that change: fixed width, aligned on the point, a true minus sign."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Self

import numpy as np
from manim import VMobject

from mlanim.stage import theme
from mlanim.stage.text.texts import EM_PER_FONT_UNIT, Typeset, _piece
from mlanim.stage.text.typesetting import literal, typeset
from mlanim.words.numbers import MINUS, format_number

_GLYPHS = "0123456789." + MINUS + "+%°×e "


@functools.lru_cache(maxsize=128)
def _glyph_in(fonts: theme.Fonts, character: str, weight: str) -> tuple[np.ndarray, float]:
    """A character's curves (4 n, 2) and advance width, in ems."""
    # The strut keeps the width of a space, which Typst would trim at the end of a line.
    setting = typeset(f'#text(weight: "{weight}", {literal(character + "|")})')
    bar = typeset(f'#text(weight: "{weight}", {literal("|")})')
    curves = [outline.curves for outline in setting.outlines[: -len(bar.outlines)]]
    return (np.concatenate(curves) if curves else np.zeros((0, 2))), setting.width - bar.width


def number_curves(text: str, weight: str = "regular") -> tuple[np.ndarray, float, float]:
    """Curves (4 n, 2) of a formatted number in ems, where its point lies, and its width.

    Digits all have the same width, so numbers of one format line up on the point.
    """
    return _number_curves_in(theme.current().fonts, text, weight)


@functools.lru_cache(maxsize=16384)
def _number_curves_in(
    fonts: theme.Fonts, text: str, weight: str
) -> tuple[np.ndarray, float, float]:
    pieces, x, point = [np.zeros((0, 2))], 0.0, None
    for character in text:
        if character == "." and point is None:
            point = x
        curves, advance = _glyph_in(fonts, character, weight)
        pieces.append(curves + np.array([x, 0.0]))
        x += advance
    whole = np.concatenate(pieces)
    whole.setflags(write=False)  # whoever asks again gets the same
    return whole, x if point is None else point, x


class Number(Typeset):
    """A number of a scene; `set_value` redraws it in place with its point where it was."""

    def __init__(
        self,
        value: float = 0.0,
        places: int = 2,
        signed: bool = False,
        suffix: str = "",
        size: str = "body",
        role: str = "text",
        weight: str = "regular",
    ):
        VMobject.__init__(self)
        self.places, self.signed, self.suffix, self.weight = places, signed, suffix, weight
        self.nominal_size = theme.SIZES[size]
        self._parts = {}
        self.add(_piece([], 1.0, theme.color(role)))
        em = self.nominal_size * EM_PER_FONT_UNIT
        self[0].points = np.repeat([[0, 0, 0], [0, self._ABOVE * em, 0]], 4, axis=0)
        self.set_value(value)

    def set_value(self, value: float) -> Self:
        """Show `value`, keeping the place, size and turn that the number has now."""
        self.value = value
        return self.set_text(format_number(value, self.places, self.signed, self.suffix))

    def set_text(self, text: str) -> Self:
        """Show a number that is formatted already, its point where the last one's was."""
        self.plain = text
        curves, point, width = number_curves(text, self.weight)
        self.advance = width * self.size * EM_PER_FONT_UNIT
        piece = self.submobjects[0]
        marks = piece.points[:8]
        up = (marks[4] - marks[0]) / self._ABOVE  # an em, along which the number stands now
        across = np.array([up[1], -up[0], 0.0])
        x, y = curves[:, :1] - point, curves[:, 1:]
        piece.points = np.concatenate([marks, marks[0] + x * across + y * up])
        return self


class NumberGrid(VMobject):
    """Many small numbers as one drawn path in one colour: the cells of a matrix.

    Args:
        texts: formatted numbers, one a place.
        places: centres (N, 3) in manim units.
    """

    def __init__(self, texts: Sequence[str], places: np.ndarray, role: str, size: str = "small"):
        super().__init__(stroke_width=0, fill_color=theme.color(role), fill_opacity=1)
        self.nominal_size = theme.SIZES[size]
        self.set_texts(texts, places)

    def set_texts(self, texts: Sequence[str], places: np.ndarray) -> Self:
        """Show other numbers at other places (N, 3)."""
        self.texts, self.places = list(texts), np.asarray(places, dtype=float)
        self.points = grid_points(self.texts, self.places, self.nominal_size)
        return self

    def numbers(self) -> Iterator[tuple[str, np.ndarray, float]]:
        """Each number as it stands now: its text, points (4 n, 3) and size in font units."""
        curves = [number_curves(text)[0] for text in self.texts]
        ends = np.cumsum([len(curve) for curve in curves], dtype=int)
        if not len(ends) or ends[-1] != len(self.points):
            return  # half-way through a transform there are no single numbers
        pieces = np.split(self.points, ends[:-1])
        for text, curve, points in zip(self.texts, curves, pieces, strict=True):
            if len(curve):
                em = np.linalg.norm(points - points.mean(axis=0)) / np.linalg.norm(
                    curve - curve.mean(axis=0)
                )
                yield text, points, float(em / EM_PER_FONT_UNIT)


def grid_points(texts: Sequence[str], places: np.ndarray, size: float) -> np.ndarray:
    """Points (4 n, 3) of numbers centred on `places` (N, 3), in manim units."""
    fonts = theme.current().fonts
    curves = [_centred_in(fonts, text) for text, _ in zip(texts, places, strict=True)]
    flat = np.concatenate([np.zeros((0, 3)), *curves]) * (size * EM_PER_FONT_UNIT)
    return flat + np.repeat(places, [len(curve) for curve in curves], axis=0)


@functools.lru_cache(maxsize=16384)
def _centred_in(fonts: theme.Fonts, text: str) -> np.ndarray:
    """Curves (4 n, 3) of a number in ems, around the middle of its width and of a figure."""
    curves, _, width = _number_curves_in(fonts, text, "regular")
    cap = float(_glyph_in(fonts, "8", "regular")[0][:, 1].max())
    flat = curves - np.array([width / 2, cap / 2])
    return np.column_stack([flat, np.zeros(len(flat))])
