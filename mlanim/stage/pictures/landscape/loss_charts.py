"""A loss over a plane of weights, as contours with their key, and along lines through it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from mlanim.stage.colors import colormap
from mlanim.stage.layout import Box
from mlanim.stage.plots.contour import ContourBands
from mlanim.stage.plots.fixed_chart import Chart
from mlanim.stage.plots.heatmap import ColorBar


def contour_plane(
    box: Box,
    x: np.ndarray,
    y: np.ndarray,
    loss: np.ndarray,
    levels: np.ndarray,
    side: float,
    names: tuple[str, str],
) -> tuple[Chart, ContourBands]:
    """A square chart in the lower left of a box, with room for its labels, and its contours.

    Args:
        x, y, loss: (C,), (R,) and (R, C).
        side: of the square, manim units.
        names: of both axes.
    """
    across, upward = ((float(axis[0]), float(axis[-1])) for axis in (x, y))
    chart = Chart(across, upward, side, side, x_label=names[0], y_label=names[1], grid=False)
    low, _ = chart.box
    chart.shift([box.left + 0.62 - low[0], box.bottom + 0.75 - low[1], 0])
    return chart, ContourBands(chart, x, y, loss, levels)


def level_bar(levels: np.ndarray, width: float, label: str = "") -> ColorBar:
    """The key of contours at ascending levels."""
    ends = f"{levels[0]:g}", f"{levels[-1]:g}"
    palette = lambda values: colormap.terrain(values, 0, 1)  # noqa: E731
    return ColorBar(palette, 0, 1, width=width, label=label, ends=ends)


def slice_chart(
    area: Box, at: np.ndarray, slices: Sequence[tuple[np.ndarray, str]], x_label: str
) -> VGroup:
    """A chart whose axes frame `area`, and on it a curve for each slice.

    Args:
        at: (N,), where on the line.
        slices: training losses there (N,), each with its role.
    """
    top = 1.05 * max(float(loss.max()) for loss, _ in slices)
    chart = Chart(
        (float(at[0]), float(at[-1])), (0.0, top), area.width, area.height,
        x_label=x_label, y_label="training loss",
    )  # fmt: skip
    chart.shift(area.centre - chart.area.get_center())
    return VGroup(chart, *(chart.curve(at, loss, role) for loss, role in slices))
