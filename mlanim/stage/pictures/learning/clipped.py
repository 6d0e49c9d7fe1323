"""A gradient of two parts that grows, what clipping leaves of it, and the limits of both ways."""

from __future__ import annotations

import numpy as np

from mlanim.stage.picture import Rows
from mlanim.stage.plots.chart import Chart
from mlanim.stage.track import Track

ACROSS = (-1.25, 1.25)  # limits that are seen to the left and the right of 0
UP = (-0.3, 1.7)  # and down and up, if it points up
CORNERS = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])


def clipped_directions(growth: Track, limit: float) -> Rows:
    """The gradient, clipped by norm to a circle and by value to a square, under its turn.

    Args:
        growth: with the series `full`, `by_norm` and `by_value`, (S, 2), and `turn` in degrees.
        limit: the circle's radius, and half the square's side.
    """
    up = -limit if growth.series["full"][-1, 1] < 0 else limit
    x, y = (np.sort(unit * np.array(seen)) for unit, seen in ((limit, ACROSS), (up, UP)))
    chart = Chart(
        tuple(x), tuple(y), "weight's part", "bias's part", equal=True, names="key", grid=False
    )
    around = np.linspace(0, 2 * np.pi, 181)
    chart.area(limit * CORNERS, "weight", opacity=0.12, rim="weight")
    chart.curve(limit * np.cos(around), limit * np.sin(around), "attention")
    chart.segment((0, 0), growth["full"], "gradient", name="gradient", dash="dash", width="bold")
    chart.arrow((0, 0), growth["by_value"], "weight", name="by value")
    chart.arrow((0, 0), growth["by_norm"], "attention", name="by norm")
    along, turned = (
        growth[name].map(lambda part: np.arctan2(part[1], part[0]))
        for name in ("by_norm", "by_value")
    )
    chart.angle((0, 0), along, turned, "text")
    said = "length [{length:1}](gradient), turned by value by [{turn:1}°](weight)"
    return chart.under(said, length=growth, turn=growth["turn"])
