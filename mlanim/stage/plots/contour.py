"""Level lines and filled bands of a grid of values, on a chart."""

from __future__ import annotations

import itertools

import numpy as np
from contourpy import FillType, LineType, contour_generator
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import as_3d
from mlanim.stage.colors import colormap
from mlanim.stage.plots.fixed_chart import Chart
from mlanim.stage.text.texts import polygon_curves


def level_lines(
    xs: np.ndarray, ys: np.ndarray, values: np.ndarray, level: float
) -> list[np.ndarray]:
    """The lines on which values (R, C), over xs (C,) and ys (R,), equal `level`: (N, 2) each."""
    generator = contour_generator(xs, ys, values, line_type=LineType.Separate)
    return [np.asarray(line) for line in generator.lines(level)]


class ContourBands(VGroup):
    """Bands between levels, each in the terrain map's colour, with lines between them.

    Args:
        chart: where the data's coordinates lie.
        xs, ys, values: (C,), (R,) and (R, C), in data units.
        levels: ascending; values outside them get the end colours.
    """

    def __init__(
        self, chart: Chart, xs: np.ndarray, ys: np.ndarray, values: np.ndarray, levels: np.ndarray
    ):
        super().__init__()
        generator = contour_generator(xs, ys, values, fill_type=FillType.OuterOffset)
        edges = np.concatenate(
            [[min(values.min(), levels[0]) - 1], levels, [max(values.max(), levels[-1]) + 1]]
        )
        paints = colormap.terrain(np.arange(len(edges) - 1), 0, len(edges) - 2)
        for low, high, paint in zip(edges[:-1], edges[1:], paints, strict=True):
            polygons, offsets = generator.filled(low, high)
            band = VMobject(stroke_width=0, fill_opacity=1)
            band.set_fill(theme.to_color(paint))
            band.points = _rings(chart, polygons, offsets)
            self.add(band)
        self.lines = self._level_lines(chart, xs, ys, values, levels)
        self.add(self.lines)

    def _level_lines(
        self, chart: Chart, xs: np.ndarray, ys: np.ndarray, values: np.ndarray, levels: np.ndarray
    ) -> VMobject:
        lines = VMobject(
            stroke_color=theme.color("background"),
            stroke_width=theme.STROKES["hair"],
            stroke_opacity=0.45,
        )
        pieces = [np.zeros((0, 3))]
        for level in levels:
            for line in level_lines(xs, ys, values, float(level)):
                pieces.append(polygon_curves(chart.place(line)))
        lines.points = np.concatenate(pieces)
        return lines


def _rings(chart: Chart, polygons: list[np.ndarray], offsets: list[np.ndarray]) -> np.ndarray:
    pieces = [np.zeros((0, 3))]
    for polygon, cuts in zip(polygons, offsets, strict=True):
        placed = chart.place(np.asarray(polygon))
        pieces += [polygon_curves(placed[a:b]) for a, b in itertools.pairwise(cuts)]
    return as_3d(np.concatenate(pieces))
