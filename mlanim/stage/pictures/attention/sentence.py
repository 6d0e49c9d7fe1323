"""A sentence as a line of words, and one word of it that looks at all others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from mlanim.stage.marks.shapes import Polyline
from mlanim.stage.text.texts import Text

SPACE = 0.24  # manim units between words
HIGHEST_ARC = 1.9  # below the title


def line_of_words(words: Sequence[str], marked: int, centre: np.ndarray) -> VGroup:
    """The words side by side around `centre` (3,), the one at `marked` in the highlight."""
    line, x = VGroup(), 0.0
    for index, word in enumerate(words):
        text = (
            Text(word, size="title", role="highlight", weight="semibold")
            if index == marked
            else Text(word, size="title")
        )
        line.add(text.baseline_at([x, 0, 0]))
        x += text.advance + SPACE
    return line.shift([(SPACE - x) / 2, centre[1], 0])


def looks(line: VGroup, marked: int) -> list[Polyline]:
    """An arc from the word at `marked` to every other one of the line, the nearest first."""
    tops = [word.get_center()[:2] + np.array([0, 0.45]) for word in line]
    start = tops.pop(marked)
    at = np.linspace(0, np.pi, 49)[:, None]
    arcs = []
    for end in sorted(tops, key=lambda top: float(abs(top - start)[0])):
        rise = np.array([0, min(0.36 * abs(end - start)[0], HIGHEST_ARC)])
        arc = (start + end) / 2 + np.cos(at) * (start - end) / 2 + np.sin(at) * rise
        arcs.append(Polyline(arc, "highlight", "thin", 0.7))
    return arcs
