"""A counter that the file keeps."""

import itertools

from manim import *

NUMBERS = itertools.count(1)


class CounterOfTheFile(Scene):
    def construct(self):
        self.play(FadeIn(Text(str(next(NUMBERS)))), run_time=0.3)
        self.play(FadeIn(Text(str(next(NUMBERS))).shift(RIGHT)), run_time=0.3)
        self.play(FadeIn(Dot().shift(next(NUMBERS) * UP / 4)), run_time=0.3)
