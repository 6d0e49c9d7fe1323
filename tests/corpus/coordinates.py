"""Axes, and what is plotted in them."""

from manim import *


class Coordinates(Scene):
    def construct(self):
        axes = Axes(x_range=[0, 4], y_range=[-1, 2], x_length=8, y_length=5, tips=False)
        curve = axes.plot(lambda x: np.sin(2 * x), color=YELLOW)
        self.play(Create(axes), run_time=0.3)
        self.play(Create(curve), FadeIn(axes.get_area(curve, [1, 3])), run_time=0.4)
        bars = axes.get_riemann_rectangles(curve, [0, 4], dx=0.5)
        line = axes.plot_line_graph([0, 1, 2], [1, 0, 2])
        self.play(FadeIn(bars, line), axes.animate.shift(UP / 2), run_time=0.4)
