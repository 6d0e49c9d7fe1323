"""A class that stands under a condition."""

from manim import *

if True:

    class Conditional(Scene):
        def construct(self):
            self.play(FadeIn(Square()), run_time=0.3)
