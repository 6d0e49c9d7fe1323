"""The class's body sets the background, and setup the seed."""

from manim import *


class ConfigInClass(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.3)

    config.background_color = GREEN_E

    def setup(self):
        config.seed = 3
        self.add(Dot(2 * RIGHT))
