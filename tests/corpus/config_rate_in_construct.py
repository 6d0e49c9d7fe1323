"""The rate that construct sets."""

from manim import *


class ConfigRateInConstruct(Scene):
    def construct(self):
        self.play(FadeIn(Circle()), run_time=0.4)
        config.frame_rate = 30
        self.play(FadeIn(Square()), run_time=0.4)
        self.wait(0.3)
        self.play(FadeIn(Dot()), run_time=0.3)
