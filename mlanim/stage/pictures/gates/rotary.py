"""A query and a key that turn with their positions."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.marks.lines import Dash
from mlanim.stage.text.texts import Math
from mlanim.stage.track import combined

AROUND = np.linspace(0, 2 * np.pi, 97)
CIRCLE = np.column_stack([np.cos(AROUND), np.sin(AROUND)])
QUERY, KEY = "input", "weight"  # roles


class RotaryDial(Chart):
    """Query and key as arrows, each on the circle of its length, over dots at every position.

    Args:
        rotary: a record with `turned_query` and `turned_key`, (N, 2) each.
        query, key: where the arrows point, (2,), or readings of it.
    """

    def __init__(self, rotary: Any, query: Any, key: Any, bold: bool = False):
        turned = rotary.turned_query, rotary.turned_key
        lengths = [float(np.hypot(*places[0])) for places in turned]
        reach = 1.35 * max(lengths)  # with room for the names
        super().__init__((-reach, reach), (-reach, reach), equal=True, axes=True, ticks=0, aspect=1)
        for places, length, role in zip(turned, lengths, (QUERY, KEY), strict=True):
            circle, is_key = length * CIRCLE, role == KEY
            dash: Dash = "dot" if is_key else ""
            self.curve(circle[:, 0], circle[:, 1], role, width="thin", dash=dash, opacity=0.6)
            self.scatter(places, role, radius=0.09 if is_key else 0.065, ring=is_key)
        start = combined(lambda k: float(np.arctan2(k[1], k[0])), key)
        end = combined(lambda q, k: float(np.arctan2(k[1], k[0])) + _turn(k, q), query, key)
        self.angle((0, 0), start, end, radius=0.6)
        self.arrow((0, 0), query, QUERY, name=Math("bold(q)"), bold=bold)
        self.arrow((0, 0), key, KEY, name=Math("bold(k)"), bold=bold)


def _turn(start: np.ndarray, end: np.ndarray) -> float:
    """The shorter way from one direction (2,) to another, radians."""
    across = start[0] * end[1] - start[1] * end[0]
    return float(np.arctan2(across, start @ end))
