"""A function of two shares over the unit square: its colours, its corners and a pair on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from mlanim.stage import theme
from mlanim.stage.plots.chart import Chart
from mlanim.stage.plots.heatmap import share_palette
from mlanim.words.numbers import format_number

LEVELS = (0.25, 0.5, 0.75)
INSET = 0.05  # of the side, between a corner and its value


class UnitSquare(Chart):
    """Values between 0 and 1 as colours with level lines, a (x) against b (y).

    Args:
        levels: of a and of b, (N,).
        values: (N, N), rows for a and columns for b.
        corners: the values at (0, 0), (0, 1), (1, 0) and (1, 1), written there.
        pair: the marked a and b, or readings of them.
    """

    def __init__(
        self, levels: Any, values: np.ndarray, corners: Any, pair: tuple[Any, Any],
        least: float = 1.2,
    ):  # fmt: skip
        super().__init__((0, 1), (0, 1), "a", "b", ticks=1, grid=False, least=least, aspect=0.9)
        across = np.asarray(values).T  # b upwards
        cells = (across[1:, 1:] + across[1:, :-1] + across[:-1, 1:] + across[:-1, :-1]) / 4
        self.field(cells[::-1], share_palette)
        self.level(levels, levels, across, LEVELS, "background", width="thin", opacity=0.6)
        for i, value in enumerate(corners):
            a, b = divmod(i, 2)
            role = (
                "on_light" if theme.readable_on(share_palette(np.array([value])))[0] else "on_dark"
            )
            place = np.clip([a, b], INSET, 1 - INSET)
            align = "right" if a else "left"
            self.note(place, format_number(value, 0), role, align=align, lift=-0.2 if b else 0.0)
        self.dot(pair, "text", radius=0.13)
