"""A class that a decorator makes of another."""

from manim import *


def with_square(kind):
    def construct(self):
        self.add(Square())
        kind.construct(self)

    return type(kind.__name__, (Scene,), {"construct": construct})


@with_square
class MadeByDecorator:
    def construct(self):
        self.play(FadeIn(Circle()), run_time=0.3)
