"""Fades."""

from manim import *


class Fading(Scene):
    def construct(self):
        a, b, c = Square(), Circle(fill_opacity=1), Triangle().shift(3 * LEFT)
        self.play(FadeIn(a, shift=UP), FadeIn(c, scale=2), run_time=0.4)
        self.play(FadeTransform(a, b), FadeOut(c, target_position=ORIGIN), run_time=0.5)
        self.play(FadeTransformPieces(VGroup(b), VGroup(Dot(), Dot(UP))), run_time=0.4)
