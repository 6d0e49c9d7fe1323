"""A class that a function makes."""

from manim import *


def shows(shape):
    class Shown(Scene):
        def construct(self):
            self.play(FadeIn(shape()), run_time=0.3)
            self.wait(0.2)

    return Shown


MadeByFunction = shows(Triangle)
MadeByFunction.__name__ = "MadeByFunction"
