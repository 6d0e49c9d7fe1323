"""Defaults that are set on the way."""

from manim import *


class Defaults(Scene):
    def construct(self):
        self.play(FadeIn(Dot(), Square()), run_time=0.3)
        Dot.set_default(radius=0.5, color=RED)
        self.play(FadeIn(Dot(LEFT)), run_time=0.3)
        Square.set_default(side_length=1)
        self.play(FadeIn(Square()), run_time=0.3)
