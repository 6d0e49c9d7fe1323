"""Many separate straight lines in a chart, as one mark."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage.marks.shapes import Segments
from mlanim.stage.plots.frame import Frame
from mlanim.stage.plots.marks.mark import Mark


class StraightLines(Mark):
    """Separate straight lines (S, 2, 2), from place to place."""

    word = "lines"

    def __init__(
        self, frame: Frame, values: tuple[Any, ...], role: str, width: str, opacity: float = 1.0
    ):
        super().__init__(frame, values, role, opacity)
        self.lines = Segments(np.zeros((0, 2, 2)), role, width, opacity)
        self.add(self.lines)

    def draw(self, segments: Any) -> None:
        """Lie elsewhere."""
        self.lines.set_segments(self.frame.place(segments) if len(segments) else segments)
