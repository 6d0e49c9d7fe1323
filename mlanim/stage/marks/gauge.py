"""A gauge for a signed quantity: a bar from zero to its value, within the reach it has now."""

from __future__ import annotations

from typing import Self

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Bar, Segments
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import Text
from mlanim.words.numbers import format_number

THICK = 0.22  # manim units
NUMBERS_BELOW, WORDS_BELOW = 0.42, 0.82


class Gauge(VGroup):
    """From -`limit` to `limit` along the top of a box; `set_value` moves it.

    Args:
        limit: the quantity at the right end, over 0.
        words: what the left end, the middle and the right end mean.
        box: the words end flush with its sides.
    """

    def __init__(self, limit: float, words: tuple[str, str, str], box: Box, role: str):
        super().__init__()
        self.limit = limit
        texts = [Text(word, size="small", role="muted") for word in words]
        self.left = box.left + texts[0].advance / 2
        self.right = box.right - texts[2].advance / 2
        self.y = box.top - THICK / 2
        self.track = Bar(*self._corners(-limit, limit), "rule")
        self.reach = Bar(*self._corners(-limit, limit), "muted", 0.45)
        self.bar = Bar(*self._corners(0, 0), role)
        self.pointer = Segments(self._upright(0, 0.12), "text", "line")
        self.zero = Segments(self._upright(0, 0.05), "muted", "thin")
        ends = np.array([-limit, 0.0, limit])
        places = np.array([[self._x(value), self.y - NUMBERS_BELOW, 0] for value in ends])
        shown = [format_number(value, 2 if value else 0) for value in ends]
        self.numbers = NumberGrid(shown, places, "muted")
        self.words = VGroup(
            *(
                text.baseline_at([x - text.advance / 2, self.y - WORDS_BELOW - 0.08, 0])
                for text, x in zip(texts, places[:, 0], strict=True)
            )
        )
        self.add(self.track, self.reach, self.zero, self.bar, self.pointer)
        self.add(self.numbers, self.words)

    def set_value(self, value: float, reach: float) -> Self:
        """Show `value`, which could lie anywhere between -`reach` and `reach`."""
        self.reach.set_corners(*self._corners(-reach, reach))
        self.bar.set_corners(*self._corners(0, value))
        self.pointer.set_segments(self._upright(value, 0.12))
        return self

    def _x(self, value: float) -> float:
        return self.left + (value / self.limit + 1) / 2 * (self.right - self.left)

    def _corners(self, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
        half = np.array([0.0, THICK / 2])
        left, right = np.array([self._x(low), self.y]), np.array([self._x(high), self.y])
        return left - half, right + half

    def _upright(self, value: float, beyond: float) -> np.ndarray:
        x, half = self._x(value), THICK / 2 + beyond
        return np.array([[[x, self.y - half], [x, self.y + half]]])
