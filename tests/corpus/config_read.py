"""The file reads what the job sets."""

from manim import *

STEPS = int(config.frame_rate * 1.2)
WIDTH = config.pixel_width / 100


class ConfigRead(Scene):
    def construct(self):
        self.add(VGroup(*(Dot() for _ in range(STEPS))).arrange(RIGHT), Square(WIDTH))
        self.play(FadeIn(Circle()), run_time=0.3)
