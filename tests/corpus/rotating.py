"""Turns."""

from manim import *


class Turning(Scene):
    def construct(self):
        square, dot = Square().shift(LEFT), Dot(2 * RIGHT)
        self.add(square, dot)
        self.play(Rotate(square, PI / 3, about_point=ORIGIN), run_time=0.4)
        self.play(Rotating(dot, angle=PI, about_point=UP), run_time=0.6)
        self.play(square.animate.rotate(1), dot.animate(path_arc=PI / 2).shift(UP), run_time=0.4)
