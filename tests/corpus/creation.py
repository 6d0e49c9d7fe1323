"""What draws a mobject, and takes it away."""

from manim import *


class Creation(Scene):
    def construct(self):
        square, star = Square(fill_opacity=0.5), Star(color=YELLOW).shift(2 * RIGHT)
        self.play(Create(square), DrawBorderThenFill(star), run_time=0.6)
        self.play(Uncreate(square), SpiralIn(VGroup(Dot(LEFT), Dot(UP))), run_time=0.5)
        rows = VGroup(*(Square(0.4).shift(i * RIGHT) for i in range(4))).shift(DOWN)
        self.play(ShowIncreasingSubsets(rows), run_time=0.4)
        self.play(ShowSubmobjectsOneByOne(rows), run_time=0.4)
