"""A query and a key that turn with their positions, and the scores of all pairs of positions."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Polyline
from mlanim.stage.picture import Picture
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.fitted_heatmap import fitted_heatmap
from mlanim.stage.plots.heatmap import signed_palette
from mlanim.stage.table import Table, of_matrix
from mlanim.stage.text.texts import Math
from mlanim.stage.track import combined, follow
from mlanim.words.numbers import format_number

TURN = np.linspace(0, 2 * np.pi, 97)
QUERY, KEY = "input", "weight"  # roles, as in rows and columns of the scores


class RotaryDial(Chart):
    """Query and key as arrows, each on the circle of its length, over dots at every position.

    Args:
        rotary: a record with `turned_query` and `turned_key`, (N, 2) each.
        query, key: where the arrows point, (2,), or readings of it.
    """

    def __init__(self, rotary: Any, query: Any, key: Any):
        turned = rotary.turned_query, rotary.turned_key
        lengths = [float(np.hypot(*places[0])) for places in turned]
        reach = 1.2 * max(lengths)
        super().__init__((-reach, reach), (-reach, reach), equal=True, axes=True, ticks=0, aspect=1)
        for places, length, role in zip(turned, lengths, (QUERY, KEY), strict=True):
            circle = length * np.column_stack([np.cos(TURN), np.sin(TURN)])
            self.curve(circle[:, 0], circle[:, 1], role, width="hair", opacity=0.5)
            self.scatter(places, role)
        arc = combined(lambda q, k: _between(q, k, 0.3 * min(lengths)), query, key)
        self.curve(*(combined(lambda p, k=k: p[:, k], arc) for k in (0, 1)), width="thin")
        self.arrow((0, 0), query, QUERY, name=Math("bold(q)"))
        self.arrow((0, 0), key, KEY, name=Math("bold(k)"))


class ScoreMatrix(Picture):
    """Scores of a query at m (rows) and a key at n (columns), with a frame around one cell.

    Args:
        rotary: a record with `positions` (N,) and `scores` (N, N).
        m, n: the framed cell's position, or readings of it; none without them.
    """

    def __init__(self, rotary: Any, m: Any = None, n: Any = None, least: float = 3.0):
        super().__init__(least, aspect=1.0)
        self.rotary, self.cell = rotary, (m, n)

    def compose(self, box: Box) -> None:
        """The heatmap, and the frame."""
        scores, limit = self.rotary.scores, float(np.abs(self.rotary.scores).max())
        names = [format_number(position, 0) for position in self.rotary.positions]
        ends = (-limit, limit)
        shown = fitted_heatmap(scores, signed_palette(limit), box, names, names, ends)
        self.add(shown)
        if self.cell[0] is None:
            return
        cells = shown[0].cells
        step = cells.middles[1, 1] - cells.middles[0, 0]
        corners = cells.rim(slice(0, 1), slice(0, 1))
        frame = Polyline(corners, "highlight", "bold", closed=True)

        def move(shown: Polyline, m: float, n: float) -> None:
            shown.set_path(corners + step * np.array([n, m, 0.0]))

        self.add(follow(frame, move, *self.cell))

    def tables(self) -> dict[str, Table]:
        """Every score."""
        at, names = self.rotary.positions, ("query at", "key at", "score")
        return {"scores": of_matrix(self.rotary.scores, at, at, names)}


def _between(query: np.ndarray, key: np.ndarray, radius: float) -> np.ndarray:
    """The shorter arc from one direction to another, (33, 2)."""
    start = np.arctan2(key[1], key[0])
    turn = np.arctan2(key[0] * query[1] - key[1] * query[0], float(key @ query))
    at = start + turn * np.linspace(0, 1, 33)
    return radius * np.column_stack([np.cos(at), np.sin(at)])
