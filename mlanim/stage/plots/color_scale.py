"""What colours mean: an upright bar of them with the values at its ends."""

from __future__ import annotations

import numpy as np
from manim import VGroup

from mlanim.stage.colors.colormap import Palette
from mlanim.stage.layout import Box
from mlanim.stage.picture import replace_parts
from mlanim.stage.plots.cells import Cells
from mlanim.stage.plots.scale import Range
from mlanim.stage.text.fitting import widest
from mlanim.stage.text.texts import Text, body_height
from mlanim.words.sentence import shown_as

AIR = 0.12  # manim units between the bar and its values
WIDTH, MOST_HIGH = 0.18, 3.0
STEPS = 64  # shades


class ColorScale(VGroup):
    """A bar at the left side of a box, from its top, the highest value first.

    Args:
        format: how values are shown, as in a sentence's places.
    """

    def __init__(self, box: Box, palette: Palette, ends: Range, format: str = "g"):
        super().__init__()
        self.format, self.bottom = format, box.top - min(box.height, MOST_HIGH)
        height = box.top - self.bottom
        centre = np.array([box.left + WIDTH / 2, box.top - height / 2, 0])
        self.top, self.right = box.top, box.left + WIDTH
        self.strip = Cells(np.zeros((STEPS, 1)), palette, (WIDTH, height / STEPS), 0.0, centre)
        self.texts = VGroup()
        self.add(self.strip, self.texts)
        self.show(palette, ends)

    def show(self, palette: Palette, ends: Range) -> None:
        """Show other colours between other ends."""
        low, high = ends
        self.strip.palette = palette
        self.strip.set_values(np.linspace(high, low, STEPS)[:, None])
        values, em = marked(ends), body_height("small")
        words = [Text(shown_as(v, self.format), size="small", role="muted") for v in values]
        for word, value in zip(words, values, strict=True):
            share = (value - low) / (high - low)
            y = self.bottom + share * (self.top - self.bottom - 0.72 * em)
            word.baseline_at([self.right + AIR, y, 0])
        replace_parts(self.texts, words)


def scale_width(ends: Range, format: str = "g") -> float:
    """What a colour scale takes of a box's width, manim units."""
    return WIDTH + AIR + widest(*(shown_as(value, format) for value in marked(ends)))


def marked(ends: Range) -> list[float]:
    """The values that stand beside the bar, from the top: its ends, and 0 between them."""
    low, high = ends
    return [high, 0.0, low] if low < 0 < high else [high, low]
