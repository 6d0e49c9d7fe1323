"""Maps of the plane."""

from manim import *


class ComplexMaps(Scene):
    def construct(self):
        grid = ComplexPlane(x_range=[-2, 2], y_range=[-2, 2])
        grid.prepare_for_nonlinear_transform(10)
        self.add(grid)
        self.play(ApplyComplexFunction(np.exp, grid), run_time=0.5)
        self.play(ApplyFunction(lambda m: m.scale(0.5).rotate(1), grid), run_time=0.3)
