"""Braces."""

from manim import *


class Braces(Scene):
    def construct(self):
        line = Line(2 * LEFT, 2 * RIGHT)
        brace = always_redraw(lambda: Brace(line, UP))
        self.add(line, brace, BraceBetweenPoints(DOWN, 2 * RIGHT), ArcBrace(Arc(1)))
        self.play(line.animate.scale(1.4), run_time=0.4)
        self.play(FadeOut(brace), line.animate.shift(DOWN), run_time=0.3)
