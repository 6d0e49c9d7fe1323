"""The file sets the rate that Manim has by default."""

from manim import *

config.frame_rate = 60


class ConfigRateOfManim(Scene):
    def construct(self):
        self.add(Square(6), Line(7 * LEFT, 7 * RIGHT))
        self.play(FadeIn(Circle(fill_opacity=0.5)), run_time=0.3)
        self.play(
            Create(Rectangle(width=config.frame_width, height=config.frame_height)), run_time=0.3
        )
