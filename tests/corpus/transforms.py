"""One mobject becomes another."""

from manim import *


class Transforms(Scene):
    def construct(self):
        a, b, c = Square(), Circle(fill_opacity=0.5).shift(2 * RIGHT), Triangle(color=RED)
        self.add(a, b)
        self.play(Transform(a, c), TransformFromCopy(b, Dot(DOWN)), run_time=0.4)
        self.play(ClockwiseTransform(a, Square()), CyclicReplace(a, b), run_time=0.4)
        a.save_state()
        self.play(ApplyMatrix([[1, 1], [0, 1]], a), FadeToColor(b, GREEN), run_time=0.4)
        self.play(Restore(a), ShrinkToCenter(b), run_time=0.4)
        self.play(ApplyPointwiseFunction(lambda p: p * [1, p[0], 1], a), run_time=0.3)
