"""Attributes of modules that are replaced on the way."""

import random

from manim import *

random.seed = lambda *_: 2


class PatchedModules(Scene):
    def construct(self):
        self.play(FadeIn(Square(random.seed())), run_time=0.3)
        np.sin = np.cos
        self.play(FadeIn(FunctionGraph(lambda x: np.sin(x))), run_time=0.3)
        self.play(FadeIn(Dot()), run_time=0.3)
