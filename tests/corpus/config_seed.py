"""The file sets the seed."""

from manim import *

config.seed = 7


class ConfigSeed(Scene):
    def construct(self):
        self.add(Dot(np.append(np.random.uniform(-3, 3, 2), 0)))
        self.play(FadeIn(Square()), run_time=0.3)
