"""Curves of functions."""

from manim import *


class Functions(Scene):
    def construct(self):
        spiral = ParametricFunction(lambda t: (t * np.cos(9 * t), t * np.sin(9 * t), 0), [0, 2])
        curve = ImplicitFunction(lambda x, y: x * y * y - x * x * y - 2, color=RED, min_depth=3)
        steps = FunctionGraph(lambda x: np.floor(x), [-3, 3], discontinuities=[-2, -1, 0, 1, 2])
        self.play(Create(spiral), FadeIn(curve), run_time=0.5)
        self.play(spiral.animate.scale(0.5), Create(steps), run_time=0.4)
