"""The same pictures as in plain.py, written with our shapes, for the same manim."""

import numpy as np
from manim import Scene
from mlanim.stage.plots.heatmap import Heatmap

from mlanim.stage.arrays.cloud import PointCloud
from mlanim.stage.arrays.surface import Surface, View


def _places(seed, count=600):
    flat = np.random.default_rng(seed).uniform([-6, -3.5], [6, 3.5], (count, 2))
    return np.column_stack([flat, np.zeros(count)])


class Cloud(Scene):
    """600 points, each on its own way."""

    def construct(self):
        """Two moves."""
        colors = np.linspace([0.35, 0.77, 0.87], [1, 1, 0], 600)
        cloud = PointCloud(_places(0), colors, 0.05)
        self.add(cloud)
        for seed in (1, 2):
            self.play(cloud.animate.become(PointCloud(_places(seed), colors, 0.05)), run_time=2)


def _palette(values):
    return np.outer(1 - values, [0.35, 0.77, 0.87]) + np.outer(values, [1, 1, 0])


class Cells(Scene):
    """A heatmap of 32 x 32 cells that changes its values."""

    def construct(self):
        """Two changes."""
        values = [np.random.default_rng(seed).uniform(0, 1, (32, 32)) for seed in range(3)]
        heatmap = Heatmap(values[0], _palette, 6.4, 6.4, places=None, gap=0)
        self.add(heatmap)
        for after in values[1:]:
            self.play(heatmap.morphing(after), run_time=2)


class Hill(Scene):
    """A surface of 64 x 64 faces, the camera going round it."""

    def construct(self):
        """A turn of the camera."""
        v, u = np.meshgrid(np.linspace(-1, 1, 65), np.linspace(-1, 1, 65), indexing="ij")
        view = View(turn=0.8, elevation=0.5, scale=2.4)
        self.add(Surface(0.5 * np.sin(3 * u) * np.cos(3 * v), view, wire=0), view)
        self.play(view.turn.animate.set_value(1.6), run_time=3)
