"""The file asks for some plays alone."""

from manim import *

config.from_animation_number, config.upto_animation_number = 1, 2


class ConfigPlays(Scene):
    def construct(self):
        for step in range(4):
            self.play(FadeIn(Square(step + 1)), run_time=0.3)
